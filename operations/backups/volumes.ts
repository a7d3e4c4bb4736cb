import { REPLACES_LABEL } from "../../engine/labels.ts";
import type { ClusterPlan } from "../../topology/plan.ts";

/** The data that no restore made, as a backup calls them, too. */
const FIRST = "first";
const RESTORE = /-(\d{8}t\d{6}z)$/;

/** A volume as the engine lists it. */
export interface Volume {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/**
 * The restore whose data a restore replaced; undefined: the first data. The volume of the restore says it. For one of an
 * earlier version, which does not, it is the last restore before that has a volume.
 * @param volumes what the engine has
 * @param restored what mysql.restored says now
 * @throws Error where there is nothing to go back to
 */
export function previousRestore(
  volumes: readonly Volume[],
  { databases }: Pick<ClusterPlan, "databases">,
  restored: string | undefined,
): string | undefined {
  if (restored === undefined) {
    throw new Error("mysql.restored is not set: the databases have their first data, which no restore has replaced");
  }
  const firsts = databases.map(({ dataVolume }) => dataVolume.replace(RESTORE, ""));
  const own = volumes
    .filter(({ Name }) => firsts.includes(Name.replace(RESTORE, "")))
    .map(({ Name, Labels }) => ({ restore: RESTORE.exec(Name)?.[1], replaces: Labels?.[REPLACES_LABEL] }));
  const said = own.find(({ restore, replaces }) => restore === restored && replaces !== undefined)?.replaces;
  const there = own.map(({ restore }) => restore);
  const earlier =
    said === undefined
      ? there.filter((restore) => restore === undefined || restore < restored)
      : there.filter((restore) => (restore ?? FIRST) === said);
  if (earlier.length === 0)
    throw new Error(`the data that the restore ${restored} replaced are no longer on the engine`);
  return earlier.reduce(
    (last, restore) => (restore !== undefined && restore > (last ?? "") ? restore : last),
    undefined,
  );
}
