import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { PROJECT } from "../stack/project.ts";

/** A run that has a stack to itself, as a local backend notes it. */
export interface Lock {
  readonly file: string;
  /** Whether the run may still be at work: that of another machine always may. */
  readonly isAlive: boolean;
}

const content = z.looseObject({ pid: z.number(), hostname: z.string() });

/** @param folder the backend's */
export async function readLocks(folder: string, stack: string): Promise<Lock[]> {
  const path = join(folder, ".pulumi/locks/organization", PROJECT, stack);
  // The backend keeps attributes in files beside its own.
  const names = (await readdir(path).catch(() => [])).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.map(async (name) => {
      const file = join(path, name);
      const text = await readFile(file, "utf8").catch(() => "{}");
      return { file, isAlive: await isAlive(text) };
    }),
  );
}

/** Removes a lock and no other: one that a run takes meanwhile stays. */
export async function removeLock({ file }: Lock): Promise<void> {
  await Promise.all([rm(file, { force: true }), rm(`${file}.attrs`, { force: true })]);
}

async function isAlive(text: string): Promise<boolean> {
  const parsed = content.safeParse(json(text));
  // A lock that cannot be read may be a live one.
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

/** Process numbers are used again: where the system shows what the process is, it is not enough that it lives. */
async function isPulumi(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (command !== undefined) return command.includes("pulumi");
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It may be another user's (EPERM), whose processes a system can hide.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
