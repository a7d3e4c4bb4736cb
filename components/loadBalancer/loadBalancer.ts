import * as pulumi from "@pulumi/pulumi";
import { type LoadBalancerPlan, type PublishedPort, STATISTICS_PORT } from "../../topology.ts";
import { configFiles } from "../files.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { haproxyConfig } from "./haproxyConfig.ts";

export interface LoadBalancerArgs extends TierArgs {
  readonly plans: readonly LoadBalancerPlan[];
  /** Where published ports are reached from. */
  readonly edgeSubnet: string;
  /** Healthy before the load balancer starts. */
  readonly after: readonly Service[];
}

/** HAProxy: the only way in. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly services: readonly Service[];
  /** Where the site is. */
  readonly url: string | undefined;
  /** HAProxy's statistics page, if it is published. */
  readonly statistics: string | undefined;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LoadBalancer", name, {}, opts);
    this.services = args.plans.map(
      (plan) =>
        new Service(
          plan.name,
          {
            ...placement(args, plan),
            user: "99:99",
            command: ["haproxy", "-f", "/etc/foobar/haproxy.cfg"],
            files: [configFiles("/etc/foobar", { "haproxy.cfg": haproxyConfig(plan, args.edgeSubnet) })],
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
    const published = args.plans.flatMap((plan) => plan.published);
    this.url = addressOf(published, "site");
    this.statistics = addressOf(published, "statistics");
    this.registerOutputs({ url: this.url, statistics: this.statistics });
  }
}

/** Where a client on the host finds what is published. */
function addressOf(published: readonly PublishedPort[], serves: PublishedPort["serves"]): string | undefined {
  const found = published.find((port) => port.serves === serves);
  if (found === undefined) return undefined;
  return `http://${found.address === "0.0.0.0" ? "127.0.0.1" : found.address}:${found.port}`;
}
