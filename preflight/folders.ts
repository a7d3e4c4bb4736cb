import { readdirSync, statSync } from "node:fs";
import type { Problem } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";

/** Without this check an empty folder would be noticed only at the upload, or when the container does not start. */
export function missingFiles(key: "files" | "build" | "staticFiles", folder: string | undefined): Problem[] {
  if (folder === undefined || (isFolder(folder) && readdirSync(folder).length > 0)) return [];
  return [
    {
      path: ["application", key],
      value: folder,
      allowed: `a folder with files, relative to the project (${process.cwd()})`,
      example: key === "staticFiles" ? "./my-app/public" : "./my-app",
    },
  ];
}

/** The engine does not create a volume's folder, and reports that only when it starts the container. */
export function missingBackupFolder({ backups }: Pick<Topology, "backups">): Problem[] {
  const folder = backups?.directory;
  if (folder === undefined || isFolder(folder)) return [];
  return [
    {
      path: ["mysql", "backup", "directory"],
      value: folder,
      allowed: "an existing folder of the database's host",
      cure: `install --directory --owner 999 --group 999 --mode 0750 ${folder}`,
    },
  ];
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
