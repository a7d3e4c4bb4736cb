import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { RELEASES } from "./folder.ts";

const entry = z.object({
  /** When the update ended, in ISO 8601. */
  at: z.iso.datetime(),
  release: z.string(),
  /** The application's image. */
  image: z.string(),
  /** Whether everything came up. */
  ok: z.boolean(),
  /** Whether `application.release` named the release; else it was the files as they were. */
  pinned: z.boolean(),
});

/** What an update brought up, or tried to. */
export type Entry = z.output<typeof entry>;

type Attempt = Pick<Entry, "release" | "image">;

const SUFFIX = ".jsonl";

/** The updates of a stack that changed something, the last one last. */
export function readJournal(stack: string, home = RELEASES): Entry[] {
  return read(fileOf(stack, home));
}

/** Notes an update, unless it is what the one before it was. */
export function note(stack: string, entry: Entry, home = RELEASES): void {
  const last = readJournal(stack, home).at(-1);
  if (last !== undefined && isSame(last, entry) && last.ok === entry.ok && last.pinned === entry.pinned) return;
  mkdirSync(home, { recursive: true });
  appendFileSync(fileOf(stack, home), `${JSON.stringify(entry)}\n`);
}

/** What to go back to: after a failure what worked last, else what worked before another release or image did. */
export function previous(entries: readonly Entry[], isKept: (release: string) => boolean): Entry | undefined {
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  return entries.findLast((entry) => entry.ok && isKept(entry.release) && !(last.ok && isSame(entry, last)));
}

/**
 * The image to put back when a stack that went back to a release goes forward again; undefined where the images are the
 * same, or somebody has set another one since.
 * @param release what `application.release` names
 * @param image what the settings name now
 */
export function imageForward(entries: readonly Entry[], { release, image }: Attempt): string | undefined {
  const wentBackTo = entries.findLast((entry) => entry.ok && entry.release === release);
  const before = entries.findLast(({ pinned }) => !pinned);
  return wentBackTo?.image === image && before?.image !== image ? before?.image : undefined;
}

/** Releases that a stack runs or would go back to. */
export function inUse(home = RELEASES): ReadonlySet<string> {
  const files = existsSync(home) ? readdirSync(home).filter((name) => name.endsWith(SUFFIX)) : [];
  const entries = files.map((name) => read(join(home, name)));
  const everyOne = () => true;
  return new Set(
    entries.flatMap((journal) =>
      [journal.findLast(({ ok }) => ok), previous(journal, everyOne)].flatMap((entry) => entry?.release ?? []),
    ),
  );
}

/** Whether two updates brought up the same. */
export function isSame(a: Attempt, b: Attempt): boolean {
  return a.release === b.release && a.image === b.image;
}

function fileOf(stack: string, home: string): string {
  return join(home, `${stack}${SUFFIX}`);
}

/** A line that an interruption cut off is left out. */
function read(file: string): Entry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      const result = entry.safeParse(json(line));
      return result.success ? [result.data] : [];
    });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
