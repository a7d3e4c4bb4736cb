import type { Problem } from "../config/problems.ts";
import type { EngineState } from "../engine/state.ts";
import type { Topology } from "../topology/plan.ts";

/** The restore that a volume's data comes from. undefined: none. */
function restoreOf(volume: string): string | undefined {
  return /-(\d{8}t\d{6}z)$/.exec(volume)?.[1];
}

/** The end of a volume's name whose data was set aside: nobody begins with that. */
const SET_ASIDE = /-kept-\d{8}t\d{6,}z$/;

/** Problems of a plan that does not use the stack's present data, whether or not databases are running on it. */
export function dataProblems(topology: Topology, state: Pick<EngineState, "dataVolumes" | "dataAtWork">): Problem[] {
  const others = otherData(topology, state);
  return others.length > 0 ? others : dataElsewhere(topology, state);
}

/** Databases that start empty beside existing data would look as if all data were lost. */
function dataElsewhere({ project, stack, cluster }: Topology, state: Pick<EngineState, "dataVolumes">): Problem[] {
  const prefix = `${project}-${stack}-mysql-`;
  const planned = cluster.databases.map(({ dataVolume }) => dataVolume);
  const volumes = state.dataVolumes.filter((volume) => volume.startsWith(prefix) && !SET_ASIDE.test(volume));
  if (volumes.length === 0 || planned.some((volume) => volumes.includes(volume))) return [];
  const complaint = `would begin without data, while the volumes ${volumes.join(", ")} have the stack's data`;
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
 * A stack's file that lost the setting of a restore, or was copied from elsewhere, would exchange the data of running
 * databases one after another. `npm run restore` stops all of them first.
 */
function otherData({ cluster }: Topology, { dataAtWork }: Pick<EngineState, "dataAtWork">): Problem[] {
  const planned = cluster.databases.map(({ dataVolume }) => restoreOf(dataVolume))[0];
  const [present, ...others] = dataAtWork.map(restoreOf);
  if (dataAtWork.length === 0 || [present, ...others].includes(planned)) return [];
  return [
    {
      path: ["mysql", "restored"],
      complaint: `is ${planned ?? "not set"}, and the running databases have ${present === undefined ? "data that was never restored" : `the data of the restore ${present}`}`,
      allowed: `${present ?? "no value"}; to exchange the data use npm run restore, which stops the databases first`,
      example: present,
    },
  ];
}
