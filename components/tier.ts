import type { ResourceIdentity } from "../engine/labels.ts";
import type { InstancePlan } from "../topology/instancePlan.ts";
import { type Hosts, hostOf } from "./host.ts";
import type { Networks } from "./networks.ts";
import type { Roll } from "./roll.ts";
import type { ServiceArgs } from "./service.ts";

/** The arguments that every tier has. */
export interface TierArgs {
  readonly identity: ResourceIdentity;
  readonly hosts: Hosts;
  readonly networks: Networks;
  /** The order in which services of a tier are created and replaced. */
  readonly roll: Roll;
}

/** The arguments of a service that follow from its plan: its host and its networks. */
export function placement(
  args: Pick<TierArgs, "identity" | "hosts" | "networks">,
  plan: InstancePlan,
): Pick<ServiceArgs, "identity" | "host" | "plan" | "networks"> {
  return {
    identity: args.identity,
    host: hostOf(args.hosts, plan.host),
    plan,
    networks: args.networks.join(plan.attachments),
  };
}
