import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import { didYouMean } from "../../../config/nearest.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Drill } from "../drill.ts";
import { HOST_FAULTS } from "./faults.ts";
import type { Machines } from "./power.ts";
import { choices } from "./targets.ts";

/** The options of a command for drills of machines. */
interface Options {
  readonly machines?: string | undefined;
  readonly repair?: string | undefined;
  readonly host?: string | undefined;
}

/**
 * How drills act on machines; undefined: no program is given.
 * @throws Error if a program cannot be run, or if the stack has no such host
 */
export function machinesFrom(
  { machines, repair, host }: Options,
  offSeconds: number,
  topology: Topology,
): Machines | undefined {
  const names = choices(topology);
  if (host !== undefined && !names.includes(host)) {
    throw new Error(`--host is ${host}, which the stack does not have${didYouMean(host, names)}
    allowed:   ${names.join(", ")}`);
  }
  const repairing = repair === undefined ? undefined : programOf("--repair", repair);
  return machines === undefined
    ? undefined
    : { program: programOf("--machines", machines), repair: repairing, host, offSeconds };
}

/** A path is relative to the folder in which the user is: npm changes it. A name alone is looked for as a shell does. */
function programOf(option: string, word: string): string {
  if (!word.includes("/")) return word;
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), word);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`${option} is ${word}, which cannot be run\n    cure:      chmod +x ${path}, if it is there`);
  }
}

/** Whether drills would hit whole machines, on which there may be more than the stack. */
export function hitMachines(drills: readonly Pick<Drill, "name">[]): boolean {
  return faultsIn(drills).length > 0;
}

/** What drills will do to a stack, for those who have to agree. */
export function consequences(stack: string, drills: readonly Pick<Drill, "name">[]): string {
  const faults = faultsIn(drills);
  const parts = [
    ...(faults.length < drills.length ? ["containers will be killed, paused or replaced"] : []),
    ...(faults.length > 0 ? ["machines will lose their power or their network, with all that is on them"] : []),
    ...(faults.some(({ isEmptied }) => isEmptied) ? ["disks will be wiped"] : []),
  ];
  return `In the stack ${stack} ${parts.join("; ") || "nothing will be done"}.`;
}

function faultsIn(drills: readonly Pick<Drill, "name">[]) {
  return HOST_FAULTS.filter(({ name }) => drills.some((drill) => drill.name === name));
}
