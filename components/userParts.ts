import type * as docker from "@pulumi/docker";
import type { InstancePlan } from "../topology/instancePlan.ts";

/** Parts of a container's arguments that follow from its user. */

/**
 * The most processes of a container's user. The kernel counts them over all containers, and on the host, where a person
 * may have the same user id. So this is far above what a stack needs: it only ends a fork bomb on the way to the host's
 * own limit, before the container's limit of processes (processLimits.ts) is in force.
 */
const USER_PROCESSES = 16_384;

/** The owner is explicit: older runtimes ignore the mode of a tmpfs over an existing folder and leave it to root. */
export function scratchFolders(
  user: string | undefined,
  folders: Readonly<Record<string, number>>,
): Record<string, string> {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(user ?? "") ?? [];
  const owner = uid === undefined ? "mode=1777" : `uid=${uid},gid=${gid},mode=0750`;
  return Object.fromEntries(
    Object.entries(folders).map(([path, megabytes]) => [path, `rw,noexec,nosuid,nodev,size=${megabytes}m,${owner}`]),
  );
}

/** Whether a user is root, or may be: the image's own often is. */
function isRoot(user: string | undefined): boolean {
  return user === undefined || /^(0|root)(:|$)/.test(user);
}

/** Folders that nothing can be written to. */
export function emptyFolders(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, "ro,noexec,nosuid,nodev,size=64k"]));
}

/**
 * The limits of a container's user. A core dump would write secrets to the disk. The processes of root are the whole
 * host's, so root has no limit there.
 */
export function userLimits(user: string | undefined, plan: InstancePlan): docker.types.input.ContainerUlimit[] {
  const limit = (name: string, most: number) => ({ name, soft: most, hard: most });
  return [limit("core", 0), limit("nofile", plan.openFiles), ...(isRoot(user) ? [] : [limit("nproc", USER_PROCESSES)])];
}
