import type { PolicyName } from "../config/policies.ts";
import type { Config } from "../config/schema.ts";
import type { ApplicationPlan, ProcessPlan } from "../topology/applicationPlan.ts";
import type { InstancePlan } from "../topology/instancePlan.ts";
import type { LoadBalancerPlan } from "../topology/loadBalancerPlan.ts";
import type { Topology } from "../topology/plan.ts";
import { type Tier, tiersOf } from "../topology/tiers.ts";
import { planTopology } from "../topology/topology.ts";

/** The intention that a stack is held to: its configuration and the plan that follows from it. */
export interface Context {
  readonly config: Config;
  readonly topology: Topology;
}

/** The context of a configuration. */
export function contextFrom(config: Config): Context {
  return { config, topology: planTopology(config) };
}

/** The reasons of the policies that are off. */
export function switchedOff({ config }: Context): readonly (readonly [PolicyName, string])[] {
  return Object.entries(config.policies.off).flatMap(([name, reason]) =>
    reason === undefined ? [] : [[name as PolicyName, reason] as const],
  );
}

/** A planned container by its name, with its tier. */
export function planned(
  { topology }: Context,
  name: string,
): { readonly tier: Tier; readonly plan: InstancePlan } | undefined {
  for (const [tier, plans] of Object.entries(tiersOf(topology))) {
    const plan = plans.find((one) => one.name === name);
    if (plan !== undefined) return { tier: tier as Tier, plan };
  }
  const migration = migrations(topology).find((one) => one.name === name);
  return migration && { tier: "processes", plan: migration };
}

/** The plan of a container that runs the application. undefined: it runs another program. */
export function applicationOf({ topology }: Context, name: string): ApplicationPlan | ProcessPlan | undefined {
  return [...topology.applications, ...topology.processes, ...migrations(topology)].find((plan) => plan.name === name);
}

function migrations({ migration }: Topology): readonly ProcessPlan[] {
  return migration === undefined ? [] : [migration];
}

/** The load balancer whose pause container has this name. */
export function pausedBy({ topology }: Context, name: string): LoadBalancerPlan | undefined {
  return topology.loadBalancers.find(({ pause }) => pause.name === name);
}

/** Whether the container runs keepalived, which needs root and some capabilities. */
export function runsKeepalived(context: Context, name: string): boolean {
  return pausedBy(context, name)?.vrrp?.isOnHost === false || isOnHost(context, name);
}

/** Whether the container reads the storages for the backups, whose files belong to any users. */
export function readsStorages({ topology }: Context, name: string): boolean {
  return topology.backups?.reader?.name === name;
}

/** Whether the container is keepalived in its host's network, as a pair on two machines has it. */
export function isOnHost({ topology }: Context, name: string): boolean {
  return topology.loadBalancers.some(({ keepalived }) => keepalived?.name === name);
}

/** Whether the container is the exporter of a machine, which sees the machine's file system. */
export function watchesMachine({ topology }: Context, name: string): boolean {
  return topology.monitoring?.nodeExporters.some((plan) => plan.name === name) === true;
}

/** Whether the container's image has nothing but its program, so that Prometheus alone can ask whether it works. */
export function isProgramAlone({ topology }: Context, name: string): boolean {
  const exporters = topology.monitoring?.watchers.map(({ nginxExporter }) => nginxExporter.name) ?? [];
  return [...exporters, topology.logStore?.name].includes(name);
}
