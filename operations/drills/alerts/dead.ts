import type { DrillContext } from "../drill.ts";

/** Kills containers so that the engine leaves them dead, and starts them again after the work. */
export async function whileDead(
  { containers, say }: DrillContext,
  services: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  say(`killing ${services.join(", ")}`);
  await containers.killForGood(services);
  try {
    await work();
  } finally {
    await containers.start(services);
  }
}

/** Freezes all of these containers while the work is done. */
export async function whileFrozen(
  context: Pick<DrillContext, "containers">,
  [service, ...others]: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  if (service === undefined) return work();
  return context.containers.whilePaused(service, () => whileFrozen(context, others, work));
}
