import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT } from "../stack/project.ts";

/** The lock by which a run has a stack to itself: a file of a local backend. */
export interface Lock {
  readonly file: string;
  /** Whether the run may still be at work. A run on another machine always counts as alive. */
  readonly isAlive: boolean;
}

const content = z.looseObject({ pid: z.number(), hostname: z.string() });

/** @param folder the folder of the backend */
export async function readLocks(folder: string, stack: string): Promise<Lock[]> {
  const path = join(folder, ".pulumi/locks/organization", PROJECT, stack);
  // Beside each lock the backend keeps a file of attributes.
  const names = (await readdir(path).catch(() => [])).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.map(async (name) => {
      const file = join(path, name);
      const text = await readFile(file, "utf8").catch(() => "{}");
      return { file, isAlive: await isAlive(text) };
    }),
  );
}

/** Removes this lock alone: a lock that another run takes meanwhile stays. */
export async function removeLock({ file }: Lock): Promise<void> {
  await Promise.all([rm(file, { force: true }), rm(`${file}.attrs`, { force: true })]);
}

async function isAlive(text: string): Promise<boolean> {
  const parsed = content.safeParse(json(text));
  // A lock that cannot be read may belong to a live run.
  if (!parsed.success) return true;
  return parsed.data.hostname !== hostname() || (await isPulumi(parsed.data.pid));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a process is Pulumi. Process numbers are used again, so its command is looked at if the system shows it. */
async function isPulumi(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (command !== undefined) return command.includes("pulumi");
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's process, whose command a system can hide.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
