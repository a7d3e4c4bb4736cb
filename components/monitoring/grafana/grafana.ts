import type * as pulumi from "@pulumi/pulumi";
import type { GrafanaPlan, MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { GRAFANA_PORT } from "../../../topology/ports.ts";
import { configFiles } from "../../files.ts";
import { Service, type Waits } from "../../service.ts";
import { placement } from "../../tier.ts";
import type { MonitoringArgs } from "../args.ts";
import { publishedAt, serves } from "../parts.ts";
import { grafanaSettings, PROVISIONING, provisioning } from "./provisioning.ts";

/** MB for its database in memory, which holds nothing that is not in its files. */
const DATA_MB = 64;

/** A watcher's Grafana, with a dashboard of the figures of the Prometheus beside it. */
export function grafana(
  own: GrafanaPlan,
  plan: MonitoringPlan,
  watcher: WatcherPlan,
  args: MonitoringArgs,
  waits: Waits,
  parent: pulumi.Resource,
): Service {
  return new Service(
    own.name,
    {
      ...placement(args, own),
      user: "472:0",
      command: undefined,
      environment: grafanaSettings(plan),
      files: [configFiles(PROVISIONING, provisioning(plan, watcher))],
      scratch: { "/var/lib/grafana": DATA_MB, "/var/log/grafana": 1, "/tmp": 16 },
      published: publishedAt(own, GRAFANA_PORT),
      healthcheck: { ...serves(`http://127.0.0.1:${GRAFANA_PORT}/api/health`), startPeriod: 60 },
      stopGrace: 10,
      ...waits,
    },
    { parent },
  );
}
