import { z } from "zod";
import { GtidSet } from "../gtidSet.ts";
import type { Term } from "../vocabulary.ts";

/*
 * What servers answer, in the columns that several questions have.
 */

export const flag = z.coerce.number().transform((number) => number !== 0);

/** A dash stands for no value. */
export const optional = z.string().transform((text) => (text === "-" ? undefined : text));

export const set = z.string().transform((text) => GtidSet.parse(text));

/** A set of transactions; a dash stands for none. */
export const optionalSet = z.string().transform((text) => (text === "-" ? GtidSet.EMPTY : GtidSet.parse(text)));

export const groupState = z.enum(["NONE", "OFFLINE", "RECOVERING", "ONLINE", "ERROR", "UNREACHABLE"]);

/** "3 mysql-server1.replication": a term's number, and the member promoted in it. */
export function termIn(text: string): Term {
  const [number = "0", promoted = "-"] = text.split(" ");
  return { number: Number(number), promoted: promoted === "-" ? undefined : promoted };
}

export const term = z.string().transform(termIn);
