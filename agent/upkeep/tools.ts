import type { Desired } from "../files/desired.ts";
import type { Secrets } from "../mysql/secrets.ts";
import type { Row, Session } from "../mysql/session.ts";
import type { AgentSettings } from "../settings.ts";

/** The own server, as tasks of upkeep and acts use it. */
export interface Own {
  /** Runs one statement; resolves to its rows. */
  ask(statement: string): Promise<readonly Row[]>;
  /** Does something in a connection of its own. */
  within<T>(work: (session: Session) => Promise<T>, as?: "root" | "node"): Promise<T>;
  /** Runs statements in a connection of their own, within 60 s. 0 seconds are no limit. */
  execute(statements: string, seconds?: number): Promise<void>;
  /** Does something without the binary log, even on a read-only server. */
  unlogged(work: (session: Session) => Promise<void>, as?: "root" | "node"): Promise<void>;
}

/** What a task of upkeep works with. */
export interface Tools {
  readonly own: Own;
  readonly settings: AgentSettings;
  readonly secrets: Secrets;
  readonly desired: Desired;
  /** Logs what was done, in words for people. */
  say(text: string): void;
}

/** Seconds that a statement about accounts may take. */
const SECONDS = 60;

/** Runs statements without the binary log, one after the other. */
export function unloggedAll(own: Own, statements: readonly string[], as?: "root" | "node"): Promise<void> {
  return own.unlogged(async (session) => {
    for (const statement of statements) await session.run(statement, SECONDS);
  }, as);
}

/** Statements as one text. */
export function joined(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join("\n");
}

/** A value that counts once two looks in a row have found it: a file may be read while only half of it is written. */
export class Steady<T> {
  #before: T | undefined;

  /** @returns undefined: the value is new */
  look(value: T, isSame: (one: T, other: T) => boolean = Object.is): T | undefined {
    const before = this.#before;
    this.#before = value;
    return before !== undefined && isSame(before, value) ? value : undefined;
  }
}
