import * as pulumi from "@pulumi/pulumi";
import { runnable } from "../config/commands.ts";
import { UserError } from "../config/userError.ts";
import type { Reach } from "../engine/client.ts";
import { limitProcesses } from "../engine/processLimit.ts";
import type { Topology } from "../topology/plan.ts";
import { instances } from "../topology/tiers.ts";

/**
 * Limits the processes of each container as soon as it is there, or checks that they are limited. A fork bomb then ends
 * in its own container.
 * @param containers the name of each service's container
 * @param away hosts whose engines are not asked; default: none
 * @returns the same names, each when the limit is in force; they fail if the engine refuses it
 */
export function withProcessLimits(
  topology: Topology,
  containers: Readonly<Record<string, pulumi.Output<string>>>,
  away: ReadonlySet<string> = new Set(),
): Record<string, pulumi.Output<string>> {
  const hosts = new Map(topology.hosts.map((host) => [host.name, host]));
  const plans = new Map(instances(topology).map((plan) => [plan.name, plan]));
  return Object.fromEntries(
    Object.entries(containers).map(([service, container]) => {
      const plan = plans.get(service);
      if (plan === undefined) throw new Error(`the plan has no service ${service}`);
      const host = hosts.get(plan.host);
      if (host === undefined) throw new Error(`the plan has no host ${plan.host}`);
      if (away.has(plan.host)) return [service, container];
      return [service, container.apply((name) => limited(host, name, plan.pids))];
    }),
  );
}

async function limited(reach: Reach, container: string, most: number): Promise<string> {
  if (pulumi.runtime.isDryRun()) return container;
  const outcome = await limitProcesses(reach, container, most).catch((error: Error) => {
    throw new UserError(`the engine at ${reach.endpoint} does not limit the processes of ${container}: ${error.message}
    cure:      repair it and npm run up, which sets the limit again`);
  });
  if (outcome === "gone") {
    void pulumi.log.warn(
      runnable(`the engine at ${reach.endpoint} has no container ${container}: somebody has removed it
    cure:      npm run up -- --refresh`),
    );
  }
  if (outcome === "unsupported") {
    void pulumi.log.warn(`the engine at ${reach.endpoint} has no limit of processes, so a fork bomb in ${container} would
    reach the whole machine
    cure:      mount the pids cgroup; for a rootless engine, delegate the controller pids to its user`);
  }
  return container;
}
