import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkName } from "../config/choices.ts";
import { type ResourceIdentity, stackLabels } from "../engine/labels.ts";
import type { Attachment, NetworkPlan } from "../topology/plan.ts";
import type { Host } from "./host.ts";

export interface NetworksArgs {
  readonly identity: ResourceIdentity;
  readonly plans: readonly NetworkPlan[];
  readonly host: Host;
}

/** The stack's networks. They are its firewall: containers that share no network cannot reach each other. */
export class Networks extends pulumi.ComponentResource {
  readonly #networks: ReadonlyMap<NetworkName, docker.Network>;

  constructor(name: string, args: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Networks", name, {}, opts);
    this.#networks = new Map(
      args.plans.map((plan) => [
        plan.name,
        new docker.Network(
          plan.name,
          {
            name: plan.engineName,
            driver: "bridge",
            internal: plan.internal,
            ipamConfigs: [{ subnet: plan.subnet, gateway: plan.gateway }],
            labels: stackLabels(args.identity),
          },
          // Replacing a network replaces every container in it.
          { parent: this, provider: args.host.provider, deleteBeforeReplace: true, ignoreChanges: ["labels"] },
        ),
      ]),
    );
    this.registerOutputs({});
  }

  /** A container's attachments as the provider takes them. */
  join(attachments: readonly Attachment[]): docker.types.input.ContainerNetworksAdvanced[] {
    return attachments.map(({ network, alias, address }) => {
      const joined = this.#networks.get(network);
      if (joined === undefined) throw new Error(`the plan has no network ${network}`);
      return { name: joined.name, aliases: [alias], ...(address === undefined ? {} : { ipv4Address: address }) };
    });
  }
}
