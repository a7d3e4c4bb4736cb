import { table } from "../../releases/table.ts";
import { median } from "./figures.ts";

/** What is done to a stack, in this order. */
const STEPS = ["from nothing", "unchanged", "release", "down"] as const;
export type Step = (typeof STEPS)[number];

/** What a step costs. */
export interface Cost {
  /** As a user at the terminal would wait. */
  readonly seconds: number;
  /** Of the client, with all that it starts; what the engine and the containers use is not in it. */
  readonly cpuSeconds: number;
  /** Of the load meanwhile, where there is one. */
  readonly load?: { readonly requests: number; readonly failed: number };
}

export type Tool = "foobar" | "compose";

/** What a step has cost in one round. */
export interface Measured {
  readonly tool: Tool;
  readonly step: Step;
  readonly cost: Cost;
}

interface Goal {
  readonly text: string;
  isMet(foobar: Cost, compose: Cost): boolean;
}

const GOALS: Readonly<Record<Step, Goal>> = {
  "from nothing": {
    text: "at most 1.25 × compose",
    isMet: (foobar, compose) => foobar.seconds <= 1.25 * compose.seconds,
  },
  unchanged: {
    text: "at most 5 s and 8 s of CPU",
    isMet: ({ seconds, cpuSeconds }) => seconds <= 5 && cpuSeconds <= 8,
  },
  release: {
    text: "at most 16 s and 0 failed",
    isMet: ({ seconds, load }) => seconds <= 16 && load?.failed === 0,
  },
  down: { text: "at most 15 s", isMet: ({ seconds }) => seconds <= 15 },
};

const HEAD = ["step", "foobar s", "CPU s", "failed", "compose s", "CPU s", "failed", "foobar : compose", "goal"];

/** One line for each step: medians of all rounds, and the failed requests of all rounds together. */
export function upTable(measured: readonly Measured[]): string[] {
  const rows = STEPS.map((step) => {
    const of = (tool: Tool) => summary(measured.filter((one) => one.tool === tool && one.step === step));
    const [foobar, compose] = [of("foobar"), of("compose")];
    const { text, isMet } = GOALS[step];
    const goal = `${text}: ${isMet(foobar, compose) ? "met" : "missed"}`;
    return [step, ...cells(foobar), ...cells(compose), (foobar.seconds / compose.seconds).toFixed(2), goal];
  });
  return table([HEAD, ...rows]);
}

function summary(measured: readonly Measured[]): Cost {
  const costs = measured.map(({ cost }) => cost);
  const loads = costs.flatMap(({ load }) => load ?? []);
  const total = (count: (load: NonNullable<Cost["load"]>) => number) =>
    loads.reduce((sum, load) => sum + count(load), 0);
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    ...(loads.length === 0
      ? {}
      : { load: { requests: total(({ requests }) => requests), failed: total(({ failed }) => failed) } }),
  };
}

function cells({ seconds, cpuSeconds, load }: Cost): string[] {
  const failed = load === undefined ? "-" : `${load.failed} of ${load.requests}`;
  return [seconds.toFixed(1), cpuSeconds.toFixed(1), failed];
}
