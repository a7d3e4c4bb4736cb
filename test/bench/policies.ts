import { join } from "node:path";
import { figureLine, machineLoad, median } from "./figures.ts";
import { runCli } from "./stack.ts";
import { timed } from "./timed.ts";
import type { TrafficOptions } from "./traffic.ts";
import type { Cost } from "./upTable.ts";

const ROUNDS = 5;
/** The most seconds that the pack may add to a preview. */
const MOST_SECONDS = 2;

/**
 * What the policy pack adds to a preview of a stack that does not change. Each round previews without and with it, so that
 * a disturbance affects both. Yields a line for each way, and one for the difference of their medians.
 */
export async function* benchPolicies({ project, env, signal }: TrafficOptions): AsyncGenerator<string> {
  const preview = (...options: string[]) => {
    signal.throwIfAborted();
    return timed(async () => void (await runCli(project, env, ["preview", "--expect-no-changes", ...options])));
  };
  const pack = ["--policy-pack", join(project.folder, "policy")];
  await preview(...pack);
  const rounds: { readonly without: Cost; readonly with: Cost }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ without: await preview(), with: await preview(...pack) });
  }
  const middle = (way: "without" | "with", figure: "seconds" | "cpuSeconds") =>
    median(rounds.map((round) => round[way][figure]));
  for (const way of ["without", "with"] as const) {
    const values = { s: middle(way, "seconds").toFixed(1), cpu_s: middle(way, "cpuSeconds").toFixed(1) };
    yield figureLine("policies", { preview: way, ...values, machine_load: machineLoad() });
  }
  const added = middle("with", "seconds") - middle("without", "seconds");
  const goal = `at_most_${MOST_SECONDS}:${added <= MOST_SECONDS ? "met" : "missed"}`;
  const cpu = middle("with", "cpuSeconds") - middle("without", "cpuSeconds");
  yield figureLine("policies", { added_s: added.toFixed(1), added_cpu_s: cpu.toFixed(1), goal });
}
