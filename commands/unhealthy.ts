import { PROJECT_LABEL, STACK_LABEL } from "../components/labels.ts";
import { engineClient } from "../preflight/engine.ts";
import { PROJECT, stackNeeds } from "./settings.ts";

/** Names of a stack's containers that are not healthy, or not yet; none where the engine does not answer. */
export async function unhealthyContainers(stack: string): Promise<string[]> {
  const { endpoint } = await stackNeeds(stack);
  const label = [`${PROJECT_LABEL}=${PROJECT}`, `${STACK_LABEL}=${stack}`];
  const containers = await engineClient(endpoint)
    .listContainers({ all: true, filters: { label, health: ["unhealthy", "starting"] } })
    .catch(() => []);
  return containers.flatMap(({ Names }) => Names[0]?.slice(1) ?? []).sort();
}
