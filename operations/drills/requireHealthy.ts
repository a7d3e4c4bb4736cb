import { eventually } from "../../engine/eventually.ts";
import type { Topology } from "../../topology/plan.ts";
import { instances } from "../../topology/tiers.ts";
import { assess } from "../database/assessment.ts";
import type { DrillContext } from "./drill.ts";

type Part = Pick<DrillContext, "containers" | "databases" | "topology">;

/**
 * The longest that a virtual address takes to move back to its load balancer, whose HAProxy must be well for 8 s first.
 */
const HOME_SECONDS = 30;
/** The longest that a stack takes to be healthy again after a drill. */
const HEALTHY_SECONDS = 120;

const polling = ({ wait }: Pick<DrillContext, "wait">) => ({ everySeconds: 0.5, wait });

/**
 * Makes sure that a drill begins with a healthy stack, so that its figures show only its own effects.
 * @throws Error naming the containers that do not run or are not healthy, the databases that are not in their places,
 *   and the virtual addresses that do not come back to their load balancers
 */
export async function requireHealthy(context: Part & Pick<DrillContext, "wait">): Promise<void> {
  const problems = [...(await unwell(context)), ...(await outOfPlace(context))];
  if (problems.length > 0) throw new Error(`the stack is not healthy: ${problems.join("; ")}`);
  await eventually(() => requireAtHome(context), HOME_SECONDS, polling(context));
}

/**
 * What is wrong with the stack: its containers that are not well, else its databases that are out of their places.
 * Databases are not asked in vain while a machine boots, which has enough to do.
 */
export async function problemsIn(context: Part): Promise<string[]> {
  const names = await unwell(context);
  return names.length > 0 ? names : outOfPlace(context);
}

/** Makes sure that each address is at its load balancer: when an address moves back, connections through it are cut. */
async function requireAtHome({ containers, topology }: Part): Promise<void> {
  for (const { pause, keepalived, vrrp } of topology.loadBalancers) {
    const holder = (keepalived ?? pause).name;
    for (const { priority, virtualAddress } of vrrp?.instances ?? []) {
      if (priority < highestFor(virtualAddress, topology)) continue;
      const held = await containers
        .execute(holder, ["ip", "-oneline", "-4", "address", "show", "to", virtualAddress])
        .catch(() => "");
      if (held.trim() === "") throw new Error(`the stack is not healthy: ${holder} should hold ${virtualAddress}`);
    }
  }
}

/** The highest priority for an address: that of its own load balancer. */
function highestFor(address: string, { loadBalancers }: Topology): number {
  const instances = loadBalancers.flatMap(({ vrrp }) => vrrp?.instances ?? []);
  return Math.max(
    ...instances.filter(({ virtualAddress }) => virtualAddress === address).map(({ priority }) => priority),
  );
}

/** Waits until the stack is healthy again. */
export async function untilHealthy(context: Part & Pick<DrillContext, "wait">): Promise<void> {
  await eventually(() => requireHealthy(context), HEALTHY_SECONDS, polling(context));
}

/** Waits until every database is in its place. */
export async function untilInPlace(context: Part & Pick<DrillContext, "wait">, seconds: number): Promise<void> {
  const check = async () => {
    const problems = await outOfPlace(context);
    if (problems.length > 0) throw new Error(`${problems.join("; ")}, after ${seconds} s`);
  };
  await eventually(check, seconds, { ...polling(context), everySeconds: 0.25 });
}

async function unwell({ containers, topology }: Part): Promise<string[]> {
  const names = await containers.unwell(instances(topology).map(({ name }) => name));
  return names.map((name) => `${name} should run and be healthy`);
}

/** The databases that are not in their places, each with the reason. */
async function outOfPlace({ databases, topology }: Part): Promise<string[]> {
  const members = await assess(topology.cluster, databases.ask);
  return members.flatMap(({ plan, problem }) => (problem === undefined ? [] : [`${plan.name} ${problem}`]));
}
