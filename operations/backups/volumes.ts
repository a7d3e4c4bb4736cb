import type { ClusterPlan } from "../../topology/plan.ts";

const RESTORE = /-(\d{8}t\d{6}z)$/;

/**
 * The restore whose data a restore replaced; undefined: the first data.
 * @param volumes names of what the engine has
 * @param restored what mysql.restored says now
 * @throws Error where there is nothing to go back to
 */
export function previousRestore(
  volumes: readonly string[],
  { databases }: Pick<ClusterPlan, "databases">,
  restored: string | undefined,
): string | undefined {
  if (restored === undefined) {
    throw new Error("mysql.restored is not set: the databases have their first data, which no restore has replaced");
  }
  const firsts = databases.map(({ dataVolume }) => dataVolume.replace(RESTORE, ""));
  const earlier = volumes
    .filter((volume) => firsts.includes(volume.replace(RESTORE, "")))
    .map((volume) => RESTORE.exec(volume)?.[1])
    .filter((restore) => restore === undefined || restore < restored);
  if (earlier.length === 0)
    throw new Error(`the data that the restore ${restored} replaced are no longer on the engine`);
  return earlier.reduce(
    (last, restore) => (restore !== undefined && restore > (last ?? "") ? restore : last),
    undefined,
  );
}
