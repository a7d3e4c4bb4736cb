/**
 * The sign that a switchover has begun to close a primary. It says the primary term that is to end, so that it means
 * nothing in a later one. It outlives the controller, and it ends with the run of the server, as the close does. MySQL
 * runs this variable's statement when an applier starts: the statement changes nothing.
 */
const SIGN = "SET @switchover_ends_term = ";

/** The statement that sets the sign. */
export function signed(term: number): string {
  return `SET GLOBAL init_replica = '${SIGN}${term}';`;
}

/** The statement that removes the sign. */
export const UNSIGNED = "SET GLOBAL init_replica = DEFAULT;";

/** The expression that reads the sign. */
export const SIGN_TEXT = "COALESCE(@@global.init_replica, '')";

/** The primary term in which a switchover has begun to close the server; 0: none has. */
export function termOfSign(text: string): number {
  return text.startsWith(SIGN) ? Number.parseInt(text.slice(SIGN.length), 10) || 0 : 0;
}
