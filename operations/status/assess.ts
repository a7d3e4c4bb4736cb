import type { Topology } from "../../topology/plan.ts";
import { evaluate } from "../../topology/survival.ts";
import { instances } from "../../topology/tiers.ts";
import { failoverCommand } from "../database/candidates.ts";
import { summaryOf } from "../explain/terms.ts";
import type { Answer, DatabaseFacts, Facts } from "./facts.ts";
import { lossesNow } from "./losses.ts";
import { alertMatter, backupMatter, certificateMatter } from "./matters.ts";
import { isUp, placeStatuses } from "./places.ts";
import type { PlaceStatus, Status, Verdict } from "./status.ts";

/** Says how a stack is. A pure function: the same plan and facts give the same status. */
export function assess(topology: Topology, facts: Facts): Status {
  const { project, stack, url, cluster } = topology;
  const places = placeStatuses(topology, facts);
  const writers = writersIn(topology, facts);
  const [writer] = writers.length === 1 ? writers : [];
  const primary = cluster.databases.find(({ name }) => name === writer)?.server;
  const holders = holdersIn(topology, facts);
  const releases = releasesIn(places);
  const alive = aliveIn(topology, facts, places, writers.length > 0);
  const can = abilities(topology, facts, alive, writers);
  const matters = {
    backups: backupMatter(topology, facts),
    certificates: certificateMatter(facts),
    alerts: alertMatter(facts),
  };
  const problems = [
    ...facts.engines.flatMap(({ hosts, endpoint, problem }) =>
      problem === undefined ? [] : [`the engine of ${hosts.join(", ")} at ${endpoint} does not answer: ${problem}`],
    ),
    ...siteProblems(facts),
    ...writerProblems(topology, facts, writers),
    ...holderProblems(holders, facts),
    ...(releases.length > 1 ? ["the servers run different releases: npm run up"] : []),
  ];
  const isUpAtAll = [...facts.containers.values()].some((container) => container !== undefined);
  const isWell =
    problems.length === 0 &&
    places.every(({ health }) => health === "well") &&
    Object.values(matters).every((matter) => matter.isWell);
  const verdict = verdictOf(facts, { isUpAtAll, serves: can.pages, isWell });
  return {
    ...{ project, stack, url, at: facts.at, seconds: facts.seconds, verdict },
    headline: headlineOf(verdict, isUpAtAll, can),
    summary: summaryOf(topology),
    ...{ releases, engines: facts.engines, places, primary, holders, can },
    ...matters,
    problems:
      isUpAtAll || verdict === "unknown" ? problems : [`nothing of the stack is there: npm run up -- --stack ${stack}`],
    losses: lossesNow(topology, alive, { primary: writer }),
  };
}

function verdictOf(
  { engines }: Facts,
  { isUpAtAll, serves, isWell }: { readonly isUpAtAll: boolean; readonly serves: boolean; readonly isWell: boolean },
): Verdict {
  if (engines.every(({ problem }) => problem !== undefined)) return "unknown";
  if (!isUpAtAll || !serves) return "down";
  return isWell ? "well" : "hurt";
}

function headlineOf(verdict: Verdict, isUpAtAll: boolean, can: Status["can"]): string {
  if (verdict === "unknown") return "CANNOT TELL";
  if (verdict === "down") return isUpAtAll ? "DOES NOT SERVE" : "IS NOT UP";
  if (verdict === "well") return "ALL IS WELL";
  if (!can.reads) return "SERVES PAGES WITHOUT DATA";
  return can.writes ? "SERVES, BUT IS HURT" : "SERVES, BUT TAKES NO WRITES";
}

/** What the stack can do. What was seen outweighs what follows from the parts: the site's answer, and who takes writes. */
function abilities(
  topology: Topology,
  { site, databases }: Facts,
  alive: (name: string) => boolean,
  writers: readonly string[],
): Status["can"] {
  const now = evaluate(topology, alive, { primary: writers[0] });
  // Old data is read from a database that is out of its place, too.
  const isReadable = (name: string) => alive(name) || answers(databases.get(name));
  return {
    ...now,
    reads: evaluate(topology, isReadable).reads,
    writes: now.writes && writers.length > 0,
    ...(site === undefined ? {} : { pages: "value" in site && site.value < 500 }),
  };
}

/** Whether MySQL itself answers. */
function answers(answer: Answer<DatabaseFacts> | undefined): boolean {
  return answer !== undefined && "value" in answer && answer.value.server !== undefined;
}

function siteProblems({ site }: Facts): string[] {
  if (site === undefined) return [];
  if ("problem" in site) return [`the site does not answer this machine: ${site.problem}`];
  return site.value < 500 ? [] : [`the site answers with ${site.value}`];
}

