import { labelFilter } from "../../engine/labels.ts";
import { atAll, stackEngines } from "../stack/engines.ts";
import { PROJECT } from "../stack/project.ts";

/** The states of a container with a health check. */
export type Health = "starting" | "healthy" | "unhealthy";

/** The names of a stack's containers in one of these states; none if the engine does not answer. */
export async function containersThatAre(stack: string, ...health: readonly Health[]): Promise<string[]> {
  const label = labelFilter({ project: PROJECT, stack });
  const { results } = await atAll(await stackEngines(stack), ({ client }) =>
    client.listContainers({ filters: { label, health: [...health] } }),
  );
  return results
    .flat()
    .flatMap(({ Names }) => Names[0]?.slice(1) ?? [])
    .sort();
}
