import type { OwnServer } from "../observation.ts";

/** Why a member is out of its place, as far as it knows itself, in words that follow its name. */
export function problemOf(own: OwnServer): string | undefined {
  if (own.writes) return own.source === undefined ? undefined : `takes writes, and replicates from ${own.source}`;
  if (own.source === undefined) return "takes no writes, and replicates from nobody";
  if (!own.isReceiving) return `does not receive from ${own.source}`;
  return own.isApplying ? undefined : `does not apply what it receives from ${own.source}`;
}

/** Why a member of a group is out of its place, as far as it knows itself, in words that follow its name. */
export function problemIn({ role, writes, source }: OwnServer): string | undefined {
  if (source !== undefined) return `is in the group, and replicates from ${source} beside it`;
  if (role === "PRIMARY" && !writes) return "is the primary of the group, and takes no writes";
  return role !== "PRIMARY" && writes ? "takes writes, and is not the primary of the group" : undefined;
}
