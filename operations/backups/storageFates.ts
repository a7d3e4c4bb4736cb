import type { StoragePlan } from "../../topology/applicationPlan.ts";
import type { RestoredStorage } from "./listing.ts";

/**
 * What a restore does with a storage. restored: its new volume has the backup's files. aside: the place cannot be
 * another, so the present files stay, and the backup's are in a folder beside them. copied: the backup does not have it,
 * and its new volume has the present files. left: the same, and the present files stay in their place. dropped: the backup
 * has it, and the stack has not.
 */
export type Fate = "restored" | "aside" | "copied" | "left" | "dropped";

export interface StorageFate {
  readonly name: string;
  readonly fate: Fate;
}

/**
 * Decides what a restore does with each storage.
 * @param storages the stack's
 * @param inBackup the names of those that the backup has
 */
export function storageFates(
  storages: readonly Pick<StoragePlan, "name" | "isShared">[],
  inBackup: readonly string[],
): StorageFate[] {
  const own = storages.map(({ name, isShared }): StorageFate => {
    if (inBackup.includes(name)) return { name, fate: isShared ? "aside" : "restored" };
    return { name, fate: isShared ? "left" : "copied" };
  });
  const dropped = inBackup.filter((name) => !storages.some((storage) => storage.name === name));
  return [...own, ...dropped.map((name): StorageFate => ({ name, fate: "dropped" }))];
}

/**
 * The distance between the files and the data, in words.
 * @param data the moment of the data
 */
export function nearness({ at, held }: Pick<RestoredStorage, "at" | "held">, data: Date): string {
  const [from, to] = [at / 1_000, held / 1_000];
  const moment = data.getTime();
  if (moment >= from && moment <= to) return `as of ${data.toISOString()}, the moment of the data`;
  const [as, side] = moment < from ? [from, "after"] : [to, "before"];
  const seconds = Math.ceil(Math.abs(as - moment) / 1_000);
  return `as of ${new Date(as).toISOString()}, ${seconds} s ${side} the data`;
}

/** The outcome for the storages, line by line. */
export function storageReport(
  files: RestoredStorage | undefined,
  fates: readonly StorageFate[],
  data: Date,
  folder: string,
): string[] {
  const near = files === undefined ? "" : nearness(files, data);
  const text: Readonly<Record<Fate, (name: string) => string>> = {
    restored: (name) => `${name}: the files ${near}`,
    aside: (name) =>
      `${name}: the files ${near}, are in its folder ${folder}: its volume is a folder outside of the engine, whose present files stay`,
    copied: (name) => `${name}: the backup does not have it; a copy of the present files`,
    left: (name) => `${name}: the backup does not have it; the present files stay`,
    dropped: (name) => `${name}: is in the backup and not in application.storage; it is not restored`,
  };
  return fates.map(({ name, fate }) => text[fate](name));
}
