import type { Decision } from "../../../agent/step.ts";
import { STATES } from "../../../agent/vocabulary.ts";
import type { Action } from "./action.ts";
import type { Deciders } from "./deciders.ts";
import { answering, crash, cutPower, killAgent } from "./lifecycle.ts";
import type { Node } from "./node.ts";
import type { Observer } from "./observing.ts";
import { actsOf } from "./steps.ts";
import { shortOf, type World } from "./world.ts";

/** Every observation leads to a step, and people are told why. */
export const DECIDES = "every decision has a state and a reason";

/** One round of a node's agent: it goes on with its step, or observes and decides. */
export function runAgent(world: World, node: Node, observer: Observer, deciders: Deciders): void {
  const { agent } = node;
  if (node.orphan !== undefined) goOn(node, node.orphan);
  if (!agent.isAlive || !node.isPowered) return;
  if (agent.action !== undefined) {
    advance(world, node, agent.action);
    return;
  }
  const decision = decided(world, node, observer, deciders);
  note(world, node, decision);
  if (decision.learned !== undefined) node.folder.knownTerm = decision.learned;
  if (decision.step.do === "wait") {
    agent.memory = decision.memory;
    agent.failure = undefined;
    keepAccounts(world, node);
    return;
  }
  const late = isLate(world, node) ? world.random.between(1, 2) : 0;
  const name = decision.step.do;
  const acts = actsOf(world, node, decision.step, {
    isStillToBegin: () => deciders.isStillToBegin(observer.observe(node)),
    isRefusal: deciders.isRefusal,
  });
  agent.action = { name, acts, done: 0, from: world.round + late };
  advance(world, node, agent.action);
}

/** Rounds from one change of the accounts to the next. */
const UPKEEP_ROUNDS = 3;

/** The agent changes accounts without the binary log, also on a closed server, and closes a read-only one after it. */
function keepAccounts(world: World, node: Node): void {
  const server = answering(node);
  if (server === undefined || node.folder.provisioning !== undefined || world.round % UPKEEP_ROUNDS !== 0) return;
  server.isSuperReadOnly = server.isReadOnly;
}

/** What goes on without an agent. */
function goOn(node: Node, orphan: Action): void {
  const outcome = orphan.acts[orphan.done]?.run();
  if (outcome === "done") orphan.done += 1;
  if (outcome === undefined || outcome === "failed") node.orphan = undefined;
}

function isLate(world: World, { agent }: Node): boolean {
  return world.round < agent.lagsUntil;
}

function decided(world: World, node: Node, observer: Observer, deciders: Deciders): Decision {
  const observation = observer.observe(node);
  let decision: Decision;
  try {
    decision = deciders.decide(observation);
  } catch (error) {
    return world.violated(DECIDES, `${shortOf(node.name)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!STATES.includes(decision.state.word) || decision.reason === "") {
    world.violated(DECIDES, `${shortOf(node.name)}: ${JSON.stringify(decision)}`);
  }
  return decision;
}

function note(world: World, node: Node, decision: Decision): void {
  const { agent } = node;
  const before = agent.decision;
  agent.decision = decision;
  if (world.history === undefined) return;
  const { step, state, reason } = decision;
  if (before?.step.do === step.do && before.state.text === state.text && before.state.word === state.word) return;
  world.tell(() => `${shortOf(node.name)}: ${step.do} — ${state.word}: ${state.text} (${reason})`);
}

/** Does the acts of a step: all in one round, or one in each if the agent is slow. */
function advance(world: World, node: Node, action: Action): void {
  const { agent } = node;
  if (world.round < action.from) return;
  while (action.done < action.acts.length) {
    if (isCut(world, node, action, false)) return;
    const act = action.acts[action.done];
    const outcome = act?.run() ?? "failed";
    if (outcome === "again") return;
    if (outcome === "failed") {
      world.tell(() => `${shortOf(node.name)}: ${action.name} fails: ${act?.name}`);
      agent.failure = action.name;
      // As the loop does: the next look shows whether the node is open.
      if (action.name === "open") agent.memory = agent.decision?.memory ?? {};
      agent.action = undefined;
      return;
    }
    action.done += 1;
    if (isLate(world, node) && action.done < action.acts.length) return;
  }
  if (isCut(world, node, action, true)) return;
  agent.action = undefined;
  agent.failure = undefined;
  agent.memory = agent.decision?.memory ?? {};
}

/** Carries out the power cut that was meant for the middle of a step, or for its end. */
function isCut(world: World, node: Node, action: Action, isAtEnd: boolean): boolean {
  const { armed } = node.agent;
  if (
    armed === undefined ||
    (armed.of ?? action.name) !== action.name ||
    world.round >= armed.until ||
    !(isAtEnd || action.done >= armed.after)
  )
    return false;
  node.agent.armed = undefined;
  world.tell(() => `${shortOf(node.name)}: the ${armed.what} fails after ${action.done} acts of ${action.name}`);
  if (armed.what === "agent") killAgent(world, node, armed.rounds);
  else if (armed.what === "server") crash(world, node, armed.rounds);
  else cutPower(world, node, armed.rounds);
  // The step of an agent goes on when its server alone has ended, and fails.
  return armed.what !== "server";
}
