import { act } from "./act/act.ts";
import { recoveryProgress } from "./act/cloning.ts";
import type { Hands } from "./act/hands.ts";
import { desiredIn } from "./files/desired.ts";
import { MarkFiles } from "./files/marks.ts";
import { pathsOf } from "./files/paths.ts";
import { Decisions } from "./health/decisions.ts";
import { Metrics } from "./health/metrics.ts";
import { StateFile } from "./health/state.ts";
import { NOTHING, type Reach, round } from "./loop.ts";
import { OwnMysql } from "./mysql/ownServer.ts";
import { secretsIn } from "./mysql/secrets.ts";
import { DENIED, errorNumber } from "./mysql/session.ts";
import type { Memory, Observation, OwnServer, PeerServer } from "./observation.ts";
import { OwnLook } from "./observe/look.ts";
import { Survey } from "./observe/survey.ts";
import { reasonOf } from "./reason.ts";
import type { AgentSettings } from "./settings.ts";
import type { Decision, Step } from "./step.ts";
import { Upkeep } from "./upkeep/upkeep.ts";
import type { State, Term } from "./vocabulary.ts";

/** Seconds before the same step is taken again, though it succeeded: something undoes it, or it changes nothing. */
const REPEAT_PAUSE = 1;

/** After so many looks in a row at which root could not log in, this agent cannot give it its password. */
const DENIALS = 5;

const REFUSED: State = {
  word: "refused",
  text: "root has another password in this data than in the stack, and the version that wrote the data cannot change it",
};

/** One run of the node's server, as the agent knows it. Everything that it remembers ends with the run. */
interface Run {
  readonly id: string | undefined;
  readonly upkeep: Upkeep;
  readonly look: OwnLook;
  memory: Memory;
}

/** A node's agent: it reaches the node's own server, its files and the other members, and goes from round to round. */
export class NodeAgent implements Reach {
  readonly #settings: AgentSettings;
  readonly #say: (text: string) => void;
  readonly #secrets;
  readonly #desired;
  readonly #own: OwnMysql;
  readonly #survey: Survey;
  readonly #marks: MarkFiles;
  readonly #state: StateFile;
  readonly #decisions: Decisions;
  readonly metrics: Metrics;
  #run: Run = newRun(undefined);
  #seen: Omit<Observation, "memory"> | undefined;
  /** Looks in a row at which root could not log in. The first ones may come before it has the next password. */
  #denials = 0;
  #decided: Decision | undefined;
  #lastStep: string | undefined;

  /** @param say logs a line for people */
  constructor(settings: AgentSettings, say: (text: string) => void) {
    const paths = pathsOf(settings);
    this.#settings = settings;
    this.#say = say;
    this.#secrets = secretsIn(settings.folders.secrets);
    this.#desired = desiredIn(settings.folders.desired);
    this.#own = new OwnMysql(paths, this.#secrets);
    this.#survey = new Survey(settings, this.#secrets);
    this.#marks = new MarkFiles(paths);
    this.#state = new StateFile(paths.state, say);
    this.#decisions = new Decisions(paths.decisions);
    this.metrics = new Metrics(settings.member);
  }

  /** Goes on where an earlier agent ended. */
  load(): Promise<void> {
    return this.#decisions.load();
  }

