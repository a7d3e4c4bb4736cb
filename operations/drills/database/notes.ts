import { z } from "zod";
import type { Access } from "./access.ts";

export interface WriterAddress {
  readonly host: string;
  readonly port: number;
}

/** The writer's settings. */
export interface WriterSettings extends Access {
  readonly database: string;
  readonly write: WriterAddress;
  readonly read: WriterAddress;
  /** Rows per second. */
  readonly rate: number;
  /** The time after which the writer ends by itself. */
  readonly maxSeconds: number;
}

/** Milliseconds since the writer began. */
const at = z.number();
const row = z.int();
const problem = z.string();

/** The notes that the writer prints, one in each line. */
export const note = z.discriminatedUnion("what", [
  /** The row is written. */
  z.object({ what: z.literal("acked"), at, row }),
  /** The row is certainly not written; it is sent again. */
  z.object({ what: z.literal("refused"), at, row, problem }),
  /** It is unknown whether the row is written; it is not sent again. */
  z.object({ what: z.literal("unknown"), at, row, problem }),
  z.object({ what: z.literal("read"), at }),
  z.object({ what: z.literal("unread"), at, problem }),
  /** The last line: when the writer stopped sending. */
  z.object({ what: z.literal("ended"), at }),
]);
export type Note = z.infer<typeof note>;
