import { isLocal } from "../../engine/client.ts";
import { executeIn } from "../../engine/streams.ts";
import { probePath } from "../../topology/monitoring.ts";
import type { Topology } from "../../topology/plan.ts";
import { STATISTICS } from "../explain/traffic.ts";
import type { OpenStack } from "../stack/open.ts";
import { type Ask, Patience } from "./answer.ts";
import type { Answer, CertificateFacts, ContainerFacts, Facts, LoadBalancerFacts } from "./facts.ts";
import { addressesIn, ROUTES } from "./sources/addresses.ts";
import { ALERTS, alertsIn } from "./sources/alerts.ts";
import { BACKUPS, backupFacts } from "./sources/backups.ts";
import { servedCertificate } from "./sources/certificates.ts";
import { inspect, type Listing, listContainers } from "./sources/containers.ts";
import { databaseFacts } from "./sources/databases.ts";
import { loadBalancerFacts, routerFacts, STATISTICS_AND_ROUTES } from "./sources/haproxy.ts";
import { doorsOf, statusAt } from "./sources/site.ts";

type Opened = Pick<OpenStack, "config" | "topology" | "engines">;

/** The longest that a source may take, in seconds, and the longest of an engine whose connection begins with a login. */
const LIMIT = { seconds: 1, withLogin: 4 } as const;

/** The limit of a stack's sources, in seconds. */
export function limitOf({ hosts }: Pick<Topology, "hosts">): number {
  return hosts.some(({ endpoint }) => endpoint.startsWith("ssh:")) ? LIMIT.withLogin : LIMIT.seconds;
}

/** Asks all sources at once. Whatever is dead costs its own answer and no other. */
export async function gather(opened: Opened, seconds = limitOf(opened.topology)): Promise<Facts> {
  const { topology, engines } = opened;
  const at = new Date();
  const patience = new Patience(seconds);
  const listing = listContainers(topology, engines, patience);
  const ask = askerOf(listing, patience);
  /** For what no container's state stands beside: without an answer there is a reason. */
  const askCertainly: AskCertainly = async (service, command, parse) =>
    read((await ask(service, command)) ?? (await reasonOf(service, listing)), parse);
  const { routers, cluster, backups } = topology;
  const [databases, balancers, containers, routed, taken, alerts, site, served] = await Promise.all([
    databaseFacts(cluster, ask, patience.most),
    balancerFacts(topology, ask),
    states(listing, patience),
    askEach(routers, (router) => ask(router, STATISTICS), routerFacts),
    backups && askCertainly(backups.name, BACKUPS, backupFacts),
    firingAlerts(topology, askCertainly),
    siteStatus(opened, patience),
    certificates(topology, patience),
  ]);
  patience.end();
  return {
    ...{ at, seconds: patience.passed, engines: await listing.engines },
    ...{ ...balancers, containers, databases, routers: routed, certificates: served, site, alerts },
    backups: taken,
  };
}

type AskCertainly = <T>(service: string, command: readonly string[], parse: (text: string) => T) => Promise<Answer<T>>;

/** Why a service was not asked. */
async function reasonOf(service: string, { services }: Listing): Promise<Answer<never>> {
  const isSilent = (await services.get(service)) === "silent";
  return { problem: isSilent ? "its engine does not answer" : "its container does not run" };
}

function askerOf({ services }: Listing, patience: Patience): Ask {
  return async (service, command) => {
    const listed = await services.get(service);
    if (listed === undefined || listed === "silent" || !listed.isRunning) return undefined;
    return patience.answered((limit) => executeIn(listed.engine, listed.container, command, undefined, limit));
  };
}

/** Reads an answer; one that cannot be read is none. */
function read<A, B>(answer: Answer<A>, parse: (value: A) => B): Answer<B> {
  if ("problem" in answer) return answer;
  try {
    return { value: parse(answer.value) };
  } catch {
    return { problem: "its answer cannot be read" };
  }
}

