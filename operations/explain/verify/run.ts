import { randomBytes } from "node:crypto";
import { agentCommand } from "../../../components/mysqlCluster/agent.ts";
import type { Topology } from "../../../topology/plan.ts";
import { type Finding, isSinglePoint, survive } from "../../../topology/survival.ts";
import { requireHealthy, untilHealthy } from "../../drills/requireHealthy.ts";
import { isIssuedByStack } from "../../drills/traffic/certificates.ts";
import { connectionsAllowed, type Load, startLoad } from "../../drills/traffic/load.ts";
import { isSuccess } from "../../drills/traffic/measure.ts";
import { storedMessages } from "../../drills/traffic/messages.ts";
import type { OpenStack } from "../../stack/open.ts";
import { type Comparison, compare, watchSeconds } from "./compare.ts";
import { observe, observingStepAt } from "./observe.ts";

/** The means to lose parts of a stack and to watch it. */
export interface VerifyContext extends OpenStack {
  /** The site's URL. */
  readonly url: string;
  /** The certificate of the stack's own authority (PEM); undefined: the stack has not put it out yet. */
  readonly ca: string | undefined;
  /** Aborted when the user stops it. */
  readonly signal: AbortSignal;
  wait(seconds: number): Promise<void>;
  /** Does what findings name as the remedy: `npm run up -- --refresh`. */
  remedy(): Promise<void>;
  say(line: string): void;
}

/** Requests a second, a third of them for each capability. */
const RATE = 15;
/** Seconds of load before the loss, in which nothing may fail. */
const LEAD_IN_SECONDS = 2;
/** Longer than any observation. */
const MAX_SECONDS = 180;

/** Why a prediction is not tried; undefined: it is. */
export function obstacleTo({ unit }: Finding): string | undefined {
  return unit.kind === "engine" ? "this command has no power over machines: npm run drill -- kill-host" : undefined;
}

/** Why nothing can be observed on a stack; undefined: it can. */
export function obstacleOn({ application }: Pick<Topology, "application">): string | undefined {
  return application.kind === "sample"
    ? undefined
    : "the application is not the sample, whose messages are read and written to observe what works";
}

/**
 * Loses each unit of a healthy stack once, and compares what visitors observe with the prediction. What takes something
 * down is brought back by its remedy, which has to help; other containers are started by the engine, which is what the
 * remedy does with them.
 * @param isChosen whether a unit is tried; default: all are
 */
export async function* verify(
  context: VerifyContext,
  isChosen: (finding: Finding) => boolean = () => true,
): AsyncIterable<Comparison> {
  const findings = survive(context.topology).filter((one) => obstacleTo(one) === undefined && isChosen(one));
  for (const { unit } of findings) {
    await requireHealthy(context);
    const primary = await context.databases.primary();
    // The primary may be another than the plan's, as after an election.
    const finding = survive(context.topology, undefined, { primary }).find(
      (one) => one.unit.kind === unit.kind && one.unit.name === unit.name,
    );
    if (finding === undefined) throw new Error(`the plan has no ${unit.kind} ${unit.name}`);
    context.say(`losing the ${unit.kind} ${unit.name}, and watching for ${watchSeconds(finding)} s`);
    yield await observed(finding, primary, context);
  }
}

async function observed(finding: Finding, primary: string, context: VerifyContext): Promise<Comparison> {
  const { topology, url, ca, databases, config, signal, wait } = context;
  const load = startLoad({
    url,
    ca: isIssuedByStack(topology) ? ca : undefined,
    rate: RATE,
    maxSeconds: MAX_SECONDS,
    run: randomBytes(4).toString("hex"),
    step: observingStepAt,
    maxConnections: connectionsAllowed(topology),
  });
  try {
    await wait(LEAD_IN_SECONDS);
    requireAnswers(load);
    const lost = load.elapsed();
    await lose(finding, context);
    await wait(watchSeconds(finding));
    return compare(finding, observe(load.answers, lost, load.elapsed()));
  } finally {
    // The load ends first: what still waits would be sent to the stack that comes back.
    await load.stop();
    await bringBack(finding, context);
    signal.throwIfAborted();
    await makePrimary(primary, context);
    await untilHealthy(context);
    await storedMessages(databases, config.mysql.database).clear();
  }
}

/** @throws Error if requests fail although nothing is lost */
function requireAnswers({ answers }: Load): void {
  const failed = answers.filter((one) => !isSuccess(one)).length;
  if (answers.length === 0 || failed > 0) {
    throw new Error(`${failed} of ${answers.length} requests failed before anything was lost`);
  }
}

async function lose({ unit }: Finding, { containers }: VerifyContext): Promise<void> {
  if (unit.kind === "process") await containers.kill([unit.name]);
  else await containers.killForGood(unit.kind === "server" ? unit.takes : [unit.name]);
}

async function bringBack(finding: Finding, context: VerifyContext): Promise<void> {
  const { unit } = finding;
  if (unit.kind !== "process") {
    if (isSinglePoint(finding) && !context.signal.aborted) await context.remedy();
    // With it those that have its network: the engine does not start them while it is stopped.
    else await context.containers.start(unit.takes);
  }
  if (!context.signal.aborted) await untilHealthy(context);
}

/** Makes the former primary the primary again, so that each unit is lost in the same condition. */
async function makePrimary(primary: string, { containers, databases, topology }: VerifyContext): Promise<void> {
  const former = topology.cluster.databases.find(({ name }) => name === primary);
  if (former === undefined || (await databases.primary()) === primary) return;
  await containers.execute(topology.cluster.controller.name, agentCommand("promote", former.member));
}
