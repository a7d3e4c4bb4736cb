import { LOCAL_ENDPOINT } from "../../config/choices.ts";
import { unpauseCommand } from "../../engine/client.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Place, placesOf } from "../stack/places.ts";
import { databaseFigures, databaseProblem, databaseRole } from "./databaseWords.ts";
import { between } from "./durations.ts";
import type { Answer, ContainerFacts, Facts, RouteFacts } from "./facts.ts";
import type { PlaceStatus } from "./status.ts";

/** What brings back what was stopped or removed. */
const REFRESH = "npm run up -- --refresh";

/** Every container of the stack, with all that was found out about it. */
export function placeStatuses(topology: Topology, facts: Facts): PlaceStatus[] {
  return placesOf(topology).map((place): PlaceStatus => {
    const { service, server, tier, host } = place;
    const base = { service, server, tier, host };
    if (!facts.containers.has(service)) {
      // Why, is said once, of the engine.
      return { ...base, health: "unknown", figures: [], problem: `the engine of ${host} does not answer` };
    }
    const container = facts.containers.get(service);
    const endpoint = facts.engines.find(({ hosts }) => hosts.includes(host))?.endpoint;
    const own = containerStatus(container, facts.at, endpoint);
    const { version = tagOf(place), release } = container ?? {};
    if (container === undefined || own.health === "down") return { ...base, ...own, figures: [] };
    const more = detail(topology, facts, place);
    const problem = own.problem ?? more.problem;
    return {
      ...base,
      health: own.health === "well" && more.problem !== undefined ? "hurt" : own.health,
      ...(version === undefined ? {} : { version }),
      ...(release === undefined || tier !== "app" ? {} : { release }),
      ...(more.role === undefined ? {} : { role: more.role }),
      figures: more.figures ?? [],
      ...(problem === undefined ? {} : { problem }),
      since: container.since,
    };
  });
}

/** The tag of the image in the plan, for images that do not say their version. */
function tagOf({ plan, tier }: Place): string | undefined {
  return tier === "app" || tier === "process" ? undefined : /:v?(\d[^@]*)/.exec(plan.image)?.[1];
}

/** What an engine's words about a container mean. A stopped container stays stopped until somebody starts it. */
export function containerStatus(
  container: ContainerFacts | undefined,
  now: Date,
  endpoint = LOCAL_ENDPOINT,
): Pick<PlaceStatus, "health" | "problem" | "remedy"> {
  if (container === undefined) return { health: "down", problem: "has no container", remedy: REFRESH };
  const { name, state, exitCode, isOutOfMemory, error, since, health, said, restarts } = container;
  const ended = `exited ${exitCode}, ${between(since, now)} ago`;
  const why = isOutOfMemory ? ", out of memory" : error === "" ? "" : `, ${error}`;
  switch (state) {
    case "exited":
    case "dead":
      return { health: "down", problem: `${ended}${why || ", stopped by hand"}`, remedy: REFRESH };
    case "created":
      return { health: "down", problem: `was never started${why}`, remedy: REFRESH };
    case "restarting":
      return { health: "down", problem: `ends and is started again, ${restarts} times: ${ended}${why}` };
    case "removing":
      return { health: "down", problem: "is being removed" };
    case "paused":
      return { health: "down", problem: "is paused", remedy: unpauseCommand(name, endpoint) };
    default:
  }
  const last = said === "" ? "" : `: ${said}`;
  if (health === "unhealthy") return { health: "hurt", problem: `unhealthy${last}` };
  if (health === "starting") return { health: "starting", problem: `starting for ${between(since, now)}${last}` };
  return { health: "well" };
}

interface Detail {
  readonly role?: string | undefined;
  readonly figures?: readonly string[];
  readonly problem?: string | undefined;
}

/** What a running container's program says of itself. */
function detail(topology: Topology, facts: Facts, place: Place): Detail {
  switch (place.tier) {
    case "haproxy":
      return loadBalancer(topology, facts, place);
    case "web":
      return webServer(topology, facts, place);
    case "router":
      return router(topology, facts, place);
    case "mysql":
      return database(topology, facts, place);
    default:
      return {};
  }
}

