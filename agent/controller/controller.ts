import { rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Controlled, ControlledServer, SwitchStep } from "../controlled.ts";
import { decideSwitchover } from "../decide/switchover.ts";
import { secretsIn } from "../mysql/secrets.ts";
import { reasonOf } from "../reason.ts";
import { PASSWORDS_VIEW } from "../sql.ts";
import { CONTROLLED, controlledServer } from "./look.ts";
import { Members } from "./members.ts";
import { servedFingerprint } from "./served.ts";
import type { ControllerSettings } from "./settings.ts";
import { carryOut } from "./switching.ts";

/** Seconds between two looks, before and after everything is in its place. */
const PAUSE = 1;
const LOOK = 5;

/** Seconds in which a member that a person has named gets the last transactions, or the closed primary opens again. */
const ENDING_SECONDS = 30;

/** The steps after which no primary is left closed by a switchover. */
const ENDS_CLOSING: ReadonlySet<SwitchStep["do"]> = new Set(["promote", "reopen", "call-off"]);

/** More steps in a row than a switchover has: somebody undoes them. */
const STEPS = 10;

/** A file that is there while every member is in its place. */
const IN_PLACE = "/tmp/in-place";

const passwords = z.array(z.object({ account: z.string(), mark: z.string() }));
const found = z.array(z.object({ member: z.string(), found: z.string() }));

/**
 * The switchover controller. It promotes the configured member once for each change of the configuration: a later
 * failover is not undone. When every member serves its certificate and has every account's password, it checks whether
 * all members are in their places, and is healthy while they are.
 */
export class Controller {
  readonly #settings: ControllerSettings;
  readonly #say: (text: string) => void;
  readonly #secrets;
  readonly #members: Members;
  #closedAt: number | undefined;
  #caughtUpAt: number | undefined;
  /** Whether this controller has begun to close a primary, which it has not replaced or opened again yet. */
  #isClosing = false;

  /** @param say logs a line for people, unless it was the last one */
  constructor(settings: ControllerSettings, say: (text: string) => void) {
    this.#settings = settings;
    this.#say = say;
    this.#secrets = secretsIn(settings.secrets);
    this.#members = new Members(settings, this.#secrets);
  }

  /** Works until it is stopped. */
  async work(signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#isSettled({ wanted: this.#settings.primary, isByHand: false }), signal);
    // A renewed certificate and another password replace this container, so one check is enough.
    await this.#until(async () => (await this.#areServed()) && (await this.#havePasswords()), signal);
    while (!signal.aborted) {
      const areInPlace = await this.#areInPlace().catch((error: unknown) => {
        this.#say(reasonOf(error));
        return false;
      });
      if (areInPlace) await writeFile(IN_PLACE, "");
      else await rm(IN_PLACE, { force: true });
      await pause(areInPlace ? LOOK : PAUSE, signal);
    }
  }

  /**
   * Promotes a member now, and does nothing else. A person has named it. A primary that was closed for it is not left
   * closed: if the member cannot become the primary in time, that one goes on.
   * @throws Error with the reason, if it cannot become the primary now
   */
  async promote(wanted: string): Promise<void> {
    const until = now() + ENDING_SECONDS;
    for (;;) {
      const problem = await this.#isSettled({ wanted, isByHand: true }).then(
        (isSettled) => (isSettled ? undefined : new Error(`${wanted} did not become the primary`)),
        (error: unknown) => error,
      );
      if (problem === undefined) return;
      if (!this.#isClosing || now() > until) throw problem;
      this.#say(reasonOf(problem));
      await sleep(PAUSE * 1000);
    }
  }

  async #until(isDone: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const done = await isDone().catch((error: unknown) => {
        this.#say(reasonOf(error));
        return false;
      });
      if (done) return;
      await pause(PAUSE, signal);
    }
  }

  /** Goes on step by step as long as there is something to do. @returns whether the wanted member is the primary */
  async #isSettled(aim: Pick<Controlled, "wanted" | "isByHand">): Promise<boolean> {
    for (let steps = 0; steps < STEPS; steps++) {
      const seen = await this.#look(aim);
      const { step, reason, closedAt } = decideSwitchover(seen);
      this.#closedAt = closedAt;
      if (step.do === "settled") return true;
      this.#say(reason);
      if (step.do === "wait") return false;
      if (step.do === "close") this.#isClosing = true;
      const tools = { members: this.#members, secrets: this.#secrets, settings: this.#settings };
      await carryOut(step, seen, tools);
      if (step.do === "catch-up") this.#caughtUpAt = now();
      if (ENDS_CLOSING.has(step.do)) this.#isClosing = false;
    }
    return false;
  }

  async #look(aim: Pick<Controlled, "wanted" | "isByHand">): Promise<Controlled> {
    const members = new Map<string, ControlledServer>();
    for (const [member, [row]] of await this.#members.askAll(CONTROLLED)) {
      if (row !== undefined) members.set(member, controlledServer(row["controlled"]));
    }
    const { replication } = this.#settings;
    return { ...aim, replication, members, at: now(), closedAt: this.#closedAt, caughtUpAt: this.#caughtUpAt };
  }

  async #areServed(): Promise<boolean> {
    for (const [member, fingerprint] of Object.entries(this.#settings.certificates)) {
      const served = await servedFingerprint(member, this.#settings.port).catch(() => undefined);
      if (served === fingerprint) continue;
      this.#say(`${member} does not serve its certificate yet`);
      return false;
    }
    return true;
  }

  /** Whether every member has the present password of each account, by its mark. */
  async #havePasswords(): Promise<boolean> {
    const answers = await this.#members.askAll(`SELECT account, mark FROM ${PASSWORDS_VIEW}`);
    for (const member of this.#settings.members) {
      const known = passwords.parse(answers.get(member) ?? []);
      for (const [account, mark] of Object.entries(this.#settings.passwords)) {
        if (known.some((one) => one.account === account && one.mark === mark)) continue;
        this.#say(`${member} does not have the present password of ${account} yet`);
        return false;
      }
    }
    return true;
  }

  /** Whether every member is in its place, by the reports of those that answer. One of them judges. */
  async #areInPlace(): Promise<boolean> {
    const { members, report, judgement } = this.#settings;
    const answers = await this.#members.askAll(`SELECT ${report} AS report`);
    const judge = members.findLast((member) => answers.has(member));
    if (judge === undefined) {
      this.#say("no member answers");
      return false;
    }
    const reports = members.map((member) => answers.get(member)?.[0]?.["report"] ?? { member });
    const rows = await this.#members.within(judge, async (session) => {
      await session.run(`SET @reports = ${quoted(JSON.stringify(reports))}`, PAUSE * 3);
      return found.parse(await session.ask(judgement, PAUSE * 3));
    });
    this.#say(
      rows.length === 0
        ? "every member is in its place"
        : rows.map(({ member, found: problem }) => `${member} ${problem}`).join("; "),
    );
    return rows.length === 0;
  }

  close(): void {
    this.#members.close();
  }
}

/** Seconds on a clock that only goes forward. */
const now = () => performance.now() / 1000;

/** A text in SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
