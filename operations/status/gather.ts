import { isLocal } from "../../engine/client.ts";
import { executeIn } from "../../engine/streams.ts";
import { probePath } from "../../topology/monitoring.ts";
import type { Topology } from "../../topology/plan.ts";
import { STATISTICS } from "../explain/traffic.ts";
import type { OpenStack } from "../stack/open.ts";
import { answered } from "./answer.ts";
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
  const begun = performance.now();
  const at = new Date();
  const outside = Promise.all([siteStatus(opened, seconds), certificates(topology, seconds)]);
  const listing = await listContainers(topology, engines, seconds);
  const ask = askerOf(listing, seconds);
  const { routers, cluster, backups } = topology;
  const [databases, balancers, containers, routed, taken, alerts, [site, served]] = await Promise.all([
    databaseFacts(cluster, ask, seconds),
    balancerFacts(topology, listing, ask),
    states(listing, seconds),
    askEach(
      routers.map(({ name }) => ({ name, service: name })),
      listing,
      (service) => ask(service, STATISTICS),
      routerFacts,
    ),
    backups && ask(backups.name, BACKUPS).then((answer) => read(answer, backupFacts)),
    firingAlerts(topology, ask),
    outside,
  ]);
  return {
    at,
    seconds: (performance.now() - begun) / 1_000,
    engines: listing.engines,
    ...{ ...balancers, containers, routers: routed, certificates: served, site, alerts },
    databases: new Map([...databases].filter(([name]) => runs(listing, name))),
    backups: taken,
  };
}

type Ask = (service: string, command: readonly string[]) => Promise<Answer<string>>;

function askerOf({ services }: Listing, seconds: number): Ask {
  return async (service, command) => {
    const listed = services.get(service);
    if (listed?.isRunning !== true) return { problem: "its container does not run" };
    return answered(seconds, (limit) => executeIn(listed.engine, listed.container, command, undefined, limit));
  };
}

const runs = ({ services }: Listing, service: string) => services.get(service)?.isRunning === true;

/** Reads an answer; one that cannot be read is none. */
function read<A, B>(answer: Answer<A>, parse: (value: A) => B): Answer<B> {
  if ("problem" in answer) return answer;
  try {
    return { value: parse(answer.value) };
  } catch {
    return { problem: "its answer cannot be read" };
  }
}

/** Asks those that run. */
async function askEach<T>(
  asked: readonly { readonly name: string; readonly service: string }[],
  listing: Listing,
  ask: (service: string) => Promise<Answer<string>>,
  parse: (text: string) => T,
): Promise<ReadonlyMap<string, Answer<T>>> {
  const running = asked.filter(({ service }) => runs(listing, service));
  const answers = await Promise.all(
    running.map(async ({ name, service }): Promise<[string, Answer<T>]> => [name, read(await ask(service), parse)]),
  );
  return new Map(answers);
}

/**
 * Asks the load balancers for their ways and, in a pair, for the addresses in their networks. One command answers both;
 * without HAProxy, another container of the same network says the addresses.
 */
async function balancerFacts(topology: Topology, listing: Listing, ask: Ask) {
  const { loadBalancers } = topology;
  const pair = loadBalancers.filter(({ vrrp }) => vrrp !== undefined);
  const [said, addresses] = await Promise.all([
    askEach(
      loadBalancers.map(({ name, haproxy }) => ({ name, service: haproxy.name })),
      listing,
      (service) => ask(service, STATISTICS_AND_ROUTES),
      (text) => ({ ways: loadBalancerFacts(text, topology), addresses: addressesIn(text) }),
    ),
    askEach(
      pair
        .filter(({ haproxy }) => !runs(listing, haproxy.name))
        .map(({ name, keepalived, pause }) => ({ name, service: (keepalived ?? pause).name })),
      listing,
      (service) => ask(service, ROUTES),
      addressesIn,
    ),
  ]);
  const part = <T>(names: readonly string[], of: (value: { ways: LoadBalancerFacts; addresses: string[] }) => T) =>
    names.flatMap((name): [string, Answer<T>][] => {
      const answer = said.get(name);
      return answer === undefined ? [] : [[name, read(answer, of)]];
    });
  const names = (plans: Topology["loadBalancers"]) => plans.map(({ name }) => name);
  return {
    loadBalancers: new Map(part(names(loadBalancers), ({ ways }) => ways)),
    addresses: new Map([...part(names(pair), ({ addresses }) => addresses), ...addresses]),
  };
}

/** The states of containers. An engine that stops to answer meanwhile has said only that they are there. */
async function states({ services }: Listing, seconds: number): Promise<Facts["containers"]> {
  const all = await Promise.all(
    [...services].map(async ([service, listed]): Promise<[string, ContainerFacts | undefined][]> => {
      if (listed === undefined) return [[service, undefined]];
      const answer = await answered(seconds, (limit) => inspect(listed, limit));
      return "problem" in answer ? [] : [[service, answer.value]];
    }),
  );
  return new Map(all.flat());
}

/** The status of the first answer of the site; undefined: this machine is no visitor. */
async function siteStatus({ config, topology }: Opened, seconds: number): Promise<Facts["site"]> {
  const doors = doorsOf(topology.loadBalancers, isHereIn(topology));
  const names = topology.loadBalancers[0]?.site.names ?? [];
  const answers = await Promise.all(
    doors.map((door) => answered(seconds, (limit) => statusAt(door, names, probePath(config), limit))),
  );
  return answers.find((answer) => "value" in answer && answer.value < 500) ?? answers[0];
}

async function certificates(topology: Topology, seconds: number): Promise<Facts["certificates"]> {
  const isHere = isHereIn(topology);
  const served = await Promise.all(
    topology.loadBalancers.map(async (plan): Promise<[string, Answer<CertificateFacts>][]> => {
      const served = servedCertificate(plan, isHere(plan.host), seconds);
      return served === undefined ? [] : [[plan.name, await answered(seconds, () => served)]];
    }),
  );
  return new Map(served.flat());
}

function isHereIn({ hosts }: Topology): (host: string) => boolean {
  return (host) => hosts.some(({ name, endpoint }) => name === host && isLocal(endpoint));
}

/** What the first Alertmanager that answers tells people. */
async function firingAlerts({ monitoring }: Topology, ask: Ask): Promise<Facts["alerts"]> {
  if (monitoring === undefined) return undefined;
  const answers = await Promise.all(
    monitoring.watchers.map(async ({ alertmanager: { name } }) => read(await ask(name, ALERTS), alertsIn)),
  );
  return answers.find((answer) => "value" in answer) ?? answers[0];
}
