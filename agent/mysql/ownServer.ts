import { rm, stat, writeFile } from "node:fs/promises";
import { isThere } from "../files/storing.ts";
import { Link } from "./link.ts";
import type { Secrets } from "./secrets.ts";
import { openSession, type Row, type Session } from "./session.ts";

/** Seconds that a connection, a look and a statement may take. */
const LIMITS = { connect: 5, answer: 20 } as const;
const STATEMENT_SECONDS = 60;

/** Who talks to the own server: root, or the account whose key is the user of the process. */
type As = "root" | "node";

/** The server beside the agent, reached by its socket. */
export class OwnMysql {
  readonly #socketPath: string;
  readonly #secrets: Secrets;
  readonly #link: Link;
  /** A file that is there while a read-only server is open to administrators: an agent may end in the middle. */
  readonly #unlocked: string;

  constructor(
    { socket: socketPath, unlocked }: { readonly socket: string; readonly unlocked: string },
    secrets: Secrets,
  ) {
    this.#unlocked = unlocked;
    this.#socketPath = socketPath;
    this.#secrets = secrets;
    this.#link = new Link(
      async () => ({
        place: { socketPath },
        account: { user: "root", password: await secrets.password("root") },
      }),
      LIMITS,
    );
  }

  /** What tells one run of the server from another; undefined: it does not run. MySQL makes its socket at each start. */
  async run(): Promise<string | undefined> {
    const found = await stat(this.#socketPath).catch(() => undefined);
    return found === undefined ? undefined : `${found.ino}.${found.ctimeMs}`;
  }

  /** Runs one statement by the kept connection; resolves to its rows. */
  ask(statement: string): Promise<readonly Row[]> {
    return this.#link.ask(statement);
  }

  /** Opens a connection of its own. */
  async open(as: As = "root"): Promise<Session> {
    const password = as === "root" ? await this.#secrets.password("root") : "";
    return openSession({ socketPath: this.#socketPath }, { user: as, password }, LIMITS.connect);
  }

  /** Does something in a connection of its own. */
  async within<T>(work: (session: Session) => Promise<T>, as: As = "root"): Promise<T> {
    const session = await this.open(as);
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  /** Runs statements in a connection of their own. 0 seconds are no limit. */
  execute(statements: string, seconds: number = STATEMENT_SECONDS): Promise<void> {
    return this.within((session) => session.run(statements, seconds));
  }

  /**
   * Does something without the binary log, even on a read-only server. Its clients stay locked out meanwhile, and it is
   * closed to administrators again whatever happens.
   */
  async unlogged(work: (session: Session) => Promise<void>, as: As = "root"): Promise<void> {
    await writeFile(this.#unlocked, "");
    try {
      await this.within(async (session) => {
        await session.run("SET GLOBAL super_read_only = OFF; SET sql_log_bin = 0", STATEMENT_SECONDS);
        await work(session);
      }, as);
    } finally {
      await this.lockAgain(as).catch(() => undefined);
    }
  }

  /** Closes the server to administrators again, where that has failed before or an earlier agent has ended. */
  async lockAgain(as: As = "root"): Promise<void> {
    if (!(await isThere(this.#unlocked))) return;
    await this.within(
      (session) => session.run("SET GLOBAL super_read_only = @@global.read_only", STATEMENT_SECONDS),
      as,
    );
    await rm(this.#unlocked, { force: true });
  }

  close(): void {
    this.#link.close();
  }
}
