import type { OwnServer } from "../observation.ts";
import { reasonOf } from "../reason.ts";
import type { State } from "../vocabulary.ts";
import { MissingAccounts } from "./accounts.ts";
import { Certificates } from "./certificates.ts";
import { Databases } from "./databases.ts";
import { Events } from "./events.ts";
import { Passwords } from "./passwords.ts";
import { Sizing } from "./sizing.ts";
import { TimeZones } from "./timeZones.ts";
import type { Tools } from "./tools.ts";

/** What is kept beside the role of a node, in one run of its server. None of it decides about data. */
export class Upkeep {
  readonly databases = new Databases();
  readonly passwords = new Passwords();
  readonly #sizing = new Sizing();
  readonly #accounts = new MissingAccounts();
  readonly #timeZones = new TimeZones();
  readonly #certificates = new Certificates();
  readonly #events = new Events();
  /** By task: why it failed last. */
  readonly #problems = new Map<string, string>();

  /**
   * Keeps everything once. A task that fails is tried again the next time, and keeps no other from its work.
   * @param at seconds
   * @param beside carries out work beside the agent's rounds
   */
  async keep(
    tools: Tools,
    own: Pick<OwnServer, "term">,
    state: State,
    at: number,
    beside: (work: () => Promise<void>) => void,
  ): Promise<void> {
    const leads = state.word === "primary" || (state.word === "member" && state.text === "PRIMARY");
    const tasks: Readonly<Record<string, () => Promise<void>>> = {
      sizes: () => this.#sizing.keep(tools),
      accounts: () => this.#accounts.keep(tools),
      certificates: () => this.#certificates.keep(tools),
      databases: () => this.databases.settle(tools),
      passwords: () => this.passwords.keep(tools),
      "new databases": async () => {
        if (leads) this.databases.lead(tools, beside);
      },
      events: () => (leads ? this.#events.lead(tools, own.term.number, at, beside) : this.#events.rest(tools)),
      "time zones": () => this.#timeZones.keep(tools),
    };
    for (const [name, task] of Object.entries(tasks)) await this.#attempt(name, task, tools);
  }

  /** Gives root the password of its file. */
  async keepRoot(tools: Tools): Promise<void> {
    await this.#attempt("root", () => this.passwords.keepRoot(tools), tools);
  }

  async #attempt(name: string, task: () => Promise<void>, { say }: Pick<Tools, "say">): Promise<void> {
    try {
      await task();
      this.#problems.delete(name);
    } catch (error) {
      const problem = reasonOf(error);
      if (this.#problems.get(name) !== problem) say(`${name}: ${problem}`);
      this.#problems.set(name, problem);
    }
  }
}
