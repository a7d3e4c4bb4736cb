import { readFile } from "node:fs/promises";

/** What tells one process from a later one that got the same number. */
export interface Identity {
  readonly command: string;
  /** Clock ticks between the boot and the process's start. */
  readonly startTicks: string;
}

/** Takes command and start time from the text of /proc/PID/stat; the command stands in brackets and may hold any. */
export function parseStat(stat: string): Identity | undefined {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = stat.slice(close + 2).split(" ");
  const startTicks = rest[19];
  // A zombie holds its number and nothing else: it is gone.
  if (startTicks === undefined || rest[0] === "Z" || rest[0] === "X") return undefined;
  return { command: stat.slice(open + 1, close), startTicks };
}

/** The live process with this number, or undefined. */
export async function identify(pid: number): Promise<Identity | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** True when the process is the one that was recorded, and still is what it was. */
export function isSame(
  recorded: { readonly startTicks: string; readonly boot: string },
  found: Identity | undefined,
  boot: string,
  command: string,
): boolean {
  return found?.command === command && found.startTicks === recorded.startTicks && recorded.boot === boot;
}
