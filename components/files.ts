import { join, posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { folderContent, shortHash } from "../releases/content.ts";

/** Files that a container reads in one folder. */
export interface MountedFiles {
  /** The purpose of the files, which is part of the resources' names. */
  readonly kind: "config" | "secrets" | "app" | "static" | "spare" | "desired";
  /** The folder in the container. It hides the image's files there. */
  readonly path: string;
  /** A new version means a new volume and a new container. undefined: the files change while the container runs. */
  readonly version: string | undefined;
  /** Whether the container that reads them has their new content as soon as they are in place. */
  readonly isLive: boolean;
  readonly uploads: readonly docker.types.input.ContainerUpload[];
}

/** Text files that every user in the container may read. A hash of their content is their version. */
export function configFiles(path: string, files: Readonly<Record<string, string>>): MountedFiles {
  const names = Object.keys(files).sort();
  return {
    kind: "config",
    path,
    version: shortHash(names.flatMap((name) => [name, files[name] ?? ""])),
    isLive: false,
    uploads: names.map((name) => ({
      file: posix.join(path, name),
      content: files[name] ?? "",
      permissions: name.endsWith(".sh") ? "0555" : "0444",
    })),
  };
}

/** Text files that change while the container runs. */
export function liveFiles(
  kind: MountedFiles["kind"],
  path: string,
  files: Readonly<Record<string, string>>,
): MountedFiles {
  return { ...configFiles(path, files), kind, version: undefined, isLive: true };
}

/**
 * A text file whose content is known only while the stack is updated. It changes in place: put a public value that
 * changes with it into the environment of a container that reads it only at its start.
 */
export function computedFile(path: string, name: string, content: pulumi.Output<string>): MountedFiles {
  return {
    kind: "config",
    path,
    version: undefined,
    isLive: true,
    uploads: [{ file: posix.join(path, name), content, permissions: "0444" }],
  };
}

/** The folder of a container's secrets. */
export const SECRETS_FOLDER = "/run/secrets";

/**
 * Secrets, readable only by root and its group; a container that mounts them is given that group. They are always in
 * the same volume, so that no resource's name depends on a secret, and they change while the container runs. For a
 * process that reads them only when it starts, put a public value that changes with them into the container's
 * environment.
 */
export function secretFiles(secrets: Readonly<Record<string, pulumi.Output<string>>>): MountedFiles {
  return {
    kind: "secrets",
    path: SECRETS_FOLDER,
    // Part of the names of existing stacks' volumes.
    version: "v1",
    isLive: true,
    uploads: Object.keys(secrets)
      .sort()
      .flatMap((name) => {
        const content = secrets[name];
        return content === undefined ? [] : [{ file: posix.join(SECRETS_FOLDER, name), content, permissions: "0440" }];
      }),
  };
}

/**
 * All files below a folder. The stack's state keeps their hashes, not their contents.
 * @param folder relative to the project, so that the state does not depend on the place of the checkout
 * @param content the folder's content at the time of the upload; default: its present content
 */
export function folderFiles(path: string, folder: string, content = folderContent(folder)): MountedFiles {
  return {
    kind: "app",
    path,
    version: content.version,
    isLive: false,
    uploads: content.files.map(({ name, hash }) => ({
      file: posix.join(path, name),
      source: join(folder, name),
      sourceHash: hash,
      permissions: "0444",
    })),
  };
}
