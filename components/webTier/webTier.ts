import * as pulumi from "@pulumi/pulumi";
import type { WebPlan } from "../../topology.ts";
import { configFiles } from "../files.ts";
import { oneAfterTheOther } from "../roll.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { LIVENESS_PATH, nginxConfig } from "./nginxConfig.ts";

export interface WebTierArgs extends TierArgs {
  readonly plans: readonly WebPlan[];
  /** Healthy before the first web server starts. */
  readonly after: readonly Service[];
}

/** Nginx on every server with the role web; changes go through them one after the other. */
export class WebTier extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:WebTier", name, {}, opts);
    this.services = oneAfterTheOther(
      args.plans,
      args.after,
      (plan, after) =>
        new Service(
          plan.name,
          {
            ...placement(args, plan),
            user: "101:101",
            command: ["nginx", "-c", "/etc/foobar/nginx.conf", "-g", "daemon off;"],
            files: [configFiles("/etc/foobar", { "nginx.conf": nginxConfig(plan) })],
            scratch: { "/tmp": 16 },
            healthcheck: {
              tests: ["CMD", "curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${plan.port}${LIVENESS_PATH}`],
              startPeriod: 10,
            },
            stopGrace: 25,
            after,
          },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}
