import { machinesOf } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { unitsOf } from "../../topology/survival/units.ts";

/** A column of the picture: a server, the arbiter, or room for a load balancer that is alone on its machine. */
export interface Column {
  /** The host; undefined: room alone. */
  readonly host: string | undefined;
  readonly title: string;
  /** The machine's place in the list. */
  readonly machine: number;
}

/** A machine of several, as a frame around its columns. */
export interface Frame {
  readonly title: string;
  readonly hosts: readonly string[];
  readonly first: number;
  readonly last: number;
}

/** The columns, those of a machine side by side, in the order of the configuration. */
export function columnsOf(topology: Topology): Column[] {
  const loadBalancers = topology.loadBalancers.map(({ host }) => host);
  return machinesOf(topology).flatMap(({ hosts }, machine) => {
    const own = hosts.filter((host) => !loadBalancers.includes(host));
    const columns = own.map((host): Column => ({ host, title: titleOf(topology, host), machine }));
    const needed = topology.isSeveral ? hosts.length - own.length : 0;
    const room = Array.from({ length: Math.max(0, needed - own.length) }, (): Column => {
      return { host: undefined, title: "", machine };
    });
    return [...columns, ...room];
  });
}

/** The column of a host: its own, or the first of its machine. */
export function columnOf(topology: Topology, columns: readonly Column[], host: string): number {
  const own = columns.findIndex((column) => column.host === host);
  if (own >= 0) return own;
  const machine = machinesOf(topology).findIndex(({ hosts }) => hosts.includes(host));
  const beside = topology.loadBalancers.filter((one) => machineOf(topology, one.host) === machine);
  const place = Math.max(
    beside.findIndex((one) => one.host === host),
    0,
  );
  return columns.findIndex((column) => column.machine === machine) + place;
}

/** The frames of several machines; one machine has none. */
export function framesOf(topology: Topology, columns: readonly Column[]): Frame[] {
  if (!topology.isSeveral) return [];
  const names = unitsOf(topology).filter(({ kind }) => kind === "engine");
  return machinesOf(topology).map(({ hosts }, machine) => ({
    title: `machine ${names[machine]?.name ?? ""}`,
    hosts,
    first: columns.findIndex((column) => column.machine === machine),
    last: columns.findLastIndex((column) => column.machine === machine),
  }));
}

function machineOf(topology: Topology, host: string): number {
  return machinesOf(topology).findIndex(({ hosts }) => hosts.includes(host));
}

function titleOf({ cluster, isSeveral }: Topology, host: string): string {
  const isArbiter = cluster.databases.some((one) => one.host === host && one.role === "arbiter");
  return isArbiter && !isSeveral ? "arbiter, on no server" : host;
}
