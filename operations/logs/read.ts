import type Docker from "dockerode";
import { labelFilter } from "../../engine/labels.ts";
import { engineSeconds, type LogPart, logLines, sortable } from "../../engine/logs.ts";
import { machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import type { Engines } from "../stack/engines.ts";
import { answerLimit, hasProcesses, serviceOf } from "../stack/find.ts";
import { last, merged } from "./merge.ts";
import type { LogQuery } from "./query.ts";

/** A line of a container's log, or a note about its end. */
export interface ServiceLine {
  /** As text that sorts by time: ISO 8601 in UTC with nine decimals. */
  readonly at: string;
  readonly service: string;
  readonly text: string;
  /** The container's id. */
  readonly id: string;
  /** Whether it is no line of the container's. */
  readonly isNote: boolean;
}

/** A container whose log is read. */
export interface LoggedContainer {
  readonly engine: Docker;
  readonly id: string;
  readonly service: string;
  readonly isRunning: boolean;
}

/** The containers of a query that engines have, dead ones and those that others replace, too. */
export async function containersOf(
  { topology, engines }: { readonly topology: Topology; readonly engines: Engines },
  { containers }: Pick<LogQuery, "containers">,
): Promise<{ readonly found: readonly LoggedContainer[]; readonly silent: readonly string[] }> {
  const machines = machinesOf(topology).filter(({ hosts }) => containers.some(({ host }) => hosts.includes(host)));
  const wanted = new Set(containers.map(({ service }) => service));
  const answers = await Promise.allSettled(
    machines.map(async ({ hosts }) => {
      const engine = engines.of({ host: hosts[0] ?? "" });
      const filters = { label: labelFilter(topology) };
      const listed = await engine.listContainers({ all: true, filters, abortSignal: answerLimit() });
      return listed.flatMap(({ Id, Names, State }) => {
        const service = serviceOf(Names[0]?.slice(1) ?? "");
        return wanted.has(service) ? [{ engine, id: Id, service, isRunning: hasProcesses(State) }] : [];
      });
    }),
  );
  const order = [...wanted];
  return {
    found: answers
      .flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))
      .sort((one, other) => order.indexOf(one.service) - order.indexOf(other.service)),
    silent: answers.flatMap((answer, index) =>
      answer.status === "rejected"
        ? [`the engine of ${machines[index]?.hosts.join(", ")} does not answer: ${textOf(answer.reason)}`]
        : [],
    ),
  };
}

/** The lines of a query that are there already, of all containers by time. */
export function linesOf(
  containers: readonly LoggedContainer[],
  { part, tail, matches, showsEnds }: Pick<LogQuery, "part" | "tail" | "matches" | "showsEnds">,
  signal: AbortSignal,
): AsyncGenerator<ServiceLine> {
  const sources = containers.flatMap((container) => [
    matching(container, { ...part, signal }, matches),
    ...(showsEnds && !container.isRunning ? [endOf(container, part)] : []),
  ]);
  return last(merged(sources), tail);
}

/** The lines of a container that match. One that is removed meanwhile has no more. */
export async function* matching(
  { engine, id, service }: LoggedContainer,
  part: LogPart,
  matches: LogQuery["matches"],
): AsyncGenerator<ServiceLine> {
  try {
    for await (const { at, text } of logLines(engine, id, part)) {
      if (matches(text)) yield { at, service, id, text, isNote: false };
    }
  } catch (error) {
    if (part.signal?.aborted !== true && !isGone(error)) throw error;
  }
}

/** The end of a dead container, if it is in the part that is read. */
async function* endOf({ engine, id, service }: LoggedContainer, part: LogQuery["part"]): AsyncGenerator<ServiceLine> {
  const state = await engine
    .getContainer(id)
    .inspect({ abortSignal: answerLimit() })
    .then(
      ({ State }) => State,
      () => undefined,
    );
  // One that was created and never started has no end.
  if (state === undefined || state.FinishedAt.startsWith("0001")) return;
  const at = sortable(state.FinishedAt);
  const moment = Number(engineSeconds(at));
  if (moment < Number(part.since ?? 0) || moment > Number(part.until ?? Number.POSITIVE_INFINITY)) return;
  yield {
    at,
    service,
    id,
    text: `ended with ${state.ExitCode}${state.OOMKilled ? ", out of memory" : ""}`,
    isNote: true,
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && (error.statusCode === 404 || error.statusCode === 409);
}

function textOf(reason: unknown): string {
  return reason instanceof Error ? reason.message || reason.name : String(reason);
}
