import { instances, type Topology } from "../../topology/plan.ts";
import { placesOf } from "../database/places.ts";
import type { Ground } from "./drill.ts";

type Stack = Pick<Ground, "containers" | "databases" | "topology">;

/** In which virtual addresses have to be back where they belong: HAProxy must do well for 8 s before. In seconds. */
const HOME_SECONDS = 30;
/** In which a stack has to be whole again after a drill, in seconds. */
const WHOLE_SECONDS = 120;
const POLL_SECONDS = 0.5;

/**
 * @throws Error naming the containers that do not run and are not healthy, the databases that are not in their places,
 * and the virtual addresses that do not come back to theirs: what they cost is not a drill's doing
 */
export async function requireWhole(stack: Stack & Pick<Ground, "wait">): Promise<void> {
  const problems = [...(await unwell(stack)), ...(await misplaced(stack))];
  if (problems.length > 0) throw new Error(`the stack is not whole: ${problems.join("; ")}`);
  await eventually(() => requireAtHome(stack), HOME_SECONDS, stack);
}

/** An address that moves back cuts the connections through it. */
async function requireAtHome({ containers, topology }: Stack): Promise<void> {
  for (const { namespace, vrrp } of topology.loadBalancers) {
    for (const { priority, virtualAddress } of vrrp?.instances ?? []) {
      if (priority < highestFor(virtualAddress, topology)) continue;
      const held = await containers
        .execute(namespace.name, ["ip", "-oneline", "-4", "address", "show", "to", virtualAddress])
        .catch(() => "");
      if (held.trim() === "")
        throw new Error(`the stack is not whole: ${namespace.name} should hold ${virtualAddress}`);
    }
  }
}

/** The priority of the load balancer that an address belongs to. */
function highestFor(address: string, { loadBalancers }: Topology): number {
  const instances = loadBalancers.flatMap(({ vrrp }) => vrrp?.instances ?? []);
  return Math.max(
    ...instances.filter(({ virtualAddress }) => virtualAddress === address).map(({ priority }) => priority),
  );
}

/** Waits until the stack is whole: the next drill begins with it. */
export async function untilWhole(ground: Stack & Pick<Ground, "wait">): Promise<void> {
  await eventually(() => requireWhole(ground), WHOLE_SECONDS, ground);
}

/** Waits until every database is in its place. */
export async function untilInPlace(ground: Stack & Pick<Ground, "wait">, seconds: number): Promise<void> {
  const check = async () => {
    const problems = await misplaced(ground);
    if (problems.length > 0) throw new Error(`${problems.join("; ")}, after ${seconds} s`);
  };
  await eventually(check, seconds, ground, 0.25);
}

async function unwell({ containers, topology }: Stack): Promise<string[]> {
  const names = await containers.unwell(instances(topology).map(({ name }) => name));
  return names.map((name) => `${name} should run and be healthy`);
}

/** The databases that are not in their places, each with the reason. */
async function misplaced({ databases, topology }: Stack): Promise<string[]> {
  const places = await placesOf(topology.cluster, databases.ask);
  return places.flatMap(({ plan, problem }) => (problem === undefined ? [] : [`${plan.name} ${problem}`]));
}

async function eventually(
  check: () => Promise<void>,
  seconds: number,
  { wait }: Pick<Ground, "wait">,
  pollSeconds = POLL_SECONDS,
): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await wait(pollSeconds);
  }
}
