import { closest } from "fastest-levenshtein";
import { gt } from "semver";
import type { FullBackup, Listing } from "./listing.ts";

/** What somebody wants back: all that there is, what one backup holds, or the data as they were at a moment. */
export type Wanted =
  | { readonly kind: "latest" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "moment"; readonly at: Date };

/** Where a restore begins, and how much of the archive it replays. */
export interface Choice {
  readonly backup: FullBackup;
  /** As restore.sh takes it: microseconds since 1970, `end`, `backup`. */
  readonly until: string;
}

/**
 * Chooses the backup for what is wanted.
 * @param stack project/stack, whose backups alone will do
 * @throws Error saying what there is instead
 */
export function choose(listing: Listing, stack: string, wanted: Wanted): Choice {
  const own = listing.backups.filter((backup) => backup.stack === stack);
  const choice = wanted.kind === "name" ? named(listing, stack, wanted.name) : newest(own, listing.reaches, wanted);
  const { backup } = choice;
  if (gt(backup.version, listing.version)) {
    throw new Error(`the backup ${backup.name} is of MySQL ${backup.version}, and the stack runs ${listing.version}
    allowed:   a backup of ${listing.version} or older; or images.mysql with ${backup.version} or newer`);
  }
  return choice;
}

function named({ backups }: Listing, stack: string, name: string): Choice {
  const own = backups.filter((backup) => backup.stack === stack).map((backup) => backup.name);
  const backup = backups.find((candidate) => candidate.name === name);
  if (backup === undefined) {
    throw new Error(`there is no backup ${name}${own.length === 0 ? "" : `; did you mean ${closest(name, own)}?`}
    allowed:   ${own.join(", ") || "none has been taken yet"}`);
  }
  if (backup.stack !== stack) {
    throw new Error(`the backup ${name} is of another cluster, ${backup.stack}
    allowed:   backups of ${stack}: ${own.join(", ") || "none has been taken yet"}`);
  }
  return { backup, until: "backup" };
}

function newest(
  backups: readonly FullBackup[],
  reaches: Listing["reaches"],
  wanted: Exclude<Wanted, { kind: "name" }>,
): Choice {
  // One that anybody may have written is taken only where no other one will do.
  const preferred = [...backups.filter(({ authentic }) => !authentic), ...backups.filter(({ authentic }) => authentic)];
  const last = preferred.at(-1);
  if (last === undefined) {
    throw new Error(`there is no backup yet
    cure:      npm run backup; npm run backups lists what there is`);
  }
  if (wanted.kind === "latest") return { backup: last, until: "end" };
  const { at } = wanted;
  const backup = preferred.findLast(
    ({ takenAt, run }) => at >= new Date(takenAt) && at <= (reaches.get(run) ?? new Date(takenAt)),
  );
  if (backup === undefined) {
    const ranges = rangesOf(backups, reaches).map(({ from, to }) => `${from.toISOString()} to ${to.toISOString()}`);
    throw new Error(`the archive does not have ${at.toISOString()}
    allowed:   a moment from ${ranges.join(", or from ")}`);
  }
  return { backup, until: `${at.getTime()}000` };
}

/** The times that can be gone back to, the oldest first. */
export function rangesOf(
  backups: readonly FullBackup[],
  reaches: Listing["reaches"],
): { readonly from: Date; readonly to: Date }[] {
  const runs = [...new Set(backups.map(({ run }) => run))];
  return runs.flatMap((run) => {
    const first = backups.find((backup) => backup.run === run);
    if (first === undefined) return [];
    const from = new Date(first.takenAt);
    return [{ from, to: reaches.get(run) ?? from }];
  });
}
