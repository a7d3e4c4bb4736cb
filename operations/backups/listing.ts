import { z } from "zod";

/** Whoever wrote it: a terminal shows it as it is. */
const word = z.string().regex(/^[\w.:/-]*$/);

const full = z.object({
  name: word,
  /** The stack whose databases it is of: project/stack. */
  stack: word,
  /** Which of the stack's data: `first`, or the restore that they came from. */
  timeline: word,
  /** The run of the archive that goes on from it. */
  run: word,
  /** The member whose data it is. */
  from: word,
  /** MySQL's. */
  version: word,
  /** It holds all that was committed before. */
  takenAt: z.iso.datetime(),
  /** What taking it took. */
  seconds: z.number(),
  encrypted: z.boolean(),
  /** As it is stored. */
  bytes: z.number(),
  /** Unpacked. */
  dataBytes: z.number(),
  /** Of the application's tables, as counted in the copy that was checked. */
  rows: z.record(z.string(), z.number()),
});

const reach = z.object({
  run: word,
  /** All that was committed before is archived. */
  reach: z.iso.datetime(),
});

/**
 * What the container, which has the key, thinks of a file: this stack wrote it; an older version of the program may have
 * written it, or anybody; another stack wrote it; somebody changed it, or it was written with another key; it is not there.
 */
const trust = z.enum(["authentic", "unauthenticated", "foreign", "changed", "missing"]);

const entry = z.object({
  /** Its path in the folder of the backups. */
  file: z.string(),
  trust,
  text: z.base64().transform((text) => Buffer.from(text, "base64").toString()),
});

const server = z.object({ server: z.string(), format: z.literal(2) });

/** A full backup: it has been started and checked, or it would not be listed. */
export interface FullBackup extends z.output<typeof full> {
  /** Whether this stack took it and nobody has changed since what it says: the container, which has the key, has verified that. */
  readonly authentic: boolean;
}

/** What there is to restore from. */
export interface Listing {
  /** Of all stacks, the oldest first. */
  readonly backups: readonly FullBackup[];
  /** Until when the archive has everything, by run. */
  readonly reaches: ReadonlyMap<string, Date>;
  /** What is not as it should be, a line for each file. */
  readonly problems: readonly string[];
  /** MySQL's version that would be restored into. */
  readonly version: string;
}

/**
 * Reads what list.sh prints: a JSON object a line.
 * @throws Error where it is an older version's, whose word is not to be relied on
 */
export function parseListing(text: string): Listing {
  const objects = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line));
  const all = <T>(kind: z.ZodType<T>): T[] =>
    objects.flatMap((object) => {
      const result = kind.safeParse(object);
      return result.success ? [result.data] : [];
    });
  const [version] = all(server);
  if (version === undefined) {
    throw new Error(`the stack's backups are taken by an older version of this program
    cure:      npm run up`);
  }
  const entries = all(entry).map((one) => ({ ...one, content: contentOf(one) }));
  return {
    backups: entries
      .flatMap(({ content, trust }) => content.backup.map((one) => ({ ...one, authentic: trust === "authentic" })))
      .sort((a, b) => (a.takenAt < b.takenAt ? -1 : 1)),
    reaches: new Map(entries.flatMap(({ content }) => content.reach.map(({ run, reach }) => [run, new Date(reach)]))),
    problems: entries.flatMap(problem),
    version: version.server,
  };
}

interface Content {
  readonly backup: z.output<typeof full>[];
  readonly reach: z.output<typeof reach>[];
}

/** What a manifest says, where it may be listened to. */
function contentOf({ text, trust }: z.output<typeof entry>): Content {
  if (trust === "changed" || trust === "missing") return { backup: [], reach: [] };
  const read = <T>(kind: z.ZodType<T>): T[] => {
    const result = json.pipe(kind).safeParse(text);
    return result.success ? [result.data] : [];
  };
  return { backup: read(full), reach: trust === "foreign" ? [] : read(reach) };
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is no JSON" });
    return z.NEVER;
  }
});

function problem({ file, trust, content }: z.output<typeof entry> & { readonly content: Content }): string[] {
  switch (trust) {
    case "authentic":
    case "unauthenticated":
      return content.backup.length + content.reach.length > 0 ? [] : [`${file} cannot be read`];
    case "foreign":
      return [`${file} says that it is of another stack, ${content.backup[0]?.stack ?? "and cannot be read"}`];
    case "changed":
      return [`${file} is not as this stack wrote it: it was changed, or written with another key`];
    case "missing":
      return [`${file} is missing`];
  }
}

/** What has been restored, as restore.sh prints it at its end. */
export const restored = z.object({
  gtids: z.string(),
  /** When the last transaction of the archive was committed, in microseconds since 1970; 0: none was replayed. */
  last: z.number(),
  rows: z.record(z.string(), z.number()),
});
export type Restored = z.output<typeof restored>;
