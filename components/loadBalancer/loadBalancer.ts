import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerPlan } from "../../topology.ts";
import { configFiles } from "../files.ts";
import { oneAfterTheOther } from "../roll.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { CONFIG_FOLDER, haproxyConfig, stopSeconds } from "./haproxyConfig.ts";

export interface LoadBalancerArgs extends TierArgs {
  readonly plans: readonly LoadBalancerPlan[];
  /** Healthy before the load balancer starts. */
  readonly after: readonly Service[];
}

/**
 * HAProxy: the only way in.
 *
 * A container of its own holds the network namespace, with the addresses and the published ports; HAProxy joins it. A
 * changed HAProxy starts beside the old one, on the same ports (SO_REUSEPORT), and the old one stops when the new one
 * is healthy, finishing what it has begun: no connection is lost, and a configuration that HAProxy refuses changes
 * nothing.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:LoadBalancer", name, {}, opts);
    const namespaces: Service[] = [];
    const haproxies = oneAfterTheOther(args.plans, args.after, (plan, after) => {
      const namespace = this.#namespace(plan, args, after);
      namespaces.push(namespace);
      return this.#haproxy(plan, args, namespace);
    });
    this.services = [...namespaces, ...haproxies];
    this.registerOutputs({});
  }

  #namespace(plan: LoadBalancerPlan, args: LoadBalancerArgs, after: readonly Service[]): Service {
    return new Service(
      plan.namespace.name,
      {
        ...placement(args, plan.namespace),
        user: "65534:65534",
        command: ["sleep", "infinity"],
        files: [],
        published: plan.published,
        stopGrace: 5,
        init: true,
        after,
      },
      { parent: this },
    );
  }

  #haproxy(plan: LoadBalancerPlan, args: LoadBalancerArgs, namespace: Service): Service {
    const files = {
      "haproxy.cfg": haproxyConfig(plan),
      "503.html": file("503.html"),
      "health.sh": file("health.sh"),
    };
    return new Service(
      plan.haproxy.name,
      {
        ...placement(args, plan.haproxy),
        networks: namespace,
        user: "99:99",
        command: ["haproxy", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
        files: [configFiles(CONFIG_FOLDER, files)],
        scratch: { "/run/haproxy": 1 },
        healthcheck: { tests: ["CMD", "bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 10 },
        stopGrace: stopSeconds(plan) + 5,
        replacement: "start-first",
        after: [namespace],
      },
      { parent: this },
    );
  }
}

function file(name: string): string {
  return readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
}
