import type { Provision, Report, Step } from "./step.ts";

/** Chains run side by side; each step of a chain needs the previous one. */
export type Chains = readonly (readonly Step[])[];

/**
 * Makes the machine ready: uses the parts that it has and provides the missing ones.
 * @throws Error with the reason of every chain that failed; the products of the others are kept for the next time
 */
export async function bootstrap(chains: Chains, report: Report): Promise<Provision[]> {
  const results = await Promise.allSettled(
    chains.map(async (steps) => {
      const provisions: Provision[] = [];
      for (const step of steps) provisions.push(await ensure(step, report));
      return provisions;
    }),
  );
  const failures = results.filter((result) => result.status === "rejected");
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => messageOf(reason)).join("\n"));
  return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

async function ensure(step: Step, report: Report): Promise<Provision> {
  const found = await step.find();
  if (found !== undefined) return found;
  report(`${step.name}: missing; ${step.why}`);
  try {
    const provided = await step.provide((line) => report(`${step.name}: ${line}`));
    report(`${step.name}: ${provided.summary}`);
    return provided;
  } catch (error) {
    throw new Error(`${step.name}: ${messageOf(error)}`, { cause: error });
  }
}

/** The environment for commands that use the provided parts. */
export function provisionedEnvironment(
  provisions: readonly Provision[],
  environment: Readonly<NodeJS.ProcessEnv>,
): NodeJS.ProcessEnv {
  const path = [...provisions.flatMap((provision) => provision.path ?? []), environment["PATH"] ?? ""].join(":");
  return { ...environment, ...Object.assign({}, ...provisions.map(({ env }) => env)), PATH: path };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
