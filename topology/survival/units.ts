import { machinesOf } from "../machines.ts";
import type { Topology } from "../plan.ts";
import { instances } from "../tiers.ts";

/** A part of a stack that can be lost at once. */
export interface Unit {
  /**
   * process: a container's main process, which the engine starts again. container: it was stopped or removed, and stays
   * away. server: all containers of a host of the plan. engine: a machine with all its hosts.
   */
  readonly kind: "process" | "container" | "server" | "engine";
  /** The container's or the server's name; an engine has the name of its machine. */
  readonly name: string;
  /** The containers that are lost with it. */
  readonly takes: readonly string[];
}

/** Every unit of a stack, the small ones first. */
export function unitsOf(topology: Topology): Unit[] {
  const names = instances(topology).map(({ name }) => name);
  const on = (hosts: readonly string[]) =>
    instances(topology)
      .filter(({ host }) => hosts.includes(host))
      .map(({ name }) => name);
  const machines = machinesOf(topology);
  const machineNames = namesOf(machines.map(({ endpoint }) => endpoint));
  return [
    ...names.map((name): Unit => ({ kind: "process", name, takes: withGuests(topology, name) })),
    ...names.map((name): Unit => ({ kind: "container", name, takes: withGuests(topology, name) })),
    ...topology.hosts.map(({ name }): Unit => ({ kind: "server", name, takes: on([name]) })),
    ...machines.map(
      ({ hosts }, index): Unit => ({ kind: "engine", name: machineNames[index] ?? "", takes: on(hosts) }),
    ),
  ];
}

/** A container, and those that share its network: HAProxy goes with its pause container. */
function withGuests({ loadBalancers }: Topology, name: string): string[] {
  const owned = loadBalancers.find(({ pause }) => pause.name === name);
  return owned === undefined ? [name] : [name, owned.haproxy.name];
}

/** The host of each endpoint, with the port where several endpoints have the same host; a socket is `local`. */
function namesOf(endpoints: readonly string[]): string[] {
  const urls = endpoints.map((endpoint) => new URL(endpoint));
  return urls.map(({ hostname, host }) => {
    const isShared = urls.filter((other) => other.hostname === hostname).length > 1;
    return (isShared ? host : hostname) || "local";
  });
}
