import type { Entry } from "./journal.ts";
import type { Kept } from "./store.ts";
import { table } from "./table.ts";

const relative = new Intl.RelativeTimeFormat("en");
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** A moment's age in the largest unit that fits: `3 hours ago`. */
export function age(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
  return unit === undefined ? "just now" : relative.format(-Math.floor(seconds / size), unit);
}

/** Releases in one line, in the order given. */
export function releaseList(releases: readonly Kept[], now: Date): string {
  return releases.map(({ release, usedAt }) => `${release} (${age(usedAt, now)})`).join(", ");
}

/**
 * A line for each release: its name, the result of its last update, the age of its last use, and its image.
 * @param running the release of the stack's outputs
 */
export function releaseTable(
  releases: readonly Kept[],
  entries: readonly Entry[],
  running: string | undefined,
  now: Date,
): string[] {
  const rows = releases.map(({ release, usedAt }) => {
    const last = entries.findLast((entry) => entry.release === release);
    const mark = release === running ? "running" : last?.ok === false ? "failed" : "";
    return [release, mark, age(usedAt, now), last?.image ?? ""];
  });
  return table(rows);
}
