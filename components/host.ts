import { resolve } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { isSameEndpoint } from "../config/endpoints.ts";
import { sharedLogin } from "../engine/sharedLogin.ts";
import type { LogsPlan } from "../topology/logStore.ts";
import type { HostPlan, Topology } from "../topology/plan.ts";

/** A machine's name and the provider of the Docker engine that runs its containers. */
export interface Host {
  readonly name: string;
  readonly endpoint: string;
  readonly provider: docker.Provider;
  readonly logs: LogsPlan;
  /** What gets the lines of its containers, and is there before them. Default: nothing of the stack. */
  readonly logStore?: docker.Container;
  /** Its machine's part in this update, if it is left out, because it does not answer; undefined: it takes part. */
  readonly away: Away | undefined;
}

/** The part of machines that are left out of an update: everything there stays as the state has it. */
export interface Away {
  readonly hosts: ReadonlySet<string>;
  /** The logical names of the state's containers. */
  readonly containers: readonly string[];
}

/** The hosts of the plan by name. */
export type Hosts = ReadonlyMap<string, Host>;

/**
 * One explicit provider for each host. A component passes on only one provider of a package, so every resource names
 * its own. Default providers are disabled (Pulumi.yaml): they would silently use the local engine.
 */
export function createHosts({ hosts: plans, logs }: Pick<Topology, "hosts" | "logs">, away?: Away): Hosts {
  const hosts = plans.map((plan): Host => {
    const isAway = away?.hosts.has(plan.name) === true;
    return {
      name: plan.name,
      endpoint: plan.endpoint,
      provider: createProvider(plan, isAway),
      logs,
      away: isAway ? away : undefined,
    };
  });
  const left = hosts.filter((host) => host.away !== undefined).map(({ provider }) => provider);
  if (left.length > 0) keepAsItIs(new Set<unknown>(left));
  return new Map(hosts.map((host) => [host.name, host]));
}

/**
 * Makes the program ignore every change of resources with these providers. The provider of each resource is known to its
 * component alone, so this is done for all of them in one place.
 */
function keepAsItIs(providers: ReadonlySet<unknown>): void {
  pulumi.runtime.registerStackTransformation(({ props, opts }) =>
    "provider" in opts && providers.has(opts.provider)
      ? { props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["*"] }) }
      : undefined,
  );
}

function createProvider({ name, endpoint, certPath }: HostPlan, isAway: boolean): docker.Provider {
  return new docker.Provider(name, {
    host: endpoint,
    // It would ask the engine whether it is there, and fail.
    ...(isAway ? { disableDockerDaemonCheck: true } : {}),
    ...(certPath === undefined ? {} : { certPath: resolve(certPath) }),
    // Without that the provider logs in once for each resource, and a server refuses some of many logins at once.
    ...(endpoint.startsWith("ssh:") ? { sshOpts: [...sharedLogin(endpoint)] } : {}),
  });
}

/** Hosts of the same engine together: the first one's name, and the names of all of them. */
export function hostsByMachine(hosts: Hosts, names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const machines = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const { endpoint } = hostOf(hosts, name);
    const first = [...machines.keys()].find((other) => isSameEndpoint(hostOf(hosts, other).endpoint, endpoint));
    machines.set(first ?? name, [...(machines.get(first ?? name) ?? []), name]);
  }
  return machines;
}

/** @throws Error if the plan names a host that it does not have */
export function hostOf(hosts: Hosts, name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`the plan has no host ${name}`);
  return host;
}
