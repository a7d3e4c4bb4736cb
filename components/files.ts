import { join, posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { folderContent, shortHash } from "../releases/content.ts";

/** Files that a container sees read-only in one folder. */
export interface MountedFiles {
  /** What the files are; part of the resources' names. */
  readonly kind: "config" | "secrets" | "app" | "static" | "spare" | "intent";
  /** The folder in the container. It hides what the image has there. */
  readonly path: string;
  /** Another version is another volume, and so another container. undefined: the files change under a running one. */
  readonly version: string | undefined;
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

/** Text files that a running container finds changed. */
export function liveFiles(
  kind: MountedFiles["kind"],
  path: string,
  files: Readonly<Record<string, string>>,
): MountedFiles {
  return { ...configFiles(path, files), kind, version: undefined };
}

/**
 * Secrets, readable by root and its group alone: a container that mounts them is given that group. They are always in the
 * same volume, so that no resource's name depends on a secret, and change under a running container. Where its process reads
 * them only when it starts, something public that changes with them belongs into the container's environment.
 */
export function secretFiles(secrets: Readonly<Record<string, pulumi.Output<string>>>): MountedFiles {
  const path = "/run/secrets";
  return {
    kind: "secrets",
    path,
    // Part of the names that stacks have had from the beginning.
    version: "v1",
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
 * @param content what will be in the folder when the files are uploaded; default: what is there now
 */
export function folderFiles(path: string, folder: string, content = folderContent(folder)): MountedFiles {
  return {
    kind: "app",
    path,
    version: content.version,
    uploads: content.files.map(({ name, hash }) => ({
      file: posix.join(path, name),
      source: join(folder, name),
      sourceHash: hash,
      permissions: "0444",
    })),
  };
}
