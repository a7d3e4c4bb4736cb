import { placesOf } from "../operations/stack/places.ts";
import type { ContainerFacts, DatabaseFacts, Facts } from "../operations/status/facts.ts";
import type { Topology } from "../topology/plan.ts";

/** The moment of all facts. */
export const NOW = new Date("2026-11-27T12:00:00Z");

export const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

const RUNNING: ContainerFacts = {
  name: "foobar-1234567",
  state: "running",
  exitCode: 0,
  isOutOfMemory: false,
  error: "",
  since: ago(3 * 86_400 + 4 * 3_600),
  health: "healthy",
  said: "",
  restarts: 0,
  version: undefined,
  release: undefined,
};

/** Facts of a stack of which all is well: the configured primary takes writes, the first load balancer has the address. */
export function wellFacts(topology: Topology): Facts {
  const { loadBalancers, routers, cluster } = topology;
  const first = cluster.databases.find(({ role }) => role === "first")?.name ?? "";
  const virtual = loadBalancers[0]?.vrrp?.instances ?? [];
  return {
    at: NOW,
    seconds: 0.7,
    engines: [...new Set(topology.hosts.map(({ endpoint }) => endpoint))].map((endpoint) => ({
      endpoint,
      hosts: topology.hosts.filter((host) => host.endpoint === endpoint).map(({ name }) => name),
      problem: undefined,
    })),
    containers: new Map(
      placesOf(topology).map(({ service, tier }) => [
        service,
        { ...RUNNING, ...(tier === "app" ? { release: "3fa2b1c04d" } : {}) },
      ]),
    ),
    loadBalancers: new Map(
      loadBalancers.map(({ name, backends }) => [
        name,
        {
          value: {
            requestsPerSecond: 12,
            failed: 0,
            routes: backends.map((backend) => ({
              name: backend.name,
              status: backend.traffic === "ready" ? "UP" : "MAINT",
              requestsPerSecond: 6,
              answerMs: 12,
            })),
          },
        },
      ]),
    ),
    addresses: new Map(
      virtual.length === 0
        ? []
        : loadBalancers.map((plan) => [
            plan.name,
            {
              value: [
                plan.address,
                ...virtual
                  .map(({ virtualAddress }) => virtualAddress)
                  .filter((address) => holderOf(topology, address) === plan.name),
              ],
            },
          ]),
    ),
    routers: new Map(
      routers.map(({ name, targets }) => {
        const others = targets.map((target) => target.name).filter((target) => target !== first);
        const readsFrom = others.length > 0 ? others : [first];
        return [name, { value: { writesTo: [first], readsFrom, connections: 3 } }];
      }),
    ),
    databases: new Map(
      cluster.databases.map(({ name, member }) => [
        name,
        { value: databaseFacts({ writes: name === first, isGroup: cluster.replication === "group", member }) },
      ]),
    ),
    certificates: new Map(
      loadBalancers.map(({ name }) => [name, { value: { from: ago(86_400), to: ago(-3_650 * 86_400) } }]),
    ),
    site: { value: 200 },
    backups:
      topology.backups === undefined
        ? undefined
        : { value: { takenAt: ago(3 * 3_600), reaches: ago(40), failing: [] } },
    alerts: topology.monitoring === undefined ? undefined : { value: [] },
  };
}

/** The load balancer that has an address by configuration. */
function holderOf({ loadBalancers }: Topology, address: string): string | undefined {
  const priority = ({ vrrp }: Topology["loadBalancers"][number]) =>
    vrrp?.instances.find(({ virtualAddress }) => virtualAddress === address)?.priority ?? 0;
  return [...loadBalancers].sort((one, other) => priority(other) - priority(one))[0]?.name;
}

interface DatabaseOptions {
  readonly writes: boolean;
  readonly isGroup?: boolean;
  readonly member?: string;
  readonly lagSeconds?: number;
  readonly problem?: string;
  readonly state?: string;
  readonly silentSeconds?: number;
}

export function databaseFacts({
  writes,
  isGroup = false,
  member = "",
  lagSeconds = 0,
  problem,
  silentSeconds,
  state = isGroup ? `member, ${writes ? "PRIMARY" : "SECONDARY"}` : writes ? "primary, term 1" : "replica of another",
}: DatabaseOptions): DatabaseFacts {
  const group = isGroup ? "ONLINE" : "NONE";
  const report = { writes, source: undefined, follows: !writes && !isGroup, group, term: 1, promoted: member };
  const server = { report, lagSeconds, connections: 5, maxConnections: 128 };
  return { state, silentSeconds, server, problem };
}

/** Facts in which some containers are as a hand has left them: stopped, with all that they would say gone. */
export function stopped(facts: Facts, services: readonly string[], change: Partial<ContainerFacts> = {}): Facts {
  const dead = { ...RUNNING, state: "exited", exitCode: 137, since: ago(41), health: undefined, ...change };
  const without = <T>(map: ReadonlyMap<string, T>, names: readonly string[] = services) =>
    new Map([...map].filter(([name]) => !names.includes(name)));
  const balancers = services.flatMap((service) =>
    service.startsWith("haproxy-") ? [service.slice("haproxy-".length)] : [],
  );
  return {
    ...facts,
    containers: new Map([...facts.containers].map(([name, one]) => [name, services.includes(name) ? dead : one])),
    loadBalancers: without(facts.loadBalancers, balancers),
    addresses: without(facts.addresses),
    routers: without(facts.routers),
    databases: without(facts.databases),
  };
}

/** Facts in which one container's state differs. */
export function withContainer(facts: Facts, service: string, change: Partial<ContainerFacts> | undefined): Facts {
  const changed = change && { ...RUNNING, ...facts.containers.get(service), ...change };
  return { ...facts, containers: new Map([...facts.containers, [service, changed]]) };
}

/** Facts in which a database says something else. */
export function withDatabase(facts: Facts, service: string, options: DatabaseOptions): Facts {
  return { ...facts, databases: new Map([...facts.databases, [service, { value: databaseFacts(options) }]]) };
}

/** Facts in which every HAProxy sees these ways down. */
export function withWaysDown(facts: Facts, names: readonly string[]): Facts {
  const loadBalancers = [...facts.loadBalancers].map(([name, answer]): [string, typeof answer] => [
    name,
    "problem" in answer
      ? answer
      : {
          value: {
            ...answer.value,
            routes: answer.value.routes.map((route) =>
              names.includes(route.name) ? { ...route, status: "DOWN", requestsPerSecond: 0 } : route,
            ),
          },
        },
  ]);
  return { ...facts, loadBalancers: new Map(loadBalancers) };
}

/** Facts in which the engine of some hosts does not answer. */
export function withSilentEngine(facts: Facts, topology: Topology, hosts: readonly string[]): Facts {
  const lost = placesOf(topology).flatMap(({ service, host }) => (hosts.includes(host) ? [service] : []));
  const rest = stopped(facts, lost);
  return {
    ...rest,
    engines: facts.engines.map((engine) =>
      engine.hosts.some((host) => hosts.includes(host)) ? { ...engine, problem: "no answer in 1 s" } : engine,
    ),
    containers: new Map([...facts.containers].filter(([name]) => !lost.includes(name))),
  };
}
