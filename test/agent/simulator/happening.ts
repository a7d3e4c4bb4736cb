import type { Controller } from "./controlling.ts";
import { emptyAll } from "./deleting.ts";
import { type Fault, faultLine, type Target } from "./faults.ts";
import { handOver } from "./groupActs.ts";
import { closeByHand, keepClosed } from "./handClosing.ts";
import { answering, crash, cutPower, killAgent, shutDown } from "./lifecycle.ts";
import { type Node, takesWrites } from "./node.ts";
import type { Observer } from "./observing.ts";
import type { Person } from "./person.ts";
import type { World } from "./world.ts";
import { writeAs } from "./writing.ts";

/** Rounds that a person tries a command which is not possible yet. */
const PATIENCE = 10;

interface Waiting {
  readonly until: number;
  readonly run: () => boolean;
}

/** Lets faults happen, and ends them. */
export class Happening {
  readonly #world: World;
  readonly #controller: Controller;
  readonly #person: Person;
  readonly #observer: Observer;
  #mends: { readonly at: number; readonly cuts: readonly (readonly [number, number])[] }[] = [];
  #thaws: { readonly at: number; readonly node: Node }[] = [];
  #commands: Waiting[] = [];

  constructor(world: World, controller: Controller, person: Person, observer: Observer) {
    this.#world = world;
    this.#controller = controller;
    this.#person = person;
    this.#observer = observer;
  }

  get isWaiting(): boolean {
    return this.#commands.length > 0;
  }

  /** What ends by itself in this round, and the commands that wait. */
  pass(): void {
    const { round } = this.#world;
    for (const { at, cuts } of this.#mends) if (at === round) this.#cut(cuts, -1);
    for (const { at, node } of this.#thaws) if (at === round) node.isFrozen = false;
    for (const node of this.#world.nodes) keepClosed(this.#world, node);
    if (this.#commands.length > 0) {
      this.#commands = this.#commands.filter(({ until, run }) => round <= until && !run());
    }
  }

  /** Ends everything: from now on nothing fails. */
  calm(): void {
    const { nodes } = this.#world;
    this.#world.mend();
    this.#mends = [];
    this.#observer.troubles = [];
    for (const node of nodes) {
      node.isFrozen = false;
      node.startsAt = Math.min(node.startsAt, this.#world.round + 1);
      node.agentStartsAt = Math.min(node.agentStartsAt, this.#world.round + 1);
      Object.assign(node.agent, { armed: undefined, lagsUntil: 0 });
      Object.assign(node, { appliesAgainAt: 0, losesAckUntil: 0, abortsCloneUntil: 0, hearsBadlyUntil: 0 });
    }
    this.#controller.cutAfter = undefined;
  }

  happen(fault: Fault): void {
    const world = this.#world;
    world.tell(() => `— ${faultLine(fault)}`);
    switch (fault.kind) {
      case "restart-all":
        for (const node of world.nodes) cutPower(world, node, fault.rounds);
        return;
      case "partition":
        this.#cut(fault.cuts, 1);
        this.#mends.push({ at: world.round + fault.rounds, cuts: fault.cuts });
        return;
      case "answers":
        this.#observer.troubles.push({ ...fault, until: world.round + fault.rounds });
        world.node(fault.asker).hearsBadlyUntil = world.round + fault.rounds;
        return;
      case "switchover":
        this.#switchTo(world.node(fault.node));
        return;
      case "cut-controller":
        this.#controller.cutAfter = fault.after;
        return;
      case "restart-controller":
        this.#controller.startAgain();
        return;
      case "failover":
        this.#command(() => this.#person.failOverTo(world.node(fault.node)));
        return;
      case "recover-group":
        this.#command(() => this.#person.recoverGroup());
        return;
      case "recover-server":
        this.#command(() => this.#person.recover(world.node(fault.node)));
        return;
      default:
        this.#toNode(fault, this.#target(fault.node));
    }
  }

  #toNode(
    fault: Exclude<
      Fault,
      { kind: "restart-all" | "partition" | "answers" | "recover-group" | "cut-controller" | "restart-controller" }
    >,
    node: Node,
  ): void {
    const world = this.#world;
    const until = world.round + ("rounds" in fault ? fault.rounds : 0);
    switch (fault.kind) {
      case "crash":
        crash(world, node, fault.rounds);
        return;
      case "stop":
        if (world.isGroup && node.server?.role === "PRIMARY") handOver(world, node);
        shutDown(world, node, fault.rounds);
        return;
      case "kill-agent":
        killAgent(world, node, fault.rounds);
        return;
      case "cut-power":
        cutPower(world, node, fault.rounds);
        return;
      case "freeze":
        node.isFrozen = node.server !== undefined;
        this.#thaws.push({ at: until, node });
        return;
      case "lose-disk":
        cutPower(world, node, fault.rounds);
        emptyAll(world, node, "disk");
        return;
      case "slow-agent":
        node.agent.lagsUntil = until;
        return;
      case "slow-applier":
        node.appliesAgainAt = until;
        return;
      case "lose-ack":
        node.losesAckUntil = until;
        return;
      case "abort-clone":
        node.abortsCloneUntil = until;
        return;
      case "cut-step":
        node.agent.armed = { ...fault, of: fault.of, until: until + 20 };
        return;
      case "close":
        closeByHand(world, node, until);
        return;
      case "errant":
        this.#writeErrant(node);
        return;
      case "poison":
        // A row that differs: data that are written elsewhere are right.
        node.folder.isPoisoned = !takesWrites(node.server);
        return;
    }
  }

  /** Root may write on a replica, and does so at times. */
  #writeErrant(node: Node): void {
    const server = answering(node);
    if (server === undefined || server.group !== undefined || takesWrites(server)) return;
    if (node.folder.provisioning !== undefined) return;
    // The last look before a group begins cannot see what a person writes while an answer is on its way.
    if (this.#world.isGroup && this.#observer.troubles.some(({ until }) => this.#world.round < until)) return;
    const { isSuperReadOnly } = server;
    server.isSuperReadOnly = false;
    writeAs(this.#world, node, "errant");
    server.isSuperReadOnly = isSuperReadOnly;
  }

  /** An arbiter has no clients, and is never configured as the primary. */
  #switchTo(node: Node): void {
    if (node.isArbiter || this.#world.wanted === node.index) return;
    this.#world.wanted = node.index;
    this.#controller.configure();
  }

  #command(run: () => boolean): void {
    this.#commands.push({ until: this.#world.round + PATIENCE, run });
  }

  #target(target: Target): Node {
    if (target !== "primary") return this.#world.node(target);
    const primary = this.#world.nodes.find(({ server }) => takesWrites(server));
    return primary ?? this.#world.node(this.#world.wanted);
  }

  #cut(cuts: readonly (readonly [number, number])[], by: 1 | -1): void {
    for (const [from, to] of cuts) this.#world.cut(from, to, by);
  }
}
