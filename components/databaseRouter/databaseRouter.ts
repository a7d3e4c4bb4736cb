import * as pulumi from "@pulumi/pulumi";
import type { RouterPlan } from "../../topology/databasePlan.ts";
import { configFiles } from "../files.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { CONFIG_FOLDER, PROBE, routerConfig, STOP_SECONDS, startCommand } from "./routerConfig.ts";

export interface DatabaseRoutersArgs extends TierArgs {
  readonly plans: readonly RouterPlan[];
  /** Released before the first router. */
  readonly after: readonly Service[];
}

/** A router without CPU would take its databases for dead. */
const CPU_SHARES = 4096;

/**
 * The application's routers to the databases: an HAProxy on every server that runs the application. It asks each
 * database for its role, and sends writes to the primary and reads to replicas. Only routers share a network with the
 * databases.
 *
 * A changed router starts beside the old one, under the same name. The old one then accepts no more connections and
 * lets statements end; clients find the new one by the name's second address.
 */
export class DatabaseRouters extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: DatabaseRoutersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:DatabaseRouters", name, {}, opts);
    this.services = args.roll(
      args.plans,
      { releasedFirst: args.after },
      (plan, waits) =>
        new Service(
          plan.name,
          {
            ...placement(args, plan),
            user: "99:99",
            command: startCommand(plan),
            files: [configFiles(CONFIG_FOLDER, { "haproxy.cfg": routerConfig(plan, args.plans.length) })],
            scratch: { "/run/haproxy": 1 },
            healthcheck: { check: ["bash", "-c", PROBE], startPeriod: 10 },
            stopGrace: STOP_SECONDS + 5,
            cpuShares: CPU_SHARES,
            replacement: "start-first",
            ...waits,
          },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}