  /** One round. @returns the seconds until the next one */
  async turn(): Promise<number> {
    const id = await this.#own.run();
    if (id !== this.#run.id) this.#run = newRun(id);
    const { upkeep } = this.#run;
    if (id !== undefined) {
      await this.#own.lockAgain().catch(() => this.#own.lockAgain("node").catch(() => undefined));
      await upkeep.keepRoot(this.#hands());
    }
    const { memory, pause } = await round(this, this.#run.memory);
    this.#run.memory = memory;
    const { own, marks } = this.#seen ?? {};
    const decided = this.#decided;
    if (decided === undefined || own === undefined) return pause;
    if (pause > 0 && marks?.provisioning === undefined) {
      await upkeep.keep(this.#hands(), own, decided.state, now(), (work) => this.#beside(work));
    }
    return Math.max(pause, this.#repeats(decided) ? REPEAT_PAUSE : 0);
  }

  async observe(): Promise<Omit<Observation, "peers" | "memory">> {
    const { member, peers, isArbiter, replication, withoutReplica } = this.#settings;
    const desiredPrimary = await this.#desired.primary();
    const password = await this.#secrets.password("replication").catch(() => undefined);
    const own = await this.#look(password);
    const marks = await this.#marks.read(password);
    // In a group the password counts with which the member joined it, as long as that is not recorded.
    const isInGroup = own?.group === "ONLINE" || own?.group === "RECOVERING";
    const joined = (await this.#marks.isJoining()) ? undefined : "present";
    const seen = {
      settings: { member, peers, isArbiter, replication, withoutReplica, desiredPrimary },
      at: now(),
      own,
      marks: { ...marks, connectedWith: isInGroup ? joined : marks.connectedWith },
    };
    this.#seen = { ...seen, peers: undefined };
    return seen;
  }

  async #look(password: string | undefined): Promise<OwnServer | undefined> {
    if (this.#run.id === undefined) return undefined;
    try {
      const own = await this.#run.look.at((statement) => this.#own.ask(statement), password ?? "");
      this.#denials = 0;
      return own;
    } catch (error) {
      this.#denials = errorNumber(error) === DENIED ? this.#denials + 1 : 0;
      this.#run.upkeep.passwords.doubtRoot();
      return undefined;
    }
  }

  async survey(): Promise<ReadonlyMap<string, PeerServer>> {
    const peers = await this.#survey.peers();
    if (this.#seen !== undefined) this.#seen = { ...this.#seen, peers };
    return peers;
  }

  /** A step looks again without changing what the decision was made from. */
  async #observeAgain(): Promise<Observation> {
    const seen = this.#seen;
    try {
      return { ...(await this.observe()), peers: await this.survey(), memory: this.#run.memory };
    } finally {
      this.#seen = seen;
    }
  }

  /** @throws Error if the server has started again since the look: the step was decided for its former run */
  async act(step: Step): Promise<void> {
    if ((await this.#own.run()) !== this.#run.id) throw new Error("the server has started again meanwhile");
    return act(step, this.#hands(), { provisioning: this.#seen?.marks.provisioning });
  }

  learn(term: Term): Promise<void> {
    return this.#marks.setKnownTerm(term);
  }

  /** As long as the server does not answer, its last state stays, and grows old: health tells by that. */
  async show(state: State): Promise<void> {
    const { own } = this.#seen ?? {};
    if (own?.group === "RECOVERING" && state.word === "starting") {
      const far = await recoveryProgress((statement) => this.#own.ask(statement)).catch(() => undefined);
      await this.#state.show(far === undefined ? state : { ...state, text: `${state.text}: ${far}` });
    } else if (own !== undefined) await this.#state.show(state);
    else if (this.#denials >= DENIALS && this.#seen?.marks.provisioning === undefined) await this.#state.show(REFUSED);
  }

  note(decision: Decision, problem: string | undefined): void {
    this.#decided = decision;
    const seen = this.#seen;
    if (seen === undefined) return;
    const at = new Date();
    this.metrics.count(decision, problem, seen, at);
    this.#decisions.note(decision, problem, seen, at).catch((error: unknown) => {
      this.#say(`a decision could not be kept: ${String(error)}`);
    });
  }

  /** Whether the last decision took the same step as the one before. */
  #repeats({ step }: Decision): boolean {
    const text = JSON.stringify(step);
    const isSame = text === this.#lastStep;
    this.#lastStep = text;
    return isSame;
  }

  #beside(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#say(`beside: ${reasonOf(error)}`));
  }

  #hands(): Hands {
    return {
      observe: () => this.#observeAgain(),
      own: this.#own,
      settings: this.#settings,
      secrets: this.#secrets,
      desired: this.#desired,
      marks: this.#marks,
      databases: this.#run.upkeep.databases,
      say: this.#say,
      progress: (text) => this.#beside(() => this.#state.show({ word: "cloning", text })),
      beside: (work) => this.#beside(work),
    };
  }

  close(): void {
    this.#own.close();
    this.#survey.close();
  }
}

function newRun(id: string | undefined): Run {
  return { id, upkeep: new Upkeep(), look: new OwnLook(), memory: NOTHING };
}

function now(): number {
  return performance.now() / 1000;
}
