import { instances } from "../../topology/plan.ts";
import { placesOf } from "../database/places.ts";
import type { Ground } from "./drill.ts";

type Stack = Pick<Ground, "containers" | "databases" | "topology">;

/** In which a stack has to be whole again after a drill, in seconds. */
const WHOLE_SECONDS = 120;
const POLL_SECONDS = 0.5;

/**
 * @throws Error naming the containers that do not run and are not healthy, and the databases that are not in their
 * places: what they cost is not a drill's doing
 */
export async function requireWhole(stack: Stack): Promise<void> {
  const problems = [...(await unwell(stack)), ...(await misplaced(stack))];
  if (problems.length > 0) throw new Error(`the stack is not whole: ${problems.join("; ")}`);
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