/**
 * Whether a container does its work: it runs and is not unhealthy. A web server also needs HAProxy's word, a database its
 * place: one that does not replicate stands in for nobody.
 */
function aliveIn(
  topology: Topology,
  facts: Facts,
  places: readonly PlaceStatus[],
  isWritten: boolean,
): (name: string) => boolean {
  const known = new Set(places.map(({ service }) => service));
  // Outside a group, replicas without a primary have no place, and are all there is.
  const isLenient = !isWritten && topology.cluster.replication !== "group";
  const routes = [...facts.loadBalancers.values()].flatMap((answer) =>
    "value" in answer ? [answer.value.routes] : [],
  );
  const isReached = (web: string) => {
    const own = (topology.loadBalancers[0]?.backends ?? []).filter(({ address }) => address === web);
    const seen = routes.flat().filter(({ name }) => own.some((backend) => backend.name === name));
    return seen.length === 0 || seen.some(isUp);
  };
  const dead = new Set(
    instances(topology).flatMap(({ name }) => {
      const state = facts.containers.get(name);
      const runs = state?.state === "running" && (state.health ?? "healthy") === "healthy";
      return runs ? [] : [name];
    }),
  );
  for (const { name } of topology.web) if (!isReached(name)) dead.add(name);
  for (const { name } of topology.cluster.databases) {
    const answer = facts.databases.get(name);
    const value = answer !== undefined && "value" in answer ? answer.value : undefined;
    const isInPlace =
      value?.server !== undefined && (isLenient || value.problem === undefined || value.server.report.writes);
    // A database may take writes before its container's check has said so.
    if (isInPlace && facts.containers.get(name)?.state === "running") dead.delete(name);
    else if (!isVouchedFor(facts, name, "writesTo", "readsFrom")) dead.add(name);
  }
  return (name) => known.has(name) && !dead.has(name);
}

/** The databases that take writes: by their own word, and where the primary's own is missing, by that of the routers. */
function writersIn({ cluster }: Topology, facts: Facts): string[] {
  const names = cluster.databases.map(({ name }) => name);
  const own = names.filter((name) => {
    const answer = facts.databases.get(name);
    return answer !== undefined && "value" in answer && answer.value.server?.report.writes === true;
  });
  return own.length > 0 ? own : names.filter((name) => isVouchedFor(facts, name, "writesTo"));
}

/**
 * Whether a database is too busy to answer in time, and routers send it requests: they look at each database every two
 * seconds or more often. Its container runs.
 */
function isVouchedFor(facts: Facts, name: string, ...uses: readonly ("writesTo" | "readsFrom")[]): boolean {
  const state = facts.containers.get(name);
  if (state?.state !== "running" || state.health === "unhealthy" || answers(facts.databases.get(name))) return false;
  const seen = [...facts.routers.values()].flatMap((answer) => ("value" in answer ? [answer.value] : []));
  return seen.some((router) => uses.some((use) => router[use].includes(name)));
}

/** Where no database writes, one that answers can become the primary. */
function writerProblems({ cluster }: Topology, { databases }: Facts, writers: readonly string[]): string[] {
  if (writers.length > 1) return [`more than one database takes writes: ${writers.join(", ")}`];
  if (writers.length === 1 || databases.size === 0) return [];
  const candidates = cluster.databases.filter(({ name }) => answers(databases.get(name))).map(({ server }) => server);
  const remedy = cluster.replication === "group" ? "npm run database -- recover" : failoverCommand(candidates);
  return [`no database takes writes; if it does not come back: ${remedy}`];
}

function holdersIn({ loadBalancers }: Topology, { addresses }: Facts): Status["holders"] {
  const virtual = loadBalancers[0]?.vrrp?.instances.map(({ virtualAddress }) => virtualAddress) ?? [];
  return virtual.map((address) => ({
    address,
    loadBalancers: [...addresses].flatMap(([name, answer]) =>
      "value" in answer && answer.value.includes(address) ? [name] : [],
    ),
  }));
}

function holderProblems(holders: Status["holders"], { addresses }: Facts): string[] {
  const isKnown = [...addresses.values()].every((answer) => "value" in answer);
  return holders.flatMap(({ address, loadBalancers }) => {
    if (loadBalancers.length > 1) return [`${loadBalancers.join(" and ")} both hold ${address}`];
    return loadBalancers.length === 0 && isKnown && addresses.size > 0 ? [`no load balancer holds ${address}`] : [];
  });
}

function releasesIn(places: readonly PlaceStatus[]): Status["releases"] {
  const servers = new Map<string, string[]>();
  for (const { release, server } of places) {
    if (release !== undefined) servers.set(release, [...(servers.get(release) ?? []), server]);
  }
  return [...servers].map(([release, on]) => ({ release, servers: on }));
}
