import * as pulumi from "@pulumi/pulumi";
import { folderContent } from "../../releases/content.ts";
import { releaseFolder } from "../../releases/folder.ts";
import { keep } from "../../releases/store.ts";
import type { Upstream } from "../../topology/instancePlan.ts";
import type { ApplicationPlan } from "../../topology/plan.ts";
import { fingerprint } from "../certificates.ts";
import { folderFiles, secretFiles } from "../files.ts";
import { APPLICATION_USER } from "../mysqlCluster/mysqlCluster.ts";
import type { Password } from "../passwords.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { type ApplicationSource, applicationFolder } from "./applicationFolder.ts";

export interface AppTierArgs extends TierArgs, ApplicationSource {
  readonly plans: readonly ApplicationPlan[];
  readonly databasePassword: Password;
  /** The certificates of the authority that signs the databases' certificates. */
  readonly databaseAuthority: pulumi.Output<string>;
  /** The primary and the routers to it: an application may end if it finds no database. */
  readonly needs: readonly Service[];
  /** Released before the first application. */
  readonly after: readonly Service[];
}

const APPLICATION_FOLDER = "/app";

/** Applications are released most often. One that is ready after half a second is seen to be a second earlier by this. */
const PROBE_SECONDS = 0.75;

/** The application on every server with the role app, each with its own copy of the application's files. */
export class AppTier extends pulumi.ComponentResource {
  readonly services: readonly Service[];
  /** The version of the application's files. */
  readonly release: string;

  constructor(name: string, args: AppTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:AppTier", name, {}, opts);
    const folder = applicationFolder(args);
    const content = folderContent(folder);
    // A preview writes no copy; its plan is the same.
    if (!pulumi.runtime.isDryRun()) keep(folder, content);
    this.release = content.version;
    const files = folderFiles(APPLICATION_FOLDER, releaseFolder(this.release), content);
    const secrets = secretFiles({
      "database-password": args.databasePassword.value,
      "database-ca.crt": args.databaseAuthority,
    });
    // An application reads these files when it starts, so a new certificate or password replaces the container.
    const read = {
      DATABASE_CA_SHA256: args.databaseAuthority.apply(fingerprint),
      DATABASE_PASSWORD_VERSION: args.databasePassword.version,
    };
    this.services = args.roll(
      args.plans,
      { needs: args.needs, releasedFirst: args.after },
      (plan, waits) =>
        new Service(
          plan.name,
          {
            ...placement(args, plan),
            user: "1000:1000",
            command: plan.command,
            environment: { ...environment(plan, this.release), ...read },
            files: [files, secrets],
            scratch: { "/tmp": 16 },
            sharedMemory: true,
            healthcheck: { check: ["bash", "-c", probe(plan)], startPeriod: 60, interval: PROBE_SECONDS },
            stopGrace: plan.drainSeconds + 15,
            ...waits,
          },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}

/** The environment variables of an application. app/README.md documents them for users' own applications. */
function environment(plan: ApplicationPlan, release: string): Record<string, string> {
  return {
    HOST: plan.listenAddress,
    PORT: String(plan.port),
    SERVER_NAME: plan.server,
    RELEASE: release,
    DATABASE_NAME: plan.database,
    DATABASE_USER: APPLICATION_USER,
    DATABASE_PASSWORD_FILE: "/run/secrets/database-password",
    DATABASE_WRITE_HOST: hostAndPort(plan.writeTo),
    DATABASE_READ_HOST: hostAndPort(plan.readFrom),
    DATABASE_CA_FILE: "/run/secrets/database-ca.crt",
    DRAIN_SECONDS: String(plan.drainSeconds),
  };
}

function hostAndPort({ address, port }: Upstream): string {
  return `${address}:${port}`;
}

/** The image's only HTTP client is node, whose start costs 0.1 s of CPU; bash speaks enough HTTP. */
function probe({ listenAddress, port, readinessPath }: ApplicationPlan): string {
  return `exec 3<>/dev/tcp/${listenAddress}/${port} && printf 'GET ${readinessPath} HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]`;
}