function loadBalancer(topology: Topology, { loadBalancers, addresses }: Facts, { server }: Place): Detail {
  const plan = topology.loadBalancers.find(({ name }) => name === server);
  const virtual = plan?.vrrp?.instances.map(({ virtualAddress }) => virtualAddress) ?? [];
  const known = addresses.get(server);
  const held = known !== undefined && "value" in known ? virtual.filter((one) => known.value.includes(one)) : [];
  const role =
    virtual.length === 0 || known === undefined || "problem" in known
      ? undefined
      : held.length > 0
        ? `holds ${held.join(", ")}`
        : "stands by";
  const answer = loadBalancers.get(server);
  if (answer === undefined || "problem" in answer) return { role, problem: silent("HAProxy", answer) };
  const { requestsPerSecond, failed, routes } = answer.value;
  const wanted = (plan?.backends ?? []).filter(({ traffic }) => traffic === "ready").map(({ name }) => name);
  const down = routes.filter((route) => wanted.includes(route.name) && !isUp(route));
  return {
    role,
    figures: [
      perSecond(requestsPerSecond),
      `${failed} failed`,
      `${wanted.length - down.length} of ${wanted.length} ready`,
    ],
    problem:
      down.length === 0
        ? undefined
        : `gets no answer from ${down.map(({ name, status }) => `${name} (${status})`).join(", ")}`,
  };
}

/** Whether HAProxy sends requests there. "UP 1/2" is about to go down. */
export function isUp({ status }: RouteFacts): boolean {
  return /^(?:UP|no check)/.test(status);
}

function webServer(topology: Topology, { loadBalancers }: Facts, { service }: Place): Detail {
  const backends = (topology.loadBalancers[0]?.backends ?? []).filter(({ address }) => address === service);
  const seen = [...loadBalancers.values()].flatMap((answer) => ("value" in answer ? [answer.value.routes] : []));
  const own = seen.flat().filter(({ name }) => backends.some((backend) => backend.name === name));
  if (own.length === 0) return {};
  const out = backends.every(({ traffic }) => traffic !== "ready") ? backends[0]?.traffic : undefined;
  return {
    role: out === undefined ? (backends.every(({ backup }) => backup) ? "stands by" : undefined) : OUT[out],
    figures: [
      perSecond(own.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0)),
      `answers in ${Math.max(...own.map(({ answerMs }) => answerMs))} ms`,
    ],
  };
}

const OUT = { ready: undefined, drain: "drained", maintenance: "in maintenance" } as const;

function router({ routers }: Topology, facts: Facts, { service }: Place): Detail {
  const answer = facts.routers.get(service);
  if (answer === undefined || "problem" in answer) return { problem: silent("HAProxy", answer) };
  const { writesTo, readsFrom, connections } = answer.value;
  const targets = routers.find(({ name }) => name === service)?.targets ?? [];
  const servers = (names: readonly string[]) =>
    names.length === 0
      ? "nobody"
      : names.map((name) => (targets.some((one) => one.name === name) ? name.replace(/^mysql-/, "") : name)).join(", ");
  return {
    role: `writes → ${servers(writesTo)}`,
    figures: [`reads → ${servers(readsFrom)}`, `${connections} connections`],
    problem: writesTo.length > 0 ? undefined : `sends writes to nobody, reads to ${servers(readsFrom)}`,
  };
}

function database({ cluster }: Topology, { databases }: Facts, { service }: Place): Detail {
  const plan = cluster.databases.find(({ name }) => name === service);
  const answer = databases.get(service);
  if (plan === undefined || answer === undefined || "problem" in answer) return { problem: silent("MySQL", answer) };
  const { value } = answer;
  return {
    role: databaseRole(plan, value, cluster.replication),
    figures: databaseFigures(value),
    problem: databaseProblem(value),
  };
}

function silent(program: string, answer: Answer<unknown> | undefined): string {
  return `${program} does not answer${answer !== undefined && "problem" in answer ? `: ${answer.problem}` : ""}`;
}

function perSecond(rate: number): string {
  return `${rate} req/s`;
}
