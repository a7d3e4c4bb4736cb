import type { PerProgram } from "./cpu.ts";
import { figureLine, median } from "./figures.ts";
import type { LoadFigures } from "./load.ts";
import type { ProgramName } from "./routes.ts";

/** A load on a route. */
export interface Run extends LoadFigures {
  /** Milliseconds of CPU that 10,000 requests cost. */
  readonly cost: PerProgram;
}

/** Milliseconds of CPU that 10,000 requests cost, from what was used in all before and after the load. */
export function requestCost({ requests }: LoadFigures, before: PerProgram, after: PerProgram): PerProgram {
  const cost = (program: ProgramName) => ((after[program] - before[program]) * 10_000) / requests;
  return { haproxy: cost("haproxy"), nginx: cost("nginx") };
}

/** The line about a route's speed: medians of its runs. */
export function speedLine(route: string, path: string, runs: readonly Run[]): string {
  const middle = (figure: (run: Run) => number) => median(runs.map(figure));
  return figureLine("traffic", {
    route,
    path,
    rps: Math.round(middle(({ requests, seconds }) => requests / seconds)),
    p50_ms: middle(({ p50 }) => p50).toFixed(1),
    p99_ms: middle(({ p99 }) => p99).toFixed(1),
  });
}

/** The line about a program's cost in the stack against the least of configuration: medians of the runs. */
export function costLine(program: ProgramName, path: string, stack: readonly Run[], bare: readonly Run[]): string {
  const middle = (runs: readonly Run[]) => median(runs.map(({ cost }) => cost[program]));
  return figureLine("cpu", {
    program,
    path,
    stack_ms: Math.round(middle(stack)),
    bare_ms: Math.round(middle(bare)),
    percent: Math.round((100 * middle(stack)) / middle(bare)),
  });
}

/** The most that TLS at the edge and to the web servers may cost: HAProxy's and Nginx's CPU, as a multiple of plain. */
const MOST_RATIO = 1.35;

/** The lines about what TLS costs each program, and both together with the goal: medians of the runs. */
export function tlsCostLines(path: string, secure: readonly Run[], plain: readonly Run[]): string[] {
  const parts: readonly [string, (run: Run) => number][] = [
    ["haproxy", ({ cost }) => cost.haproxy],
    ["nginx", ({ cost }) => cost.nginx],
    ["both", ({ cost }) => cost.haproxy + cost.nginx],
  ];
  return parts.map(([program, cost]) => {
    // A millisecond of 10,000 requests is a tenth of a microsecond of one.
    const microseconds = (runs: readonly Run[]) => median(runs.map(cost)) / 10;
    const ratio = microseconds(secure) / microseconds(plain);
    return figureLine("tls", {
      program,
      path,
      secure_us: microseconds(secure).toFixed(1),
      plain_us: microseconds(plain).toFixed(1),
      ratio: ratio.toFixed(2),
      ...(program === "both" ? { goal: `at_most_${MOST_RATIO}:${ratio <= MOST_RATIO ? "met" : "missed"}` } : {}),
    });
  });
}
