import { gt } from "semver";
import { didYouMean } from "../../config/nearest.ts";
import type { FullBackup, Listing } from "./listing.ts";

/** The data to restore: the latest, those of one backup, or those of a moment. */
export type Wanted =
  | { readonly kind: "latest" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "moment"; readonly at: Date };

/** The full backup that a restore begins with, and how much of the archive it replays. */
export interface Choice {
  readonly backup: FullBackup;
  /** As restore.sh takes it: microseconds since 1970, `end` (all of the archive) or `backup` (nothing of it). */
  readonly until: string;
}

/**
 * Chooses the backup to restore.
 * @param stack project/stack: only its own backups are considered
 * @throws Error naming the backups or moments that can be restored instead
 */
export function choose(listing: Listing, stack: string, wanted: Wanted): Choice {
  const own = listing.backups.filter((backup) => backup.stack === stack);
  const choice =
    wanted.kind === "name" ? named(listing, stack, wanted.name) : newest(own, listing.archivedUntil, wanted);
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
    throw new Error(`there is no backup ${name}${didYouMean(name, own)}
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
  archivedUntil: Listing["archivedUntil"],
  wanted: Exclude<Wanted, { kind: "name" }>,
): Choice {
  // A backup that anybody may have written is chosen only if no authentic one will do.
  const preferred = [...backups.filter(({ authentic }) => !authentic), ...backups.filter(({ authentic }) => authentic)];
  const last = preferred.at(-1);
  if (last === undefined) {
    throw new Error(`there is no backup yet
    cure:      npm run backup; npm run backups lists what there is`);
  }
  if (wanted.kind === "latest") return { backup: last, until: "end" };
  const { at } = wanted;
  const backup = preferred.findLast(
    ({ takenAt, chain }) => at >= new Date(takenAt) && at <= (archivedUntil.get(chain) ?? new Date(takenAt)),
  );
  if (backup === undefined) {
    const ranges = rangesOf(backups, archivedUntil).map(
      ({ from, to }) => `${from.toISOString()} to ${to.toISOString()}`,
    );
    throw new Error(`the archive does not have ${at.toISOString()}
    allowed:   a moment from ${ranges.join(", or from ")}`);
  }
  return { backup, until: `${at.getTime()}000` };
}

/** The moment of the data that a choice brings. */
export function momentOf({ backup, until }: Choice, { archivedUntil }: Pick<Listing, "archivedUntil">): Date {
  if (until === "end") return archivedUntil.get(backup.chain) ?? new Date(backup.takenAt);
  return until === "backup" ? new Date(backup.takenAt) : new Date(Number(until) / 1_000);
}

/** The ranges of time that can be restored, the oldest first. */
export function rangesOf(
  backups: readonly FullBackup[],
  archivedUntil: Listing["archivedUntil"],
): { readonly from: Date; readonly to: Date }[] {
  const chains = [...new Set(backups.map(({ chain }) => chain))];
  return chains.flatMap((chain) => {
    const first = backups.find((backup) => backup.chain === chain);
    if (first === undefined) return [];
    const from = new Date(first.takenAt);
    return [{ from, to: archivedUntil.get(chain) ?? from }];
  });
}
