import type { Problem } from "../config/problems.ts";
import type { EngineState } from "../engine/state.ts";
import type { Topology } from "../topology/plan.ts";

/** The restore that a volume's data come from; undefined: none. */
function restoreOf(volume: string): string | undefined {
  return /-(\d{8}t\d{6}z)$/.exec(volume)?.[1];
}

/** Data that a stack has and its plan does not, whether databases are at work with them or not. */
export function dataProblems(topology: Topology, state: Pick<EngineState, "dataVolumes" | "dataAtWork">): Problem[] {
  const others = otherData(topology, state);
  return others.length > 0 ? others : dataElsewhere(topology, state);
}

/** Databases that start from nothing beside data that are there would look like a loss of them all. */
function dataElsewhere({ project, stack, cluster }: Topology, state: Pick<EngineState, "dataVolumes">): Problem[] {
  const prefix = `${project}-${stack}-mysql-`;
  const planned = cluster.databases.map(({ dataVolume }) => dataVolume);
  const volumes = state.dataVolumes.filter((volume) => volume.startsWith(prefix));
  if (volumes.length === 0 || planned.some((volume) => volumes.includes(volume))) return [];
  const complaint = `would begin without data, while the volumes ${volumes.join(", ")} have the stack's`;
  const remove = "remove those volumes, and the data with them (docker volume rm)";
  const restore = volumes
    .flatMap((volume) => restoreOf(volume) ?? [])
    .sort()
    .at(-1);
  return restore === undefined
    ? [
        {
          path: ["mysql", "primary"],
          complaint,
          allowed: `a server whose volume has the data, with the role db; or ${remove}`,
          example: volumes.at(-1)?.slice(prefix.length),
        },
      ]
    : [
        {
          path: ["mysql", "restored"],
          complaint,
          allowed: `the restore that has the data; or ${remove}`,
          example: restore,
        },
      ];
}

/**
 * A stack's file that has lost what a restore wrote into it, or that was copied from elsewhere, would exchange the data of
 * databases that are at work, one after the other. `npm run restore` stops all of them first.
 */
function otherData({ cluster }: Topology, { dataAtWork }: Pick<EngineState, "dataAtWork">): Problem[] {
  const planned = cluster.databases.map(({ dataVolume }) => restoreOf(dataVolume))[0];
  const [present, ...others] = dataAtWork.map(restoreOf);
  if (dataAtWork.length === 0 || [present, ...others].includes(planned)) return [];
  return [
    {
      path: ["mysql", "restored"],
      complaint: `is ${planned ?? "not set"}, and the databases at work have ${present === undefined ? "data that were never restored" : `the data of the restore ${present}`}`,
      allowed: `${present ?? "no value"}; other data take their place by npm run restore, which stops the databases first`,
      example: present,
    },
  ];
}
