/** not-done: the database certainly did nothing. unknown: it may or may not have done the work. */
export type Outcome = "not-done" | "unknown";

/** The database cannot serve a read or a write now. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  readonly operation: "read" | "write";
  /** `unknown`: a write was sent, and may or may not have been done; it must not be repeated blindly. */
  readonly outcome: Outcome;

  constructor(operation: "read" | "write", outcome: Outcome, message: string, cause?: unknown) {
    super(message, { cause });
    this.operation = operation;
    this.outcome = outcome;
  }
}

/** Every connection is in use and the queue for them is full or too slow. */
export class PoolBusy extends Error {
  override readonly name = "PoolBusy";
}

/** A statement got no answer in time; its connection cannot be used any more. */
export class QueryTimeout extends Error {
  override readonly name: string = "QueryTimeout";
}

/** A server did not even give its identity in time. Nothing else was asked of it, so the work can be tried again. */
export class ServerSilent extends QueryTimeout {
  override readonly name = "ServerSilent";
}

// Errors after which the session is ended or about to end, although they arrive as ordinary errors.
const LOST = new Set([
  "ER_SERVER_SHUTDOWN",
  "ER_NORMAL_SHUTDOWN",
  "ER_SHUTDOWN_COMPLETE",
  "ER_QUERY_INTERRUPTED",
  "ER_CONNECTION_KILLED",
  "ER_SESSION_WAS_KILLED",
  "ER_CLIENT_INTERACTION_TIMEOUT",
]);

// Errors that guarantee that nothing was written, and after which a retry may succeed.
const REFUSED = new Set([
  "ER_OPTION_PREVENTS_STATEMENT",
  "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION",
  "ER_READ_ONLY_MODE",
  "ER_INNODB_READ_ONLY",
  "ER_SERVER_OFFLINE_MODE",
  "ER_LOCK_DEADLOCK",
  // Errors of a group's new primary, which delays transactions, before they begin, until it has caught up.
  "ER_GR_HOLD_WAIT_TIMEOUT",
  "ER_GR_HOLD_KILLED",
  "ER_GR_HOLD_MEMBER_STATUS_ERROR",
]);

// Errors of a member that lost its group during a commit: it rolls back a transaction that it may have sent already and
// that the others may have committed.
const UNCERTAIN = new Set(["ER_RUN_HOOK_ERROR", "ER_TRANSACTION_ROLLBACK_DURING_COMMIT"]);

const MISSING = new Set(["ER_NO_SUCH_TABLE", "ER_BAD_DB_ERROR"]);

function property(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  const code = property(error, "code");
  return typeof code === "string" && codes.has(code);
}

/** Whether the connection is lost: a statement that was sent on it may or may not have been done. */
export function isLost(error: unknown): boolean {
  return error instanceof QueryTimeout || property(error, "fatal") === true || hasCode(error, LOST);
}

/** Whether the statement that was sent may or may not have been done. */
export function isUncertain(error: unknown): boolean {
  return isLost(error) || hasCode(error, UNCERTAIN);
}

/** Whether the database refused the statement without doing anything, because of its own state. */
export function isRefused(error: unknown): boolean {
  return hasCode(error, REFUSED);
}

/** Whether the table (or the database) does not exist, for example on a replica that has not caught up. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, MISSING);
}

/** One line for logs and pages. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = property(error, "code");
  // The error of a refused connection to a name with several addresses has a code, but an empty message.
  const message = error.message === "" ? error.name : error.message;
  return typeof code === "string" && !message.includes(code) ? `${code}: ${message}` : message;
}
