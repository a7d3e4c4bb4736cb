import { runAgent } from "./agents.ts";
import { Clients } from "./clients.ts";
import { Controller } from "./controlling.ts";
import type { Deciders } from "./deciders.ts";
import { faultLine, type Schedule } from "./faults.ts";
import { runGroups } from "./grouping.ts";
import { Happening } from "./happening.ts";
import { checkKept, isInPlace, judge } from "./judging.ts";
import { startAgain } from "./lifecycle.ts";
import { Observer } from "./observing.ts";
import { Person } from "./person.ts";
import { replicate } from "./replication.ts";
import { scheduleOf } from "./schedules.ts";
import { begin } from "./starting.ts";
import { Violated, type Violation, World } from "./world.ts";

/** Rounds in which everything comes into its place after the last fault. */
const CALM_ROUNDS = 60;
/** Rounds in which everything stays in its place, before the end. */
const STEADY_ROUNDS = 3;

export interface Outcome {
  readonly schedule: Schedule;
  readonly violation: Violation | undefined;
  /** Rounds that were simulated. */
  readonly rounds: number;
  /** How many transactions were acknowledged to clients. */
  readonly acknowledged: number;
  /** Whether every node came into its place. */
  readonly isInPlace: boolean;
  /** What happened, a line each. Empty if nobody asked for it. */
  readonly history: readonly string[];
}

/** Simulates a cluster with the faults that the seed leads to. */
export function runSchedule(seed: number, deciders: Deciders, mode: Schedule["mode"]): Outcome {
  return replay(scheduleOf(seed, mode), deciders, false);
}

/** Simulates a schedule again. */
export function replay(schedule: Schedule, deciders: Deciders, isTold: boolean): Outcome {
  const world = new World(schedule.mode, schedule.seed, isTold);
  const simulation = new Simulation(world, schedule, deciders);
  let violation: Violation | undefined;
  try {
    simulation.run();
  } catch (error) {
    if (!(error instanceof Violated)) throw error;
    violation = error.violation;
    const rivals = world.ledger.rivalTerms;
    if (rivals.length > 0) violation = { ...violation, text: `${violation.text} (${rivals.join(", ")} began twice)` };
  }
  return {
    ...{ schedule, violation, rounds: world.round, isInPlace: isInPlace(world) },
    acknowledged: world.acknowledged.toString(2).replaceAll("0", "").length,
    history: world.history ?? [],
  };
}

/** What to read of a failure: the faults, and everything that was done. */
export function report({ schedule, violation, history }: Outcome): string {
  const { replication, withoutReplica, nodes, hasArbiter, start } = schedule.mode;
  const more = replication === "semisync" ? ` ${withoutReplica}` : "";
  return [
    `seed ${schedule.seed}, ${replication}${more}, ${nodes} nodes${hasArbiter ? ", the last an arbiter" : ""}, ${start}`,
    ...schedule.faults.map(faultLine),
    "",
    ...history,
    "",
    violation === undefined ? "nothing was violated" : `${violation.invariant}: ${violation.text}`,
  ].join("\n");
}

class Simulation {
  readonly #world: World;
  readonly #schedule: Schedule;
  readonly #deciders: Deciders;
  readonly #observer: Observer;
  readonly #controller: Controller;
  readonly #person: Person;
  readonly #happening: Happening;
  readonly #clients: Clients;

  constructor(world: World, schedule: Schedule, deciders: Deciders) {
    this.#world = world;
    this.#schedule = schedule;
    this.#deciders = deciders;
    this.#observer = new Observer(
      world,
      deciders,
      schedule.faults.some(({ kind }) => kind === "answers"),
    );
    this.#controller = new Controller(world, deciders);
    this.#person = new Person(world, deciders);
    this.#happening = new Happening(world, this.#controller, this.#person, this.#observer);
    this.#clients = new Clients(world);
  }

  run(): void {
    const { faults } = this.#schedule;
    const world = this.#world;
    begin(world);
    let next = 0;
    let calm = 0;
    let steady = 0;
    for (let round = 1; calm < CALM_ROUNDS && steady < STEADY_ROUNDS; round++) {
      world.begin(round);
      this.#happening.pass();
      for (let fault = faults[next]; fault !== undefined && fault.at <= round; fault = faults[next]) {
        this.#happening.happen(fault);
        next += 1;
      }
      if (next === faults.length && !this.#happening.isWaiting) {
        if (calm === 0 && (faults.at(-1)?.at ?? 0) + this.#lasting() <= round) this.#calm();
        if (world.isCalm && !this.#person.isBusy) calm += 1;
      }
      this.#round();
      steady = calm > 0 && isInPlace(world) ? steady + 1 : 0;
    }
    judge(world, faults);
  }

  /** How long the last faults may last before everything is mended. */
  #lasting(): number {
    const end = (fault: Schedule["faults"][number]) => fault.at + ("rounds" in fault ? fault.rounds : 0);
    const last = this.#schedule.faults.at(-1)?.at ?? 0;
    return Math.max(8, ...this.#schedule.faults.map((fault) => end(fault) - last));
  }

  #calm(): void {
    if (this.#world.isCalm) return;
    this.#world.isCalm = true;
    this.#world.tell(() => "— everything is mended and started");
    this.#happening.calm();
  }

  #round(): void {
    const world = this.#world;
    for (const node of world.nodes) startAgain(world, node);
    replicate(world);
    if (world.isGroup) runGroups(world);
    this.#clients.write();
    this.#person.run();
    this.#controller.run();
    const first = world.random.below(world.nodes.length);
    for (let offset = 0; offset < world.nodes.length; offset++) {
      const node = world.node((first + offset) % world.nodes.length);
      runAgent(world, node, this.#observer, this.#deciders);
    }
    this.#observer.keep();
    checkKept(world);
  }
}
