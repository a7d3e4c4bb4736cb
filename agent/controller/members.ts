import { Link } from "../mysql/link.ts";
import type { Secrets } from "../mysql/secrets.ts";
import { openSession, type Row, type Session } from "../mysql/session.ts";
import type { ControllerSettings } from "./settings.ts";

/** The SQL account keeps the controller's former name: running databases have it, and each stack's state its password. */
const ACCOUNT = "steward";

/** Seconds that a connection to a member, and its answer, may take. */
const LIMITS = { connect: 2, answer: 3 } as const;

/** The members' servers, as the controller reaches them. */
export class Members {
  readonly #port: number;
  readonly #secrets: Secrets;
  readonly #links: ReadonlyMap<string, Link>;

  constructor({ members, port }: Pick<ControllerSettings, "members" | "port">, secrets: Secrets) {
    this.#port = port;
    this.#secrets = secrets;
    this.#links = new Map(members.map((member) => [member, new Link(() => this.#target(member), LIMITS)]));
  }

  /** Asks one member; resolves to its rows. */
  ask(member: string, statement: string): Promise<readonly Row[]> {
    const link = this.#links.get(member);
    if (link === undefined) throw new Error(`${member} is no member`);
    return link.ask(statement);
  }

  /** Asks every member, all at once; those that do not answer are left out. */
  async askAll(statement: string): Promise<ReadonlyMap<string, readonly Row[]>> {
    const answers = await Promise.all(
      [...this.#links.keys()].map(async (member) => {
        const rows = await this.ask(member, statement).catch(() => undefined);
        return rows === undefined ? [] : ([[member, rows]] as const);
      }),
    );
    return new Map(answers.flat());
  }

  /** Does something on a member in a connection of its own. */
  async within<T>(member: string, work: (session: Session) => Promise<T>): Promise<T> {
    const { place, account } = await this.#target(member);
    const session = await openSession(place, account, LIMITS.connect);
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  async #target(host: string) {
    return {
      place: { host, port: this.#port, authority: await this.#secrets.authority() },
      account: { user: ACCOUNT, password: await this.#secrets.password(ACCOUNT) },
    };
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }
}
