import { z } from "zod";
import { createDatabases, DATABASES, databaseGrants, grantedDatabases } from "./accountSql.ts";
import { joined, Steady, type Tools, unloggedAll } from "./tools.ts";

const rows = z.array(z.object({ name: z.string() }));

const isSame = (one: readonly string[], other: readonly string[]) => one.join("\n") === other.join("\n");

/** The application's databases, whose list may change while the node runs. */
export class Databases {
  readonly #steady = new Steady<readonly string[]>();
  #settled: readonly string[] = [];
  #created: readonly string[] = [];

  /** The databases of the list that was read last. */
  names({ settings }: Pick<Tools, "settings">): readonly string[] {
    return [settings.database, ...this.#settled];
  }

  /**
   * Gives the application its privileges on its databases, and takes those on others, whose data stays. Each node does it
   * by itself, for the reason in passwords.ts.
   */
  async settle(tools: Tools): Promise<void> {
    const { own, settings, desired, say } = tools;
    const wanted = this.#steady.look(await desired.databases(), isSame);
    if (wanted === undefined || wanted.length === 0 || isSame(wanted, this.#settled)) return;
    const granted = rows.parse(await own.ask(grantedDatabases(settings.accountHosts))).map(({ name }) => name);
    await unloggedAll(own, databaseGrants(wanted, granted, settings.accountHosts));
    for (const database of granted.filter((name) => !wanted.includes(name))) {
      say(`the application has no access to the database ${database} any more, and its data is kept`);
    }
    this.#settled = wanted;
  }

  /**
   * Creates the databases that are missing. MySQL also logs the statement for one that is there: with semisync, it would
   * wait for a replica then, and lock that database's tables meanwhile, even for readers.
   * @param seconds the time limit; 0: none
   */
  async create(tools: Pick<Tools, "own" | "settings">, seconds?: number): Promise<void> {
    const there = rows.parse(await tools.own.ask(DATABASES)).map(({ name }) => name);
    const missing = this.names(tools).filter((name) => !there.includes(name));
    if (missing.length > 0) await tools.own.execute(joined(createDatabases(missing)), seconds);
  }

  /**
   * A node that takes writes creates the databases. With semisync that waits for a replica, so it is not waited for.
   * @param beside carries out work beside the agent's rounds
   */
  lead(tools: Tools, beside: (work: () => Promise<void>) => void): void {
    if (isSame(this.#settled, this.#created)) return;
    this.#created = this.#settled;
    beside(() => this.create(tools, 0));
  }
}
