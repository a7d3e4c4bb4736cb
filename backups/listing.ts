import { z } from "zod";

const full = z.object({
  name: z.string(),
  /** The stack whose databases it is of: project/stack. */
  stack: z.string(),
  /** Which of the stack's data: `first`, or the restore that they came from. */
  timeline: z.string(),
  /** The run of the archive that goes on from it. */
  run: z.string(),
  /** The member whose data it is. */
  from: z.string(),
  /** MySQL's. */
  version: z.string(),
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
  run: z.string(),
  /** All that was committed before is archived. */
  reach: z.iso.datetime(),
});

const server = z.object({ server: z.string() });

/** A full backup: it has been started and checked, or it would not be listed. */
export type FullBackup = z.output<typeof full>;

/** What there is to restore from. */
export interface Listing {
  /** Of all stacks, the oldest first. */
  readonly backups: readonly FullBackup[];
  /** Until when the archive has everything, by run. */
  readonly reaches: ReadonlyMap<string, Date>;
  /** MySQL's version that would be restored into. */
  readonly version: string;
}

/** Reads what list.sh prints: a JSON object a line, of three kinds. */
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
  return {
    backups: all(full).sort((a, b) => (a.takenAt < b.takenAt ? -1 : 1)),
    reaches: new Map(all(reach).map(({ run, reach }) => [run, new Date(reach)])),
    version: all(server)[0]?.server ?? "",
  };
}

/** What has been restored, as restore.sh prints it at its end. */
export const restored = z.object({
  gtids: z.string(),
  /** When the last transaction of the archive was committed, in microseconds since 1970; 0: none was replayed. */
  last: z.number(),
  rows: z.record(z.string(), z.number()),
});
export type Restored = z.output<typeof restored>;
