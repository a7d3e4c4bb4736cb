import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";

/** Files that a container sees read-only in one folder. */
export interface MountedFiles {
  /** What they are: part of the resources' names. */
  readonly kind: "config" | "secrets" | "app" | "static";
  /** The folder in the container. It hides what the image has there. */
  readonly path: string;
  /** Another version is another volume, and so another container. */
  readonly version: string;
  readonly uploads: readonly docker.types.input.ContainerUpload[];
}

/** Text files that everybody in the container may read; their content is their version. */
export function configFiles(path: string, files: Readonly<Record<string, string>>): MountedFiles {
  const names = Object.keys(files).sort();
  return {
    kind: "config",
    path,
    version: shortHash(names.flatMap((name) => [name, files[name] ?? ""])),
    uploads: names.map((name) => ({
      file: posix.join(path, name),
      content: files[name] ?? "",
      permissions: name.endsWith(".sh") ? "0555" : "0444",
    })),
  };
}

/**
 * Secrets, readable by root and its group alone: a container that mounts them is given that group. Their version is
 * said, not derived, so that no resource's name depends on a secret.
 */
export function secretFiles(version: number, secrets: Readonly<Record<string, pulumi.Output<string>>>): MountedFiles {
  const path = "/run/secrets";
  return {
    kind: "secrets",
    path,
    version: `v${version}`,
    uploads: Object.keys(secrets)
      .sort()
      .flatMap((name) => {
        const content = secrets[name];
        return content === undefined ? [] : [{ file: posix.join(path, name), content, permissions: "0440" }];
      }),
  };
}

/**
 * All files below a folder. Only their hashes are kept in the stack's state, not their contents.
 * @param folder relative to the project, so that the state is the same wherever the project is checked out
 */
export function folderFiles(path: string, folder: string): MountedFiles {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hashed = files.map((source) => ({ source, hash: shortHash([readFileSync(source)]) }));
  const name = (source: string) => relative(folder, source).split(sep).join(posix.sep);
  return {
    kind: "app",
    path,
    version: shortHash(hashed.flatMap(({ source, hash }) => [name(source), hash])),
    uploads: hashed.map(({ source, hash }) => ({
      file: posix.join(path, name(source)),
      source,
      sourceHash: hash,
      permissions: "0444",
    })),
  };
}

function shortHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 10);
}
