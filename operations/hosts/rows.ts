import type { Problem } from "../../config/problems.ts";
import type { AnsweredMachine, SilentMachine } from "../../preflight/machines.ts";
import type { SwarmFindings } from "../../preflight/swarm.ts";
import { unreachableMachine } from "../../preflight/unreachable.ts";
import type { MachinePlan } from "../../topology/machines.ts";
import { inOneLine, nameOf, problemLine } from "./machineText.ts";

/** A fact about a machine. "missing" is in the way of an `up`; a warning is not. */
export interface Row {
  /** The hosts on the machine; "all": it is about all machines. */
  readonly machine: string;
  readonly mark: "ok" | "warning" | "missing";
  readonly text: string;
}

/** What was found out about one machine that answers. */
export interface Findings extends AnsweredMachine {
  /** The problem of its kernel. */
  readonly kernel: string | undefined;
  /** Ports and subnets in use, and versions of programs. */
  readonly collisions: readonly Problem[];
  readonly images: readonly Problem[];
  /** Warnings about images that are not there, and that `up` copies or makes. */
  readonly notes: readonly string[];
}

interface Checked {
  readonly silent: readonly SilentMachine[];
  readonly findings: readonly Findings[];
  /** Problems of machines that do not fit each other. */
  readonly apart: readonly Problem[];
  readonly swarm: SwarmFindings;
  readonly isSeveral: boolean;
}

const ALL = "all";

/** The rows about all machines, side by side: those of each machine together. */
export function rowsOf({ silent, findings, apart, swarm, isSeveral }: Checked): Row[] {
  const unheard = silent.map((one) => missing(one.machine, unreachableMachine(one)));
  const machines = findings.flatMap((found) => [
    ...reached(found),
    ...(isSeveral ? together(found, apart) : []),
    ...(isSeveral ? inSwarm(found, swarm) : []),
    ...judged(found.machine, found.collisions, "its ports and subnets are free, or the stack's own"),
    ...judged(found.machine, found.images, "it has the stack's images, or an up gives them to it"),
    ...found.notes.map((text): Row => ({ machine: nameOf(found.machine), mark: "warning", text })),
  ]);
  const isOfMachine = ({ path }: Problem) => findings.some(({ machine }) => isAbout(path, machine));
  return [
    ...unheard,
    ...machines,
    ...(isSeveral ? swarm.problems.filter((problem) => !isOfMachine(problem)) : []).map(
      (problem): Row => ({ machine: ALL, mark: "missing", text: problemLine(problem) }),
    ),
    ...swarm.warnings.map((text): Row => ({ machine: ALL, mark: "warning", text: inOneLine(text) })),
  ];
}

/** Whether nothing is missing. */
export function isWell(rows: readonly Row[]): boolean {
  return rows.every(({ mark }) => mark !== "missing");
}

function reached({ machine, state, kernel }: Findings): Row[] {
  const text = `${machine.endpoint} answers: Docker Engine ${state.version} on Linux ${state.kernel}`;
  return [
    { machine: nameOf(machine), mark: "ok", text },
    ...(kernel === undefined ? [] : [{ machine: nameOf(machine), mark: "missing" as const, text: inOneLine(kernel) }]),
  ];
}

function together({ machine, state }: Findings, apart: readonly Problem[]): Row[] {
  const seconds = Math.round(Math.abs(state.clockAheadMs) / 1_000);
  return judged(
    machine,
    apart.filter(({ path }) => isAbout(path, machine)),
    `it fits the others: a machine of its own, the same major version, live-restore ${state.isLiveRestored ? "on, but in a swarm" : "off"}, its clock right to ${Math.max(seconds, 1)} s`,
  );
}

function inSwarm({ machine, state }: Findings, { problems }: SwarmFindings): Row[] {
  const own = problems.filter(({ path }) => isAbout(path, machine));
  if (own.length === 0 && problems.length > 0) return [];
  const role = state.swarm.isManager ? "a manager" : "a worker";
  return judged(machine, own, `it is ${role} of the machines' swarm, at ${state.swarm.address}`);
}

function judged(machine: MachinePlan, problems: readonly Problem[], well: string): Row[] {
  if (problems.length > 0) return problems.map((problem) => missing(machine, problem));
  return [{ machine: nameOf(machine), mark: "ok", text: well }];
}

function missing(machine: MachinePlan, problem: Problem): Row {
  return { machine: nameOf(machine), mark: "missing", text: problemLine(problem) };
}

function isAbout(path: Problem["path"], { path: own }: MachinePlan): boolean {
  return path.length === own.length && path.every((part, index) => part === own[index]);
}
