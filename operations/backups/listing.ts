import { z } from "zod";

/** Anybody may have written it, and a terminal shows it as it is: so it has no control characters. */
const word = z.string().regex(/^[\w.,:/-]*$/);

/** Names of storages, separated by commas. */
const names = (text: string) => text.split(",").filter((name) => name !== "");

// On disk, the chain is `run` and the archive's progress is `reach`, as in the program's first version: store.sh.

/** The manifest of a full backup. */
const full = z
  .object({
    name: word,
    /** The stack whose databases were backed up: project/stack. */
    stack: word,
    /** The history that the data belongs to: `first`, or the restore that it came from. */
    timeline: word,
    run: word,
    /** The member whose data was cloned. */
    from: word,
    /** MySQL's version. */
    version: word,
    /** The backup holds everything that was committed before this moment. */
    takenAt: z.iso.datetime(),
    /** How long the backup took. */
    seconds: z.number(),
    encrypted: z.boolean(),
    /** The size as stored. */
    bytes: z.number(),
    /** The size of the unpacked data. */
    dataBytes: z.number(),
    /** The names of the storages whose files it has. Backups without storages, and older ones, have no such field. */
    storage: word.default("").transform(names),
    /** The number of rows of each of the application's tables, counted in the copy that was checked. */
    rows: z.record(z.string(), z.number()),
  })
  .transform(({ run, ...manifest }) => ({ ...manifest, chain: run }));

/** The progress of a chain: everything that was committed before this moment is archived. */
const progress = z
  .object({ run: word, reach: z.iso.datetime() })
  .transform(({ run, reach }) => ({ chain: run, archivedUntil: new Date(reach) }));

/** The progress of a full backup's storages: the last look for changes in them. */
const storages = z.object({
  kind: z.literal("storageProgress"),
  /** The name of the full backup. */
  backup: word,
  /** When the last look began, in microseconds since 1970. */
  at: z.number(),
  /** The number of files, and the sum of their sizes. */
  files: z.number(),
  size: z.number(),
  /** The size of all copies, as stored. */
  bytes: z.number(),
});
export type StoredStorages = z.output<typeof storages>;

/**
 * How far a file can be trusted, as verified by the container, which has the key: this stack wrote it; an older version
 * of the program may have written it, or anybody; another stack wrote it; somebody changed it or wrote it with another
 * key; it is missing.
 */
const trust = z.enum(["authentic", "unauthenticated", "foreign", "changed", "missing"]);

const entry = z.object({
  /** The path in the folder of the backups. */
  file: z.string(),
  trust,
  text: z.base64().transform((text) => Buffer.from(text, "base64").toString()),
});

const server = z.object({ server: z.string(), format: z.literal(2) });

/**
 * A full backup. It was started and checked before it was listed. `chain` is the chain of the archive that continues
 * it.
 */
export interface FullBackup extends z.output<typeof full> {
  /** Whether the manifest is authentic: this stack took the backup, and nobody has changed the manifest since. */
  readonly authentic: boolean;
}

/** The backups and the archive that can be restored. */
export interface Listing {
  /** The full backups of all stacks, the oldest first. */
  readonly backups: readonly FullBackup[];
  /** By chain, the moment until which everything is archived. */
  readonly archivedUntil: ReadonlyMap<string, Date>;
  /** By full backup, the storages that belong to it. */
  readonly storages: ReadonlyMap<string, StoredStorages>;
  /** A line for each file that is missing or not trusted. */
  readonly problems: readonly string[];
  /** The MySQL version of the stack. */
  readonly version: string;
}

/**
 * Reads the JSON lines that list.sh prints.
 * @throws Error if an older version of list.sh printed them, which verified nothing
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
      // Names are in the order of the backups, even if the clock was put back.
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    archivedUntil: new Map(
      entries.flatMap(({ content }) => content.progress.map(({ chain, archivedUntil }) => [chain, archivedUntil])),
    ),
    storages: new Map(entries.flatMap(({ content }) => content.storages.map((one) => [one.backup, one]))),
    problems: entries.flatMap(problem),
    version: version.server,
  };
}

interface Content {
  readonly backup: z.output<typeof full>[];
  readonly progress: z.output<typeof progress>[];
  readonly storages: StoredStorages[];
}

/** The content of a manifest, if its trust allows to use it. */
function contentOf({ text, trust }: z.output<typeof entry>): Content {
  if (trust === "changed" || trust === "missing") return { backup: [], progress: [], storages: [] };
  const read = <T>(kind: z.ZodType<T>): T[] => {
    const result = json.pipe(kind).safeParse(text);
    return result.success ? [result.data] : [];
  };
  const own = trust !== "foreign";
  return { backup: read(full), progress: own ? read(progress) : [], storages: own ? read(storages) : [] };
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
      return content.backup.length + content.progress.length + content.storages.length > 0
        ? []
        : [`${file} cannot be read`];
    case "foreign":
      return [`${file} says that it is of another stack, ${content.backup[0]?.stack ?? "and cannot be read"}`];
    case "changed":
      return [`${file} is not as this stack wrote it: it was changed, or written with another key`];
    case "missing":
      return [`${file} is missing`];
  }
}

/** The restored data, as restore.sh describes it at its end. */
export const restored = z.object({
  gtids: z.string(),
  /** When the last transaction of the archive was committed, in microseconds since 1970; 0: none was replayed. */
  last: z.number(),
  rows: z.record(z.string(), z.number()),
});
export type Restored = z.output<typeof restored>;

/** The restored files of storages, as restoreStorage.sh describes them at its end. */
export const restoredStorage = z.object({
  /** The moment of the files, in microseconds since 1970. */
  at: z.number(),
  /** The moment until which nothing changed in them. */
  held: z.number(),
  files: z.number(),
  size: z.number(),
  storages: word.transform(names),
});
export type RestoredStorage = z.output<typeof restoredStorage>;
