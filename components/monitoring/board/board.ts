import type * as pulumi from "@pulumi/pulumi";
import type { BoardPlan, MonitoringPlan, WatcherPlan } from "../../../topology/monitoringPlan.ts";
import { BOARD_PORT } from "../../../topology/ports.ts";
import { configFiles, folderFiles, type MountedFiles } from "../../files.ts";
import { Service, type Waits } from "../../service.ts";
import { placement } from "../../tier.ts";
import type { MonitoringArgs } from "../args.ts";
import { publishedAt, SELDOM } from "../parts.ts";
import { boardConfig, CONFIG_FOLDER, LIVENESS_PATH, PAGE_FOLDER } from "./boardConfig.ts";
import { boardFacts } from "./boardFacts.ts";
import { buildPage } from "./bundle.ts";
import { FACTS_FILE } from "./facts.ts";

/** MB that Nginx may write: its pid. */
const SCRATCH_MB = 1;

/** The page of all boards, as a container has it. */
export function boardPage(): MountedFiles {
  return { ...folderFiles(PAGE_FOLDER, buildPage()), kind: "static" };
}

/** The board of a watcher: Nginx with the page, which asks the Prometheus beside it. */
export function board(
  own: BoardPlan,
  page: MountedFiles,
  plan: MonitoringPlan,
  { prometheus }: WatcherPlan,
  args: MonitoringArgs,
  waits: Waits,
  parent: pulumi.Resource,
): Service {
  return new Service(
    own.name,
    {
      ...placement(args, own),
      user: "101:101",
      command: ["nginx", "-c", `${CONFIG_FOLDER}/nginx.conf`, "-g", "daemon off;"],
      files: [
        configFiles(CONFIG_FOLDER, {
          "nginx.conf": boardConfig(own.name, prometheus.name),
          [FACTS_FILE]: JSON.stringify(boardFacts(plan, page.version ?? "")),
        }),
        page,
      ],
      scratch: { "/tmp": SCRATCH_MB },
      published: publishedAt(own, BOARD_PORT),
      healthcheck: {
        check: ["curl", "-fsS", "-o", "/dev/null", `http://${own.name}.monitor:${BOARD_PORT}${LIVENESS_PATH}`],
        startPeriod: 10,
        ...SELDOM,
      },
      stopGrace: 5,
      ...waits,
    },
    { parent },
  );
}
