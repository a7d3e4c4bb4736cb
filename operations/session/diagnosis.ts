import type Docker from "dockerode";
import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { unpauseCommand } from "../../engine/client.ts";
import { labelFilter, SERVICE_LABEL } from "../../engine/labels.ts";
import { lastCheck } from "../../engine/lastCheck.ts";
import { logText } from "../../engine/streams.ts";
import { atAll, type StackEngine, stackEngines } from "../stack/engines.ts";
import { serviceOf } from "../stack/find.ts";
import { PROJECT } from "../stack/project.ts";
import { listening } from "./listening.ts";

/** The lines of a log that are shown. */
const LINES = 10;

/** A container that is not well: what its health check said last, and the end of the log of what it runs or asks. */
export interface Unwell {
  readonly name: string;
  readonly state: string;
  /** The last line of the last check. undefined: it has no check, or none has run. */
  readonly check: string | undefined;
  /** How what it runs or asks ended last. undefined: it runs, and nothing is known of an end. */
  readonly end: string | undefined;
  /** Where it listens, each as address:port, if nothing listens where it should. undefined: that is not known. */
  readonly listens: readonly string[] | undefined;
  /** The container whose log is shown. */
  readonly logOf: string;
  readonly log: readonly string[];
}

/** The containers of a stack that do not get healthy, or that the engine starts again and again. */
export async function unwellContainers(stack: string): Promise<Unwell[]> {
  const { results } = await atAll(await stackEngines(stack), (engine) => unwellAt(engine, stack));
  return results.flat().sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function unwellAt(engine: StackEngine, stack: string): Promise<Unwell[]> {
  const all = await engine.client.listContainers({
    all: true,
    filters: { label: labelFilter({ project: PROJECT, stack }) },
  });
  const isUnwell = ({ State, Status }: Docker.ContainerInfo) =>
    State === "restarting" || State === "paused" || /\((health: starting|unhealthy)\)/.test(Status);
  return Promise.all(all.filter(isUnwell).map((one) => describe(engine, one, all, stack)));
}

/** A container that was started again this short a time ago may end again at any moment. */
const RECENTLY_MS = 60_000;

/**
 * The containers of a stack whose program has just ended and was started again, and which no check watches: others were
 * healthy when the update went on, and a database ends once when it has copied its data.
 */
export async function endingContainers(stack: string, now = Date.now()): Promise<Unwell[]> {
  const { results } = await atAll(await stackEngines(stack), async (engine) => {
    const { client } = engine;
    const filters = { label: labelFilter({ project: PROJECT, stack }) };
    const all = await client.listContainers({ all: true, filters });
    const ending = await Promise.all(
      all.map(async (one) => {
        const { RestartCount: starts, State } = await client.getContainer(one.Id).inspect();
        const isRecent = State.Restarting || now - Date.parse(State.StartedAt) < RECENTLY_MS;
        if (starts === 0 || !isRecent || State.Health !== undefined) return [];
        const times = starts === 1 ? "once" : `${starts} times`;
        return [{ ...(await describe(engine, one, all, stack)), state: `${one.Status}, started again ${times}` }];
      }),
    );
    return ending.flat();
  });
  return results.flat().sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function describe(
  { client: engine, endpoint }: StackEngine,
  one: Docker.ContainerInfo,
  all: readonly Docker.ContainerInfo[],
  stack: string,
): Promise<Unwell> {
  const asked = askedBy(one, all);
  const { State } = await engine.getContainer(one.Id).inspect();
  const check = lastCheck(State) || undefined;
  const last = await engine.getContainer(asked.Id).inspect();
  const end = endText(last.State, last.HostConfig.Memory ?? 0, nameOf(asked), endpoint);
  const { Image = "" } = all.find(({ Labels }) => Labels[SERVICE_LABEL]?.startsWith(ROUTER)) ?? {};
  return {
    name: nameOf(one),
    state: one.Status,
    check,
    end,
    listens:
      end === undefined && check?.includes(NOTHING_LISTENS)
        ? await listening(engine, asked.Id, Image, stack)
        : undefined,
    logOf: nameOf(asked),
    log: await lastLines(engine, asked.Id),
  };
}

type Ended = Pick<Docker.ContainerInspectInfo["State"], "Running" | "Restarting" | "Paused" | "OOMKilled" | "ExitCode">;

/** How a container ended, or why it does nothing. undefined: it runs. */
export function endText(
  { Running, Restarting, Paused, OOMKilled, ExitCode }: Ended,
  memory: number,
  name = "CONTAINER",
  endpoint = LOCAL_ENDPOINT,
): string | undefined {
  if (Paused) return `it is paused: ${unpauseCommand(name, endpoint)}`;
  if (Running && !Restarting) return undefined;
  return OOMKilled
    ? `the kernel killed it: it needed more memory than ${Math.round(memory / 2 ** 20)} MB`
    : `it ended with exit code ${ExitCode}`;
}

/** The application that a probe asks; any other container asks itself. */
function askedBy(one: Docker.ContainerInfo, all: readonly Docker.ContainerInfo[]): Docker.ContainerInfo {
  const service = one.Labels[SERVICE_LABEL] ?? "";
  if (!service.startsWith(PROBE)) return one;
  const application = service.replace(PROBE, "app-");
  const found = all.filter((other) => serviceOf(nameOf(other)) === application);
  return found.find(({ State }) => State === "running" || State === "restarting") ?? found[0] ?? one;
}

const PROBE = "probe-";
const ROUTER = "router-";
/** What the check of readiness says of a port that refuses connections. */
const NOTHING_LISTENS = "nothing listens on port";

async function lastLines(engine: Docker, id: string): Promise<string[]> {
  const stream = await engine.getContainer(id).logs({ stdout: true, stderr: true, tail: LINES, follow: false });
  return logText(stream)
    .split("\n")
    .filter((line) => line.trim() !== "");
}

function nameOf({ Names, Id }: Docker.ContainerInfo): string {
  return Names[0]?.slice(1) ?? Id;
}

/** What a person is told about a container that is not well. */
export function diagnosisText({ name, state, check, end, listens, logOf, log }: Unwell): string {
  const lines = log.map((line) => `               ${line}`).join("\n");
  return [
    `    not well:  ${name} (${state})`,
    ...(check === undefined ? [] : [`    check:     ${check}${adviceOn(check)}`]),
    ...(listens === undefined
      ? []
      : [`    listens:   ${listens.length === 0 ? "nowhere" : `on ${listens.join(", ")}`}`]),
    ...(end === undefined ? [] : [`    end:       ${end}${adviceOn(end)}`]),
    log.length === 0 ? `    log:       ${logOf} has written nothing` : `    log:       docker logs ${logOf}\n${lines}`,
  ].join("\n");
}

/** What to set for an application that answers a check of readiness with something else than that it is ready. */
export function adviceOn(check: string): string {
  const [, status] = / answered (\d{3})\b/.exec(check) ?? [];
  const advice = status === undefined ? WITHOUT_STATUS.find(([words]) => check.includes(words))?.[1] : ADVICE[status];
  return advice === undefined ? "" : `\n               ${advice}`;
}

const REDIRECT =
  "if it redirects to HTTPS, set application.https to true; if to another path, set application.readinessPath to that, or application.readinessStatus to 200-399";
const ADVICE: Readonly<Record<string, string>> = {
  301: REDIRECT,
  302: REDIRECT,
  307: REDIRECT,
  308: REDIRECT,
  400: "if it answers known hosts alone, set application.host to one of them",
  401: "set application.readinessPath to a path that needs no login",
  403: "set application.readinessPath to a path that needs no login, or application.host to a host that it knows",
  404: "set application.readinessPath to a path that it has",
};
const WITHOUT_STATUS: readonly (readonly [string, string])[] = [
  [NOTHING_LISTENS, "it has to listen on application.port at every address, or at that of the variable HOST"],
  ["more memory than", "set application.memoryMb, or the memoryMb of the process, to more"],
];
