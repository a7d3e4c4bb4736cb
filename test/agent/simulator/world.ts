import type { Replication } from "../../../agent/observation.ts";
import { Ledger, NONE, type Transactions } from "./ledger.ts";
import { emptyFolder, type Group, type Node, newContainer, storedIn } from "./node.ts";
import { Random } from "./random.ts";

/** How a cluster is configured, and from which state it begins. */
export interface Mode {
  readonly replication: Replication;
  readonly withoutReplica: "wait" | "degrade";
  readonly nodes: 2 | 3;
  /** Whether the last node is an arbiter. */
  readonly hasArbiter: boolean;
  /** empty: no node has data. running: each is in its place. moving: from async replication to a group. */
  readonly start: "empty" | "running" | "moving";
}

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: string;
  readonly round: number;
  readonly text: string;
}

/** The end of a simulation at the first violation. */
export class Violated extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.text);
    this.violation = violation;
  }
}

/** Why something is deleted. Nobody but a person or a broken disk may delete what nobody else has. */
export type Cause = "agent" | "person" | "disk";

/** The state of everything that is simulated. */
export class World {
  readonly mode: Mode;
  readonly seed: number;
  readonly ledger = new Ledger();
  readonly nodes: readonly Node[];
  /** The clients' place in the network, behind those of the nodes. The controller is there, too. */
  readonly clients: number;
  readonly groups: Group[] = [];
  /** The configured primary. */
  wanted = 0;
  round = 0;
  /** From now on nothing fails. */
  isCalm = false;
  random: Random;
  /** What clients were told to be safe. */
  acknowledged: Transactions = NONE;
  /** What may be lost: with a disk, or because a person has accepted it. */
  accepted: Transactions = NONE;
  /** Everything that a folder had which a person or a broken disk has emptied, whoever has it besides. */
  takenAway: Transactions = NONE;
  /** Whether a person has replaced a primary knowing that it may have acknowledged more, or may go on doing so. */
  isLossAccepted = false;
  hasFailedOver = false;
  /** undefined: nobody reads it. */
  readonly history: string[] | undefined;
  #runs = 0;
  readonly #cut: Uint8Array;

  constructor(mode: Mode, seed: number, isTold: boolean) {
    this.mode = mode;
    this.seed = seed;
    this.random = new Random(seed);
    this.history = isTold ? [] : undefined;
    this.clients = mode.nodes;
    this.#cut = new Uint8Array((mode.nodes + 1) ** 2);
    const names = Array.from({ length: mode.nodes }, (_, index) => `mysql-server${index + 1}.replication`);
    this.nodes = names.map((name, index) => newNode(this, names, name, index));
  }

  get isGroup(): boolean {
    return this.mode.replication === "group";
  }

  /** Chance does not depend on what happened in the rounds before, so that a shorter history stays the same. */
  begin(round: number): void {
    this.round = round;
    this.random = new Random(Math.imul(this.seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b));
  }

  nextRun(): number {
    this.#runs += 1;
    return this.#runs;
  }

  node(index: number): Node {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  named(name: string): Node {
    const node = this.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  cut(from: number, to: number, by: 1 | -1): void {
    const place = from * (this.clients + 1) + to;
    this.#cut[place] = (this.#cut[place] ?? 0) + by;
  }

  mend(): void {
    this.#cut.fill(0);
  }

  /** Whether what one sends arrives at the other. */
  sends(from: number, to: number): boolean {
    return this.#cut[from * (this.clients + 1) + to] === 0;
  }

  reaches(one: number, other: number): boolean {
    return one === other || (this.sends(one, other) && this.sends(other, one));
  }

  /** Writes a line of the history. */
  tell(line: () => string): void {
    this.history?.push(`${String(this.round).padStart(3)} ${line()}`);
  }

  violated(invariant: string, text: string): never {
    throw new Violated({ invariant, round: this.round, text });
  }

  /** Everything that the folders of the others have, without those that a person has given up. */
  storedBeside(node: Node): Transactions {
    const others = this.nodes.filter((other) => other !== node && !other.isGivenUp);
    return others.reduce((all, other) => all | storedIn(other.folder), NONE);
  }
}

function newNode(world: World, names: readonly string[], name: string, index: number): Node {
  return {
    ...{ index, name, peers: names.filter((other) => other !== name) },
    isArbiter: world.mode.hasArbiter && index === names.length - 1,
    folder: emptyFolder(world.ledger.newOrigin()),
    server: undefined,
    container: newContainer(),
    orphan: undefined,
    agent: {
      ...{ isAlive: true, memory: {}, action: undefined, decision: undefined, failure: undefined },
      ...{ armed: undefined, lagsUntil: 0 },
    },
    ...{ isFrozen: false, startsAt: 0, agentStartsAt: 0, isPowered: true, isFenced: false, isGivenUp: false },
    ...{ appliesAgainAt: 0, losesAckUntil: 0, abortsCloneUntil: 0, isolatedAt: -10, hearsBadlyUntil: 0 },
    closedByHand: undefined,
  };
}

/** The servers' short names, for people. */
export function shortOf(name: string | undefined): string {
  return name?.replace(/^mysql-/, "").replace(/\..*$/, "") ?? "-";
}
