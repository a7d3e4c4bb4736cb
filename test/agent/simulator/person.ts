import type { FailoverMemory, FailoverStep } from "../../../agent/decide/failover.ts";
import type { Act } from "./action.ts";
import { Acts } from "./acts.ts";
import type { Deciders } from "./deciders.ts";
import { emptyAll } from "./deleting.ts";
import { NONE, type Transactions } from "./ledger.ts";
import { answering, crash, RESTART_ROUNDS } from "./lifecycle.ts";
import { heldIn, type Node, takesWrites } from "./node.ts";
import { ownOf } from "./observing.ts";
import { shortOf, type World } from "./world.ts";

/** A failover on its way. */
interface Failover {
  readonly target: Node;
  readonly fenced: readonly Node[];
  memory: FailoverMemory;
}

/** The commands of a person, who sees all engines and gives a command only where the program allows it. */
export class Person {
  readonly #world: World;
  readonly #deciders: Deciders;
  #failover: Failover | undefined;

  constructor(world: World, deciders: Deciders) {
    this.#world = world;
    this.#deciders = deciders;
  }

  get isBusy(): boolean {
    return this.#failover !== undefined;
  }

  /** `failover SERVER`. @returns whether it was begun */
  failOverTo(target: Node): boolean {
    const world = this.#world;
    if (world.isGroup || this.isBusy || !isReplica(target)) return false;
    const answers = world.nodes.filter((node) => answering(node) !== undefined && node.folder.isPrepared);
    if (answers.some((node) => takesWrites(node.server))) return false;
    const isAhead = (node: Node) => isReplica(node) && (heldIn(node.folder) & ~heldIn(target.folder)) !== NONE;
    if (answers.some(isAhead)) return false;
    const left = target.folder.relayed & ~target.folder.executed;
    if (left !== NONE && target.server?.cannotApply !== undefined) return false;
    const newest = answers
      .map(({ folder }) => world.ledger.newestTerm(folder.executed))
      .reduce((most, term) => (term.number > most.number ? term : most));
    const lost = world.nodes.filter(
      (node) => node !== target && (!answers.includes(node) || node.name === newest.promoted),
    );
    // A replaced primary that nobody can tell of its successor would go on: a person makes sure that it is reached.
    if (lost.some((node) => !world.reaches(node.index, target.index))) return false;
    world.hasFailedOver = true;
    const isSafe = this.#losesNothing(target, newest.promoted);
    for (const node of lost) {
      crash(world, node, RESTART_ROUNDS);
      node.isFenced = true;
    }
    world.tell(() => `person: failover ${shortOf(target.name)}${isSafe ? "" : ", which may lose transactions"}`);
    if (!isSafe) {
      world.isLossAccepted = true;
      this.#accept(heldIn(target.folder) | target.folder.logged);
    }
    this.#failover = { target, fenced: lost, memory: {} };
    return true;
  }

  /** Whether the command tells the person that nothing acknowledged is lost. */
  #losesNothing(target: Node, primary: string | undefined): boolean {
    const { mode, nodes } = this.#world;
    if (mode.replication !== "semisync" || mode.withoutReplica !== "wait") return false;
    return (
      nodes.every(
        (node) =>
          node.name === primary ||
          (answering(node) !== undefined &&
            node.folder.provisioning === undefined &&
            !node.folder.isDataLost &&
            !node.folder.isPoisoned),
      ) && target.name !== primary
    );
  }

  #accept(kept: Transactions): void {
    this.#world.accepted |= this.#world.acknowledged & ~kept;
  }

  /** `recover`: the group begins again without the members that are down. */
  recoverGroup(): boolean {
    const world = this.#world;
    if (!world.isGroup || world.nodes.some(({ isFrozen }) => isFrozen)) return false;
    const present = world.nodes.filter((node) => answering(node) !== undefined && node.folder.isPrepared);
    const silent = world.nodes.filter((node) => !present.includes(node));
    // A node that restarts answers soon: a person gives up only what is really down.
    if (present.length === 0 || silent.length === 0) return false;
    if (silent.some(({ server, startsAt }) => server !== undefined || startsAt <= world.round + RESTART_ROUNDS))
      return false;
    if (present.some(({ server }) => server?.groupState === "ONLINE")) return false;
    const all = present.reduce((held, { folder }) => held | heldIn(folder), NONE);
    if (!present.some(({ folder }) => (all & ~heldIn(folder)) === NONE)) return false;
    this.#accept(all);
    for (const node of silent) node.isGivenUp = true;
    for (const node of present) node.container.givenUp = silent.map(({ name }) => name);
    world.tell(() => `person: recover without ${silent.map(({ name }) => shortOf(name)).join(" ")}`);
    return true;
  }

  /** `recover SERVER`: sets the data of a node aside that stays out of the cluster. */
  recover(node: Node): boolean {
    const word = node.agent.decision?.state.word;
    if (word !== "diverged" && word !== "refused") return false;
    this.#world.tell(() => `person: recover ${shortOf(node.name)}`);
    crash(this.#world, node, RESTART_ROUNDS);
    emptyAll(this.#world, node, "person");
    return true;
  }

  /** One round of a failover. */
  run(): void {
    const failover = this.#failover;
    if (failover === undefined) return;
    const { target } = failover;
    const own = ownOf(this.#world, target);
    if (own === undefined) {
      this.#end(failover, "the server does not answer");
      return;
    }
    const known = Math.max(target.folder.knownTerm.number, ...this.#terms());
    const { step, reason, memory } = this.#deciders.decideFailover(own, known, failover.memory, this.#world.round);
    if (step.do === "done" || step.do === "give-up") {
      this.#end(failover, reason);
      return;
    }
    const acts = actsOf(this.#world, target, step);
    if (acts.length > 0) this.#world.tell(() => `failover: ${step.do} (${reason})`);
    if (acts.every((act) => act.run() === "done")) failover.memory = memory;
  }

  /** The numbers of the newest terms that those know who answer. */
  #terms(): number[] {
    const { nodes, ledger } = this.#world;
    return nodes
      .filter((node) => answering(node) !== undefined && node.folder.isPrepared)
      .map(({ folder }) => ledger.newestTerm(folder.executed).number);
  }

  #end({ fenced }: Failover, reason: string): void {
    this.#world.tell(() => `failover: ends (${reason})`);
    for (const node of fenced) node.isFenced = false;
    this.#failover = undefined;
  }
}

function actsOf(world: World, node: Node, step: FailoverStep): Act[] {
  const acts = new Acts(world, node);
  switch (step.do) {
    case "apply-alone":
      return [acts.stopReceiver(), acts.startApplier()];
    case "promote":
      return [
        acts.file("data complete", () => {
          node.folder.isDataLost = false;
        }),
        acts.superReadOnlyOn(),
        acts.semisyncOff(),
        acts.superReadOnlyOff(),
        acts.write("record the term", "admin", { promoted: node.name, reason: "takeover", after: step.after }),
        acts.reset(),
      ];
    default:
      return [];
  }
}

function isReplica(node: Node): boolean {
  const { folder } = node;
  return answering(node) !== undefined && folder.isPrepared && folder.provisioning === undefined;
}
