import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { SERVER_NETWORKS } from "../config/choices.ts";
import { type ResourceIdentity, stackLabels } from "../engine/labels.ts";
import type { Attachment } from "../topology/instancePlan.ts";
import type { NetworkPlan, OverlayPlan } from "../topology/plan.ts";
import { type Hosts, hostOf } from "./host.ts";

export interface NetworksArgs {
  readonly identity: ResourceIdentity;
  readonly plans: readonly NetworkPlan[];
  readonly hosts: Hosts;
}

/** The stack's networks. They are its firewall: containers that share no network cannot reach each other. */
export class Networks extends pulumi.ComponentResource {
  readonly #networks = new Map<string, docker.Network>();

  constructor(name: string, args: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Networks", name, {}, opts);
    for (const plan of args.plans) {
      const network = new docker.Network(
        plan.name,
        {
          name: plan.engineName,
          internal: plan.internal,
          ...(plan.overlay === undefined ? bridge(plan) : overlay(plan, plan.overlay)),
          labels: stackLabels(args.identity),
        },
        {
          parent: this,
          provider: hostOf(args.hosts, plan.host).provider,
          // Replacing a network replaces every container in it.
          deleteBeforeReplace: true,
          // The engine adds options of its own to a network between machines. A change of ours is in its name.
          ignoreChanges: plan.overlay === undefined ? ["labels"] : ["labels", "options"],
          ...this.#succession(plan, args.plans),
        },
      );
      this.#networks.set(plan.name, network);
    }
    this.registerOutputs({});
  }

  /** A container's attachments as the provider takes them. */
  join(attachments: readonly Attachment[]): docker.types.input.ContainerNetworksAdvanced[] {
    return attachments.map(({ network, alias, listensAs, address }) => {
      const joined = this.#networks.get(network);
      if (joined === undefined) throw new Error(`the plan has no network ${network}`);
      const aliases = [alias, ...(listensAs === undefined ? [] : [listensAs])];
      return { name: joined.name, aliases, ...(address === undefined ? {} : { ipv4Address: address }) };
    });
  }

  /**
   * In earlier versions all servers shared one network, whose subnet now has a part for each server's own. The engine
   * refuses overlapping subnets, so the first of these networks replaces the shared one and the others come after it.
   */
  #succession({ name, part }: NetworkPlan, plans: readonly NetworkPlan[]): pulumi.CustomResourceOptions {
    if (!SERVER_NETWORKS.some((own) => own === part)) return {};
    const first = plans.find((plan) => plan.part === part);
    if (first?.name === name) return { aliases: [{ name: part }] };
    const before = first && this.#networks.get(first.name);
    return before === undefined ? {} : { dependsOn: [before] };
  }
}

type Kind = Pick<docker.NetworkArgs, "driver" | "attachable" | "options" | "ipamConfigs">;

function bridge(plan: NetworkPlan): Kind {
  const { subnet, gateway } = plan;
  return { driver: "bridge", options: bridgeOptions(plan), ipamConfigs: [{ subnet, gateway }] };
}

/**
 * A network of the machines' swarm, which containers join like any other. A manager makes it, and a worker knows it while
 * a container there is in it.
 */
function overlay({ subnet, gateway }: NetworkPlan, { range, isEncrypted, mtu }: OverlayPlan): Kind {
  const options = {
    // The value that Docker's own client sends.
    ...(isEncrypted ? { encrypted: "" } : {}),
    ...(mtu === undefined ? {} : { "com.docker.network.driver.mtu": String(mtu) }),
  };
  return {
    driver: "overlay",
    attachable: true,
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ipamConfigs: [{ subnet, gateway, ...(range === undefined ? {} : { ipRange: range }) }],
  };
}

/**
 * A network that is not internal has an address of the host, to which the engine leads published ports. Without
 * masquerade its containers' packets leave with a private address, and no answer finds the way back.
 */
function bridgeOptions({ internal, egress, isApart }: NetworkPlan): Record<string, string> {
  if (internal) return { "com.docker.network.bridge.inhibit_ipv4": "true" };
  if (isApart) return { "com.docker.network.bridge.enable_icc": "false" };
  return egress ? {} : { "com.docker.network.bridge.enable_ip_masquerade": "false" };
}
