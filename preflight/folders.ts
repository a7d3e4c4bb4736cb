import { readdirSync, statSync } from "node:fs";
import type { Problem } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";

/** A folder without files would only be missed when they are uploaded, or when the container does not start. */
export function missingFiles(key: "files" | "staticFiles", folder: string | undefined): Problem[] {
  if (folder === undefined || (isFolder(folder) && readdirSync(folder).length > 0)) return [];
  return [
    {
      path: ["application", key],
      value: folder,
      allowed: `a folder with files, relative to the project (${process.cwd()})`,
      example: key === "files" ? "./my-app" : "./my-app/public",
    },
  ];
}

/** The engine makes no folder for a volume, and says so only when it starts the container. */
export function missingBackupFolder({ backups }: Pick<Topology, "backups">): Problem[] {
  const folder = backups?.directory;
  if (folder === undefined || isFolder(folder)) return [];
  return [
    {
      path: ["mysql", "backup", "directory"],
      value: folder,
      allowed: "a folder of the database's host that is there",
      cure: `install --directory --owner 999 --group 999 --mode 0750 ${folder}`,
    },
  ];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
