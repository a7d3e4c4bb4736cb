/**
 * The sign on a primary tells in which primary term it was opened for writes, and whether a switchover has begun to end
 * that term. A primary that is closed with the first sign was closed by a person; one without a sign has not been opened
 * yet. The sign outlives agent and controller, and it ends with the run of the server, as a close does. MySQL runs this
 * variable's statement when an applier starts: the statement changes nothing.
 */
const OPENED = "SET @opened_in_term = ";
const CLOSING = "SET @switchover_ends_term = ";

/** What the sign of a server says. */
export interface Sign {
  /** The primary term in which it was opened for writes, in this run; 0: in none. */
  readonly openedIn: number;
  /** The primary term in which a switchover has begun to close it, in this run; 0: in none. */
  readonly closingIn: number;
}

/** The statement that says that a switchover ends the term. */
export function signClosing(term: number): string {
  return `SET GLOBAL init_replica = '${CLOSING}${term}';`;
}

/** The statement that says that no switchover ends the term in which the server was opened. */
export function signOpened(term: number): string {
  return `SET GLOBAL init_replica = '${OPENED}${term}';`;
}

/**
 * The same, from what was seen before. It leaves the sign of a switchover that has begun to end the term by then, and gives
 * a server none that has started again by then: nobody has closed it, and it takes no writes.
 */
export function signSeenOpen(term: number): string {
  return `SET GLOBAL init_replica = CASE WHEN @@global.init_replica = '${CLOSING}${term}' THEN '${CLOSING}${term}'
  WHEN @@global.read_only AND NOT @@global.super_read_only THEN '' ELSE '${OPENED}${term}' END;`;
}

/** The statement that removes the sign: the server is to open again before it counts as opened. */
export const UNSIGNED = "SET GLOBAL init_replica = DEFAULT;";

/** The expression that reads the sign. */
export const SIGN = "COALESCE(@@global.init_replica, '')";

/** Reads the sign of a server. */
export function signIn(text: string): Sign {
  const closingIn = termAfter(CLOSING, text);
  return { closingIn, openedIn: closingIn || termAfter(OPENED, text) };
}

function termAfter(prefix: string, text: string): number {
  return text.startsWith(prefix) ? Number.parseInt(text.slice(prefix.length), 10) || 0 : 0;
}
