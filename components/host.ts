import { resolve } from "node:path";
import * as docker from "@pulumi/docker";
import { sharedLogin } from "../engine/sharedLogin.ts";
import type { HostPlan } from "../topology/plan.ts";

/** A machine's name and the provider of the Docker engine that runs its containers. */
export interface Host {
  readonly name: string;
  readonly provider: docker.Provider;
  /** Whether its machine is left out of this update, because it does not answer. */
  readonly isAway: boolean;
}

/** The hosts of the plan by name. */
export type Hosts = ReadonlyMap<string, Host>;

/**
 * One explicit provider for each host. A component passes on only one provider of a package, so every resource names
 * its own. Default providers are disabled (Pulumi.yaml): they would silently use the local engine.
 */
export function createHosts(plans: readonly HostPlan[], away: ReadonlySet<string>): Hosts {
  return new Map(
    plans.map((plan) => [plan.name, { name: plan.name, provider: createProvider(plan), isAway: away.has(plan.name) }]),
  );
}

function createProvider({ name, endpoint, certPath }: HostPlan): docker.Provider {
  return new docker.Provider(name, {
    host: endpoint,
    ...(certPath === undefined ? {} : { certPath: resolve(certPath) }),
    // Without that the provider logs in once for each resource, and a server refuses some of many logins at once.
    ...(endpoint.startsWith("ssh:") ? { sshOpts: [...sharedLogin(endpoint)] } : {}),
  });
}

/** @throws Error if the plan names a host that it does not have */
export function hostOf(hosts: Hosts, name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`the plan has no host ${name}`);
  return host;
}
