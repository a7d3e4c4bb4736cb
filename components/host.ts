import * as docker from "@pulumi/docker";
import type { HostPlan } from "../topology/plan.ts";

/** A machine's name and the provider of the Docker engine that runs its containers. */
export interface Host {
  readonly name: string;
  readonly provider: docker.Provider;
}

/** The hosts of the plan by name. */
export type Hosts = ReadonlyMap<string, Host>;

/**
 * One explicit provider for each host. A component passes on only one provider of a package, so every resource names
 * its own. Default providers are disabled (Pulumi.yaml): they would silently use the local engine.
 */
export function createHosts(plans: readonly HostPlan[]): Hosts {
  return new Map(
    plans.map(({ name, endpoint }) => [name, { name, provider: new docker.Provider(name, { host: endpoint }) }]),
  );
}

/** @throws Error if the plan names a host that it does not have */
export function hostOf(hosts: Hosts, name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`the plan has no host ${name}`);
  return host;
}
