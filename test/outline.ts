import type { InstancePlan } from "../topology/instancePlan.ts";
import type { BackendPlan, LoadBalancerPlan } from "../topology/loadBalancerPlan.ts";
import { machinesOf } from "../topology/machines.ts";
import type { Topology } from "../topology/plan.ts";
import { tiersOf } from "../topology/tiers.ts";

/** A plan as a text for human readers: one line for each container, with its links below. */
export function outline(topology: Topology): string {
  const { loadBalancers, web, applications, routers, cluster } = topology;
  const [first] = loadBalancers;
  return [
    `site ${topology.url}`,
    ...(topology.isSeveral ? machines(topology) : []),
    ...loadBalancers.flatMap(loadBalancer),
    ...(first ? [`balance ${balance(first)}`, ...first.backends.map(backend)] : []),
    ...web.flatMap((plan) => [
      container(plan),
      ...plan.listeners.map(({ port, upstream }) => `  :${port} to ${upstream.address}:${upstream.port}`),
    ]),
    ...applications.flatMap((plan) => [
      container(plan),
      `  writes to ${plan.writeTo.address}, reads from ${plan.readFrom.address}`,
    ]),
    ...routers.flatMap((plan) => [
      container(plan),
      `  leads to ${plan.targets.map(({ address }) => address).join(", ")}`,
    ]),
    `replication ${cluster.replication}, primary ${cluster.primary}`,
    ...cluster.databases.flatMap((plan) => [
      container(plan),
      `  ${plan.role}, data in ${plan.dataVolume}`,
      container(plan.agent),
    ]),
    container(cluster.controller),
    ...tiersOf(topology).monitoring.map(container),
    ...tiersOf(topology).logs.map(container),
    "",
  ].join("\n");
}

/** The machines with their own networks, and the networks between them. */
function machines(topology: Topology): string[] {
  const own = topology.networks.filter(({ overlay }) => overlay === undefined);
  const between = topology.networks.filter(({ overlay }) => overlay !== undefined);
  return [
    ...machinesOf(topology).map(({ endpoint, hosts }) => {
      const here = own.filter(({ host }) => hosts.includes(host)).map(({ name, subnet }) => `${name}=${subnet}`);
      return [`machine ${endpoint} is ${hosts.join(", ")}`, ...(here.length > 0 ? [`has ${here.join(" ")}`] : [])].join(
        ", ",
      );
    }),
    ...between.map(({ name, subnet, host, overlay }) =>
      [
        `  ${name}=${subnet} between them by ${host}`,
        ...(overlay?.range === undefined ? [] : [`addresses from ${overlay.range}`]),
      ].join(", "),
    ),
  ];
}

function container({ name, host, image, attachments }: InstancePlan): string {
  const networks = attachments.map(({ network, address }) => network + (address === undefined ? "" : `=${address}`));
  return [`${name} on ${host}, ${image}`, ...(networks.length > 0 ? [`in ${networks.join(" ")}`] : [])].join(", ");
}

function loadBalancer({ pause, haproxy, keepalived, published, vrrp, peers }: LoadBalancerPlan): string[] {
  return [
    container(pause),
    `  ${container(haproxy)}`,
    ...(keepalived === undefined ? [] : [`  ${container(keepalived)}, in its host's network as ${vrrp?.address}`]),
    `  publishes ${published.map(({ address, port, target }) => `${address}:${port} as ${target}`).join(", ")}`,
    ...(vrrp?.instances ?? []).map(
      ({ virtualAddress, priority }) => `  holds ${virtualAddress} by priority ${priority}`,
    ),
    ...(peers.length > 1 ? [`  shares tables with ${peers.map(({ name }) => name).join(", ")}`] : []),
  ];
}

function balance({ balance: { algorithm, hash }, affinity, health }: LoadBalancerPlan): string {
  return [
    [algorithm, ...(hash?.uriOptions ?? [])].join(" "),
    ...(hash ? [`${hash.method} hash`] : []),
    `affinity ${affinity}`,
    `check every ${health.intervalMs} ms fall ${health.fall} rise ${health.rise} observe ${health.observe}`,
    ...(health.slowStartSeconds > 0 ? [`slow start ${health.slowStartSeconds} s`] : []),
  ].join(", ");
}

function backend({ name, address, port, weight, maxConnections, traffic, backup }: BackendPlan): string {
  return [
    `  ${name} by ${address}:${port}`,
    `weight ${weight}`,
    ...(maxConnections === undefined ? [] : [`at most ${maxConnections}`]),
    ...(backup ? ["backup"] : []),
    traffic,
  ].join(", ");
}
