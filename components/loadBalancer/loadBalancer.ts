import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerPlan, PublishedPort } from "../../topology.ts";
import { textFiles } from "../files.ts";
import { type Hosts, hostOf } from "../host.ts";
import type { StackIdentity } from "../labels.ts";
import type { Networks } from "../networks.ts";
import { Service } from "../service.ts";
import { haproxyConfig, STATISTICS_PORT } from "./haproxyConfig.ts";

export interface LoadBalancerArgs {
  readonly identity: StackIdentity;
  readonly plans: readonly LoadBalancerPlan[];
  readonly hosts: Hosts;
  readonly networks: Networks;
  /** Where published ports are reached from. */
  readonly edgeSubnet: string;
  /** Healthy before the load balancer starts. */
  readonly after: readonly Service[];
}

/** HAProxy: the only way in. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly services: readonly Service[];
  /** Where the site is. */
  readonly url: pulumi.Output<string>;
  /** HAProxy's statistics page, if it is published. */
  readonly statistics: pulumi.Output<string> | undefined;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LoadBalancer", name, {}, opts);
    this.services = args.plans.map(
      (plan) =>
        new Service(
          plan.name,
          {
            identity: args.identity,
            host: hostOf(args.hosts, plan.host),
            plan,
            networks: args.networks.join(plan.attachments),
            user: "99:99",
            command: ["haproxy", "-f", "/etc/foobar/haproxy.cfg"],
            files: [textFiles("config", "/etc/foobar", { "haproxy.cfg": haproxyConfig(plan, args.edgeSubnet) })],
            scratch: { "/run/haproxy": 1 },
            published: plan.published,
            healthcheck: {
              tests: [
                "CMD-SHELL",
                `printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' | socat -T2 - TCP4:127.0.0.1:${STATISTICS_PORT} | grep -q ' 200 '`,
              ],
              startPeriod: 10,
            },
            stopGrace: 25,
            after: args.after,
          },
          { parent: this },
        ),
    );
    // An address exists once the container that publishes it does.
    const published = (serves: PublishedPort["serves"]) =>
      args.plans.flatMap((plan, index) =>
        plan.published
          .filter((port) => port.serves === serves)
          .map(({ address, port }) =>
            this.services[index]?.container.id.apply(() => `http://${reachable(address)}:${port}`),
          ),
      )[0];
    this.url = published("site") ?? pulumi.output("");
    this.statistics = published("statistics");
    this.registerOutputs({ url: this.url, statistics: this.statistics });
  }
}

/** An address that a client on the host can use. */
function reachable(address: string): string {
  return address === "0.0.0.0" ? "127.0.0.1" : address;
}
