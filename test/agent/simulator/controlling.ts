import type { Controlled, ControlledServer, SwitchStep } from "../../../agent/controlled.ts";
import type { Act, Action } from "./action.ts";
import { Acts } from "./acts.ts";
import type { Deciders } from "./deciders.ts";
import { setAsPrimary } from "./groupActs.ts";
import { answering } from "./lifecycle.ts";
import { NOBODY, type Node, takesWrites } from "./node.ts";
import type { World } from "./world.ts";

/** Rounds without a controller after it has ended. */
const AWAY_ROUNDS = 2;

/** The switchover controller, which carries out the decisions of `decideSwitchover`. */
export class Controller {
  readonly #world: World;
  readonly #deciders: Deciders;
  #action: Action | undefined;
  #closedAt: number | undefined;
  #caughtUpAt: number | undefined;
  #settledFor = NOBODY;
  #startsAt = 0;
  /** Ends in the middle of its next step, after this many acts. */
  cutAfter: number | undefined;
  #told = "";

  constructor(world: World, deciders: Deciders) {
    this.#world = world;
    this.#deciders = deciders;
  }

  /** Another configuration replaces the container of the controller. */
  configure(): void {
    this.#action = undefined;
    this.#closedAt = undefined;
    this.#caughtUpAt = undefined;
    this.#settledFor = NOBODY;
  }

  /** The container of the controller starts again. */
  startAgain(): void {
    this.configure();
    this.#startsAt = this.#world.round + AWAY_ROUNDS;
  }

  run(): void {
    const world = this.#world;
    if (this.#settledFor === world.wanted || world.round < this.#startsAt) return;
    if (this.#action === undefined) this.#decide();
    if (this.#action !== undefined) this.#advance(this.#action);
  }

  #decide(): void {
    const world = this.#world;
    const seen = this.#see();
    const { step, reason, closedAt } = this.#deciders.decideSwitchover(seen);
    this.#closedAt = closedAt;
    if (step.do === "settled") this.#settledFor = world.wanted;
    const told = `controller: ${step.do} (${reason})`;
    if (told !== this.#told) world.tell(() => told);
    this.#told = told;
    const acts = actsOf(world, step, seen.wanted);
    if (acts.length > 0) this.#action = { name: step.do, acts, done: 0, from: world.round };
  }

  #see(): Controlled {
    const world = this.#world;
    const members = new Map<string, ControlledServer>();
    for (const node of world.nodes) {
      const server = controlledOf(world, node);
      if (server !== undefined) members.set(node.name, server);
    }
    return {
      ...{ replication: world.mode.replication, wanted: world.node(world.wanted).name, isByHand: false },
      ...{ members, at: world.round, closedAt: this.#closedAt, caughtUpAt: this.#caughtUpAt },
    };
  }

  #advance(action: Action): void {
    const world = this.#world;
    while (action.done < action.acts.length) {
      if (this.cutAfter !== undefined && action.done >= this.cutAfter) {
        world.tell(() => `the controller ends after ${action.done} acts of ${action.name}`);
        this.cutAfter = undefined;
        this.startAgain();
        return;
      }
      const outcome = action.acts[action.done]?.run() ?? "failed";
      if (outcome === "again") return;
      if (outcome === "failed") break;
      action.done += 1;
    }
    if (action.done < action.acts.length) world.tell(() => `controller: ${action.name} fails`);
    else if (action.name === "catch-up") this.#caughtUpAt = world.round;
    this.#action = undefined;
  }
}

function controlledOf(world: World, node: Node): ControlledServer | undefined {
  const server = answering(node);
  const { folder } = node;
  if (server === undefined || !folder.isPrepared || folder.provisioning !== undefined) return undefined;
  if (!world.reaches(node.index, world.clients)) return undefined;
  return {
    term: world.ledger.newestTerm(folder.executed),
    configured: world.ledger.configuredIn(folder.executed),
    ...{ writes: takesWrites(server), isClosed: server.isSuperReadOnly },
    ...{ openedIn: server.openedIn, closingIn: server.closingIn },
    source: folder.source === NOBODY ? undefined : world.node(folder.source).name,
    ...{ isReceiving: server.receives && server.connectedTo !== 0, isApplying: server.isApplying },
    executed: world.ledger.gtidSet(folder.executed),
    unapplied: world.ledger.gtidSet(folder.relayed & ~folder.executed),
    group: server.groupState,
  };
}

function actsOf(world: World, step: SwitchStep, wanted: string): Act[] {
  switch (step.do) {
    case "wait":
    case "settled":
      return [];
    case "record":
      return [
        new Acts(world, world.named(wanted)).write("record the term", "admin", {
          promoted: wanted,
          reason: "configured",
        }),
      ];
    case "elect":
      return electActs(world, world.named(step.member));
    case "catch-up":
      return [catchUp(world, world.named(step.member), step.seconds)];
    case "close": {
      const acts = new Acts(world, world.named(step.member));
      return [acts.signClosing(step.term), acts.superReadOnlyOn()];
    }
    case "promote":
      return promoteActs(world, world.named(step.from), world.named(step.to), step.after);
    case "reopen": {
      const acts = new Acts(world, world.named(step.member));
      return [acts.reset(), acts.semisyncOn(), acts.readOnlyOff(), acts.signOpened(step.term)];
    }
    case "call-off":
      return [new Acts(world, world.named(step.member)).signOpened(step.term)];
  }
}

function electActs(world: World, to: Node): Act[] {
  const from = world.nodes.find((node) => takesWrites(answering(node)));
  if (from === undefined) return [];
  let tried = 0;
  return [
    new Acts(world, from).sql("elect", () => setAsPrimary(world, from, to)),
    new Acts(world, to).sql("record the term", (server) => {
      tried += 1;
      if (server.isSuperReadOnly) return tried < 10 ? "again" : "failed";
      return new Acts(world, to).write("", "admin", { promoted: to.name, reason: "configured" }).run();
    }),
  ];
}

function catchUp(world: World, to: Node, seconds: number): Act {
  const { source } = to.folder;
  const all = source === NOBODY ? to.folder.executed : world.node(source).folder.executed;
  let waited = 0;
  return new Acts(world, to).sql("catch up", () => {
    waited += 1;
    if ((all & ~to.folder.executed) === 0n) return "done";
    return waited < seconds ? "again" : "failed";
  });
}

/** The former primary becomes a replica first. Then two sessions at the same time: the new one opens meanwhile. */
function promoteActs(world: World, from: Node, to: Node, after: number): Act[] {
  const opening = new Acts(world, to);
  const following = new Acts(world, from);
  const first = [
    opening.superReadOnlyOff(),
    opening.write("record the term", "admin", { promoted: to.name, reason: "configured", after }),
    opening.superReadOnlyOff(),
    opening.reset(),
    opening.semisyncOn(),
    opening.readOnlyOff(),
  ];
  const second = [following.startReplica(), following.semisyncOff(), following.unsign()];
  const turns = world.random.chance(0.5) ? [first, second] : [second, first];
  const acts: Act[] = [following.stopReplica(), following.stillClosed(), following.changeSource(to.index)];
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    for (const session of turns) if (session[index] !== undefined) acts.push(inSession(session, index));
  }
  return acts;
}

/** An act whose session goes on whatever becomes of the other one; what has failed ends its own session. */
function inSession(session: Act[], index: number): Act {
  const name = session[index]?.name ?? "";
  return {
    name,
    run: () => {
      if (session[index]?.run() === "failed") session.length = 0;
      return "done";
    },
  };
}
