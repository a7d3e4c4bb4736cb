import { readFile } from "node:fs/promises";

/** A process's line in /proc/PID/stat: its command, and the fields after it, of which the first is number 3. */
interface Stat {
  readonly command: string;
  /** The field of a number in proc(5). */
  readonly field: (number: number) => string | undefined;
}

/** Parses the text of /proc/PID/stat. The command is in brackets and may itself contain brackets and spaces. */
function readStat(text: string): Stat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const rest = text.slice(close + 2).split(" ");
  return { command: text.slice(open + 1, close), field: (number) => rest[number - 3] };
}

/** Distinguishes a process from a later one that got the same number. */
export interface Identity {
  readonly command: string;
  /** Clock ticks between the boot and the process's start. */
  readonly startTicks: string;
}

/** The identity of a process by its /proc/PID/stat; undefined: it has ended. */
export function identityOf(text: string): Identity | undefined {
  const stat = readStat(text);
  const state = stat?.field(3);
  const startTicks = stat?.field(22);
  // A zombie keeps only its number: the process has ended.
  if (stat === undefined || startTicks === undefined || state === "Z" || state === "X") return undefined;
  return { command: stat.command, startTicks };
}

/** Clock ticks of CPU, user and system time together, that a process has used, by its /proc/PID/stat. */
export function ticksOf(text: string): number {
  const stat = readStat(text);
  return Number(stat?.field(14)) + Number(stat?.field(15));
}

/** The same for the children that a process has waited for, including their own children. */
export function childTicksOf(text: string): number {
  const stat = readStat(text);
  return Number(stat?.field(16)) + Number(stat?.field(17));
}

/** The live process with this number, or undefined. */
export async function identify(pid: number): Promise<Identity | undefined> {
  try {
    return identityOf(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** Whether the process is the recorded one and still runs the same command. */
export function isSame(
  recorded: { readonly startTicks: string; readonly boot: string },
  found: Identity | undefined,
  boot: string,
  command: string,
): boolean {
  return found?.command === command && found.startTicks === recorded.startTicks && recorded.boot === boot;
}
