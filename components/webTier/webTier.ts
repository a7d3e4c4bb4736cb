import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { WebPlan } from "../../topology/plan.ts";
import { type Authority, fingerprints } from "../certificates.ts";
import type { ErrorFiles } from "../errorFiles.ts";
import { configFiles, folderFiles, secretFiles } from "../files.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { serverSecrets } from "../tlsFiles.ts";
import { CONFIG_FOLDER } from "./folders.ts";
import { STATIC_FOLDER } from "./locations.ts";
import { LIVENESS_URL, nginxConfig, SCRATCH_MB, stopSeconds } from "./nginxConfig.ts";

export interface WebTierArgs extends TierArgs {
  readonly plans: readonly WebPlan[];
  /** Signs the web servers' certificates, and that of their only client, the load balancers. */
  readonly authority: Authority;
  /** The folder that Nginx serves below the plans' static path, relative to the project; undefined: none. */
  readonly staticFiles: string | undefined;
  /** The user's pages for errors. */
  readonly errorFiles: ErrorFiles;
  /** Services that are released before the first web server. */
  readonly after: readonly Service[];
}

/** Nginx on every server with the role web. A change replaces them one after another. */
export class WebTier extends pulumi.ComponentResource {
  readonly services: readonly Service[];

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:WebTier", name, {}, opts);
    const statics =
      args.staticFiles === undefined
        ? []
        : [{ ...folderFiles(STATIC_FOLDER, args.staticFiles), kind: "static" as const }];
    const start = readFileSync(new URL("files/start.sh", import.meta.url), "utf8");
    this.services = args.roll(args.plans, { releasedFirst: args.after }, (plan, waits) => {
      const issued = args.authority.issue(plan.name, { use: "server", dnsNames: [plan.name] }, { parent: this });
      return new Service(
        plan.name,
        {
          ...placement(args, plan),
          user: "101:101",
          command: ["sh", `${CONFIG_FOLDER}/start.sh`],
          environment: {
            DRAIN_SECONDS: String(plan.drainSeconds),
            // Nginx reads these files when it starts, so a new certificate replaces the container.
            CERTIFICATES_SHA256: fingerprints(args.authority.trusted, issued.certificate),
          },
          files: [
            configFiles(CONFIG_FOLDER, {
              "nginx.conf": nginxConfig(plan, statics[0]?.version, args.errorFiles),
              "start.sh": start,
              ...args.errorFiles,
            }),
            secretFiles(serverSecrets(args.authority, issued)),
            ...statics,
          ],
          scratch: { "/tmp": SCRATCH_MB },
          healthcheck: { check: ["curl", "-fsS", "-o", "/dev/null", LIVENESS_URL], startPeriod: 10 },
          stopGrace: stopSeconds(plan) + 5,
          ...waits,
        },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}
