import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { isLocal } from "../../../engine/client.ts";
import { hostOf } from "../../../engine/endpoint.ts";
import type { ApplicationPlan } from "../../../topology/applicationPlan.ts";
import { type MachinePlan, machinesOf } from "../../../topology/machines.ts";
import type { Topology } from "../../../topology/plan.ts";
import type { Machines } from "./power.ts";

/** A machine that a drill hits. */
export interface Target {
  readonly machine: MachinePlan;
  /** Its name for the user's program: the host of its endpoint, as `ssh` names it. */
  readonly name: string;
  /** The names of its hosts in the stack. */
  readonly title: string;
  /** The application beside which rows are written meanwhile: on another machine; undefined: all are on this one. */
  readonly writeBeside: ApplicationPlan | undefined;
  /** Whether the site cannot be reached, or not be used, without it. */
  readonly isSite: boolean;
  /** Whether an address of the site moves from it to another machine. */
  readonly movesAddress: boolean;
  /** Whether nobody can write without it. */
  readonly isDatabase: boolean;
  /** Whether its database has rows that no other is sure to have, or its loss leaves no majority to join. */
  readonly isIrreplaceable: boolean;
}

/** The machines of a stack in turn, or the one with the given host. */
export function targetsOf(topology: Topology, { host }: Pick<Machines, "host">): Target[] {
  const machines = machinesOf(topology);
  const names = namesOf(machines);
  return machines
    .map((machine, index): Target => {
      const isHere = (one: { readonly host: string }) => machine.hosts.includes(one.host);
      return {
        machine,
        name: names[index] ?? "",
        title: machine.hosts.join("+"),
        writeBeside: topology.applications.find((application) => !isHere(application)),
        isSite: isSite(topology, machine),
        movesAddress: topology.loadBalancers.some((one) => isHere(one) && one.vrrp !== undefined),
        isDatabase: stopsWrites(topology, machine),
        isIrreplaceable: isIrreplaceable(topology, machine),
      };
    })
    .filter(({ machine, name }) => host === undefined || machine.hosts.includes(host) || name === host);
}

/** All names by which a machine of the stack can be chosen. */
export function choices(topology: Topology): string[] {
  const machines = machinesOf(topology);
  return [...new Set([...machines.flatMap(({ hosts }) => hosts), ...namesOf(machines)])];
}

/** The machines' names for the user's program. Where a gateway stands for several machines, with its ports. */
export function namesOf(machines: readonly Pick<MachinePlan, "endpoint">[]): string[] {
  const urls = machines.map(({ endpoint }) => new URL(endpoint));
  const names = urls.map(hostOf);
  return urls.map((url, index) => {
    const name = names[index] ?? "";
    const isShared = names.filter((other) => other === name).length > 1;
    return isShared && url.port !== "" ? `${name}:${url.port}` : name;
  });
}

/** Whether an endpoint is this machine itself, which would take the drill with it. */
export function isOwn(endpoint: string, own: readonly string[] = ownAddresses()): boolean {
  const host = hostOf(new URL(endpoint));
  return isLocal(endpoint) || host === "localhost" || own.includes(host) || (isIPv4(host) && host.startsWith("127."));
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((device) => (device ?? []).map(({ address }) => address));
}

/** The reason why a machine is not hit at all; undefined: it can be. */
export function obstacleAt({ machine, writeBeside }: Target, own?: readonly string[]): string | undefined {
  if (isOwn(machine.endpoint, own)) return "the drill itself runs on its machine";
  if (writeBeside === undefined) return "every application server is on its machine, and rows are written beside one";
  return undefined;
}

/** Whether visitors depend on a machine: on its load balancer, or on its part of every route. */
function isSite({ loadBalancers }: Topology, { hosts }: MachinePlan): boolean {
  const [first] = loadBalancers;
  const isHere = ({ host }: { readonly host: string }) => hosts.includes(host);
  if (loadBalancers.every(isHere)) return true;
  // Without a virtual address the drill's visitors know the first load balancer alone.
  if (first !== undefined && isHere(first) && first.vrrp === undefined) return true;
  const routes = (first?.backends ?? []).filter(({ traffic }) => traffic === "ready");
  return routes.every(({ servers }) => servers.some((server) => hosts.includes(server)));
}

function stopsWrites({ cluster }: Topology, { hosts }: MachinePlan): boolean {
  const here = cluster.databases.filter(({ host }) => hosts.includes(host));
  if (cluster.replication === "group") return !keepsMajority(cluster.databases.length, here.length);
  // A primary with semi-synchronous replicas may wait for each of them.
  return here.some(({ role }) => role === "first") || (cluster.replication === "semisync" && here.length > 0);
}

function isIrreplaceable({ cluster }: Topology, { hosts }: MachinePlan): boolean {
  const here = cluster.databases.filter(({ host }) => hosts.includes(host));
  if (cluster.replication === "group") return !keepsMajority(cluster.databases.length, here.length);
  return here.some(({ role }) => role === "first");
}

function keepsMajority(all: number, lost: number): boolean {
  return all - lost > all / 2;
}
