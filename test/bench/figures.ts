import { availableParallelism, loadavg } from "node:os";

/** A line that programs can read: `bench=<name> <key>=<value> …`. */
export function figureLine(bench: string, values: Readonly<Record<string, string | number>>): string {
  return [`bench=${bench}`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`)].join(" ");
}

/**
 * The middle of all values, so that one disturbed run does not count.
 * @throws Error where there is none
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}

/** What else the machine does while it is measured: figures of a machine whose load is above 1 say little. */
export function machineLine(): string {
  return figureLine("machine", { cpus: availableParallelism(), load: machineLoad() });
}

/** The machine's load in the last minute. */
export function machineLoad(): string {
  const [lastMinute = 0] = loadavg();
  return lastMinute.toFixed(1);
}
