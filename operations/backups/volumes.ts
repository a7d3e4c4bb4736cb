import { REPLACES_LABEL } from "../../engine/labels.ts";
import type { ClusterPlan } from "../../topology/databasePlan.ts";

/** The timeline of data that no restore created. */
const FIRST = "first";
const RESTORE = /-(\d{8}t\d{6}z)$/;

/** A volume as the engine lists it. */
export interface Volume {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/**
 * The restore whose data the present restore replaced; undefined: the first data. It is the label of the present
 * restore's volume. Volumes of older versions have no label: then it is the last earlier restore that has a volume.
 * @param volumes the volumes of the engine
 * @param restored the present value of mysql.restored
 * @throws Error if the former data no longer exists
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