/** Asks each; those that do not run are left out. */
async function askEach<P extends { readonly name: string }, T>(
  plans: readonly P[],
  ask: (service: string) => ReturnType<Ask>,
  parse: (text: string) => T,
): Promise<ReadonlyMap<string, Answer<T>>> {
  const answers = await Promise.all(
    plans.map(async ({ name }): Promise<[string, Answer<T>][]> => {
      const answer = await ask(name);
      return answer === undefined ? [] : [[name, read(answer, parse)]];
    }),
  );
  return new Map(answers.flat());
}

/**
 * Asks the load balancers for their ways and, in a pair, for the addresses in their networks. One command answers both;
 * without HAProxy, another container of the same network says the addresses.
 */
async function balancerFacts(topology: Topology, ask: Ask): Promise<Pick<Facts, "loadBalancers" | "addresses">> {
  const loadBalancers = new Map<string, Answer<LoadBalancerFacts>>();
  const addresses = new Map<string, Answer<string[]>>();
  await Promise.all(
    topology.loadBalancers.map(async ({ name, haproxy, keepalived, pause, vrrp }) => {
      const said = await ask(haproxy.name, STATISTICS_AND_ROUTES);
      if (said !== undefined)
        loadBalancers.set(
          name,
          read(said, (text) => loadBalancerFacts(text, topology)),
        );
      if (vrrp === undefined) return;
      const routes = said ?? (await ask((keepalived ?? pause).name, ROUTES));
      if (routes !== undefined) addresses.set(name, read(routes, addressesIn));
    }),
  );
  return { loadBalancers, addresses };
}

/** The states of containers. An engine that stops to answer meanwhile has said only that they are there. */
async function states({ services }: Listing, patience: Patience): Promise<Facts["containers"]> {
  const all = await Promise.all(
    [...services].map(async ([service, listing]): Promise<[string, ContainerFacts | undefined][]> => {
      const listed = await listing;
      if (listed === undefined) return [[service, undefined]];
      if (listed === "silent") return [];
      const answer = await patience.answered((limit) => inspect(listed, limit));
      return "problem" in answer ? [] : [[service, answer.value]];
    }),
  );
  return new Map(all.flat());
}

/** The status of the first answer of the site; undefined: this machine is no visitor. */
async function siteStatus({ config, topology }: Opened, patience: Patience): Promise<Facts["site"]> {
  const doors = doorsOf(topology.loadBalancers, isHereIn(topology));
  const names = topology.loadBalancers[0]?.site.names ?? [];
  const answers = await Promise.all(
    doors.map((door) => patience.answered((limit) => statusAt(door, names, probePath(config), limit))),
  );
  return answers.find((answer) => "value" in answer && answer.value < 500) ?? answers[0];
}

async function certificates(topology: Topology, patience: Patience): Promise<Facts["certificates"]> {
  const isHere = isHereIn(topology);
  const served = await Promise.all(
    topology.loadBalancers.map(async (plan): Promise<[string, Answer<CertificateFacts>][]> => {
      const served = servedCertificate(plan, isHere(plan.host), patience.most);
      return served === undefined ? [] : [[plan.name, await patience.answered(() => served)]];
    }),
  );
  return new Map(served.flat());
}

function isHereIn({ hosts }: Topology): (host: string) => boolean {
  return (host) => hosts.some(({ name, endpoint }) => name === host && isLocal(endpoint));
}

/** What the first Alertmanager that answers tells people. */
async function firingAlerts({ monitoring }: Topology, ask: AskCertainly): Promise<Facts["alerts"]> {
  if (monitoring === undefined) return undefined;
  const answers = await Promise.all(
    monitoring.watchers.map(({ alertmanager: { name } }) => ask(name, ALERTS, alertsIn)),
  );
  return answers.find((answer) => "value" in answer) ?? answers[0];
}
