import { readFile } from "node:fs/promises";
import { z } from "zod";
import { parseWith, plain, port, replication, withoutReplica } from "../settings.ts";

const schema = z.strictObject({
  /** The configured primary. */
  primary: plain,
  members: z.array(plain).min(1),
  port,
  replication,
  withoutReplica,
  /** By member: the fingerprint of the certificate that it has to serve (SHA-256, hexadecimal). */
  certificates: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  /** By account: the mark of the password that every member has to have. */
  passwords: z.record(z.string(), z.string()),
  /** An expression: a member's report of itself. */
  report: z.string().min(1),
  /** A statement that finds the members out of their places in the reports of all, which are in @reports. */
  judgement: z.string().min(1),
  secrets: z.string().min(1),
});

/** The settings of the switchover controller, from a file. */
export type ControllerSettings = Readonly<z.infer<typeof schema>>;

/** @throws Error naming every problem */
export async function readControllerSettings(file: string): Promise<ControllerSettings> {
  return parseWith(schema, await readFile(file, "utf8"));
}
