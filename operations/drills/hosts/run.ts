import type { Stack } from "../../stack/stack.ts";
import { modeOf } from "../database/measure.ts";
import type { Drill, DrillContext, Outcome } from "../drill.ts";
import type { HostFault } from "./faults.ts";
import { excesses, figuresLine, limitFor, limitText } from "./measure.ts";
import type { Machines } from "./power.ts";
import { obstacleAt, type Target, targetsOf } from "./targets.ts";
import { underUse } from "./underUse.ts";

/** Makes a drill that hits each machine of a stack in turn, while visitors read and rows are written. */
export function hostDrill(fault: HostFault): Drill {
  const { name, proves } = fault;
  return {
    name,
    proves,
    obstacle: (stack, machines) => obstacle(fault, stack, machines),
    limit: ({ topology }, { machines }) => limits(fault, targetsOf(topology, { host: machines?.host })),
    async *run(context) {
      const { machines, say, topology } = context;
      if (machines === undefined) return;
      for (const target of targetsOf(topology, machines)) {
        const reason = reasonAgainst(fault, target, context);
        if (reason === undefined) yield await hit(fault, target, machines, context);
        else say(`drill=${name} host=${target.title} skipped: ${reason}`);
      }
    },
  };
}

function obstacle(fault: HostFault, stack: Stack, machines: Machines | undefined): string | undefined {
  if (!stack.topology.isSeveral) return "the stack is on one machine";
  if (machines === undefined) return "it needs --machines PROGRAM, which switches machines off and on";
  if (fault.isEmptied && machines.repair === undefined) {
    return "it needs --repair PROGRAM, which makes an empty machine a host again";
  }
  const targets = targetsOf(stack.topology, machines);
  const reasons = targets.map((target) => reasonAgainst(fault, target, stack));
  if (reasons.includes(undefined)) return undefined;
  return targets.map(({ title }, index) => `${title}: ${reasons[index]}`).join("; ");
}

/** The reason why a machine is left out; undefined: it is hit. */
export function reasonAgainst(
  { isEmptied }: Pick<HostFault, "isEmptied">,
  target: Target,
  { topology }: Pick<Stack, "topology">,
): string | undefined {
  if (!isEmptied || !target.isIrreplaceable) return obstacleAt(target);
  return topology.cluster.replication === "group"
    ? "without it the group has no majority, which could give it its data again"
    : "its database is the primary, and another one may lack its last rows";
}

/** The limits, each with the machines that it is for. */
function limits({ writesBackMs }: HostFault, targets: readonly Target[]): string {
  const titles = new Map<string, string[]>();
  for (const target of targets) {
    const text = limitText(limitFor(target, writesBackMs));
    titles.set(text, [...(titles.get(text) ?? []), target.title]);
  }
  return [...titles].map(([text, those]) => `${those.join(", ")}: ${text}`).join("; ");
}

async function hit(fault: HostFault, target: Target, machines: Machines, context: DrillContext): Promise<Outcome> {
  const { figures, complaint } = await underUse(fault, target, machines, context);
  return {
    line: figuresLine(fault.name, target.title, modeOf(context.topology.cluster), figures),
    complaints: [
      ...(complaint === undefined ? [] : [complaint]),
      ...excesses(figures, limitFor(target, fault.writesBackMs)),
    ].map((text) => `${target.title}: ${text}`),
  };
}
