import { instances } from "../topology.ts";
import type { Ground } from "./drill.ts";

/** @throws Error naming the containers that do not run and are not healthy: what they cost is not a drill's doing */
export async function requireWhole({ containers, topology }: Pick<Ground, "containers" | "topology">): Promise<void> {
  const unwell = await containers.unwell(instances(topology).map(({ name }) => name));
  if (unwell.length > 0) throw new Error(`the stack is not whole: ${unwell.join(", ")} should run and be healthy`);
}
