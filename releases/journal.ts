import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { RELEASES } from "./folder.ts";

const entry = z.object({
  /** The end of the update, in ISO 8601. */
  at: z.iso.datetime(),
  release: z.string(),
  /** The application's image. */
  image: z.string(),
  /** Whether the update succeeded. */
  ok: z.boolean(),
  /** Whether `application.release` named the release. Otherwise it was the application's files of the time. */
  pinned: z.boolean(),
});

/** An update's release and image, and its result. */
export type Entry = z.output<typeof entry>;

type Attempt = Pick<Entry, "release" | "image">;

const SUFFIX = ".jsonl";

/** The updates of a stack that changed something, in the order of time. */
export function readJournal(stack: string, home = RELEASES): Entry[] {
  return read(fileOf(stack, home));
}

/** Appends an update to the journal, unless it equals the previous one. */
export function note(stack: string, entry: Entry, home = RELEASES): void {
  const last = readJournal(stack, home).at(-1);
  if (last !== undefined && isSame(last, entry) && last.ok === entry.ok && last.pinned === entry.pinned) return;
  mkdirSync(home, { recursive: true });
  appendFileSync(fileOf(stack, home), `${JSON.stringify(entry)}\n`);
}

/** The update to go back to: after a failure the last that succeeded, else the last with another release or image. */
export function previous(entries: readonly Entry[], isKept: (release: string) => boolean): Entry | undefined {
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  return entries.findLast((entry) => entry.ok && isKept(entry.release) && !(last.ok && isSame(entry, last)));
}

/**
 * The image to set when a stack that was rolled back goes forward again. undefined: the images are the same, or
 * somebody has set another one since.
 * @param release the present `application.release`
 * @param image the present image in the settings
 */
export function imageForward(entries: readonly Entry[], { release, image }: Attempt): string | undefined {
  const wentBackTo = entries.findLast((entry) => entry.ok && entry.release === release);
  const before = entries.findLast(({ pinned }) => !pinned);
  return wentBackTo?.image === image && before?.image !== image ? before?.image : undefined;
}

/** The releases that stacks run or would go back to. */
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

/** Whether two updates have the same release and image. */
export function isSame(a: Attempt, b: Attempt): boolean {
  return a.release === b.release && a.image === b.image;
}

function fileOf(stack: string, home: string): string {
  return join(home, `${stack}${SUFFIX}`);
}

/** Reads a journal without a line that an interruption cut off. */
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
