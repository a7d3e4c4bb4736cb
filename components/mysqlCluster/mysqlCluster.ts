import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DatabasePlan } from "../../topology.ts";
import { configFiles, type MountedFiles, secretFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { stackLabels } from "../labels.ts";
import { oneAfterTheOther } from "../roll.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { mysqlConfig } from "./mysqlConfig.ts";

export interface MysqlClusterArgs extends TierArgs {
  /** The primary first. */
  readonly plans: readonly DatabasePlan[];
  /** The application's database. */
  readonly database: string;
  /** Whether data volumes stay on the engine when they leave the stack, and `pulumi destroy` spares the passwords that open them. */
  readonly protect: boolean;
}

/** The account that the application uses. */
export const APPLICATION_USER = "application";

const CONFIG_FOLDER = "/etc/mysql/conf.d";
const SCRIPTS = ["start.sh", "provision.sh", "health.sh"] as const;

/** MySQL: one primary, and on the other servers its asynchronous replicas, which provision themselves. */
export class MysqlCluster extends pulumi.ComponentResource {
  readonly services: readonly Service[];
  readonly primary: Service;
  readonly rootPassword: pulumi.Output<string>;
  readonly applicationPassword: pulumi.Output<string>;

  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlCluster", name, {}, opts);
    const password = (account: string) =>
      // Without special characters: the image pastes passwords into SQL and option files as they are.
      new random.RandomPassword(
        `${name}-${account}-password`,
        { length: 32, special: false },
        { parent: this, protect: args.protect },
      ).result;
    this.rootPassword = password("root");
    this.applicationPassword = password("application");
    const secrets = secretFiles(1, {
      "root-password": this.rootPassword,
      "application-password": this.applicationPassword,
      "replication-password": password("replication"),
    });

    const volumes = dataVolumes(this, args);
    this.services = oneAfterTheOther(args.plans, [], (plan, after) => this.#node(plan, secrets, volumes, args, after));
    const [primary] = this.services;
    if (primary === undefined) throw new Error("the plan has no database");
    this.primary = primary;
    this.registerOutputs({});
  }

  #node(
    plan: DatabasePlan,
    secrets: MountedFiles,
    volumes: ReadonlyMap<string, docker.Volume>,
    args: MysqlClusterArgs,
    after: readonly Service[],
  ): Service {
    const volume = volumes.get(plan.name);
    if (volume === undefined) throw new Error(`${plan.name} has no data volume`);
    return new Service(
      plan.name,
      {
        ...placement(args, plan),
        user: "999:999",
        command: ["bash", `${CONFIG_FOLDER}/start.sh`],
        environment: {
          MYSQL_ROOT_PASSWORD_FILE: "/run/secrets/root-password",
          MYSQL_ROOT_HOST: "localhost",
          // Time zone tables would be transactions of this node alone.
          MYSQL_INITDB_SKIP_TZINFO: "1",
          DATABASE_ROLE: plan.role,
          SOURCE_HOST: plan.source ?? "",
          APPLICATION_DATABASE: args.database,
        },
        files: [configFiles(CONFIG_FOLDER, { "node.cnf": mysqlConfig(plan), ...scripts() }), secrets],
        data: { volume, path: "/var/lib/mysql" },
        scratch: { "/tmp": 64, "/var/run/mysqld": 1 },
        healthcheck: { tests: ["CMD", "bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 120 },
        stopGrace: 60,
        init: true,
        after,
      },
      { parent: this },
    );
  }
}

/**
 * Never named automatically and never replaced for their labels: another volume would be an empty database. Retained, not
 * protected: a server that gives up its database keeps the data without holding up the change. The primary's comes
 * first, so that one that is missing beside others is known to be lost, not late.
 */
function dataVolumes(parent: MysqlCluster, args: MysqlClusterArgs): Map<string, docker.Volume> {
  const volumes = new Map<string, docker.Volume>();
  for (const plan of args.plans) {
    const { provider } = hostOf(args.hosts, plan.host);
    const volume = new docker.Volume(
      `${plan.name}-data`,
      { name: plan.dataVolume, labels: stackLabels(args.identity) },
      { parent, provider, retainOnDelete: args.protect, ignoreChanges: ["labels"], dependsOn: [...volumes.values()] },
    );
    volumes.set(plan.name, volume);
  }
  return volumes;
}

function scripts(): Record<string, string> {
  return Object.fromEntries(
    SCRIPTS.map((name) => [name, readFileSync(new URL(`files/${name}`, import.meta.url), "utf8")]),
  );
}
