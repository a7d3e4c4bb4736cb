import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ClusterPlan, DatabasePlan } from "../../topology.ts";
import { type Authority, fingerprint, type IssuedCertificate } from "../certificates.ts";
import { ROUTER_TABLES } from "../databaseRouter/roles.ts";
import { configFiles, liveFiles, type MountedFiles, secretFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { stackLabels } from "../labels.ts";
import { oneAfterTheOther } from "../roll.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { INTENT_FOLDER, mysqlConfig, SIZING_FILE, sizingConfig, TLS } from "./mysqlConfig.ts";

export interface MysqlClusterArgs extends TierArgs {
  readonly plan: ClusterPlan;
  /** The application's database. */
  readonly database: string;
  readonly authority: Authority;
  /** Whether data volumes stay on the engine when they leave the stack, and `pulumi destroy` spares the passwords that open them. */
  readonly protect: boolean;
}

/** The account that the application uses. */
export const APPLICATION_USER = "application";

const CONFIG_FOLDER = "/etc/mysql/conf.d";
const NODE_SCRIPTS = [
  "start",
  "node",
  "common",
  "accounts",
  "replica",
  "group",
  "leave",
  "takeover",
  "tls",
  "health",
] as const;
const ACCOUNTS = ["root", APPLICATION_USER, "replication", "steward", "backup"] as const;

type Passwords = Readonly<Record<(typeof ACCOUNTS)[number], pulumi.Output<string>>>;

/**
 * MySQL: a primary and its replicas, or a group. Each node provisions itself and finds its place; the configuration says
 * who is primary, and nothing of a node hangs on it, so that a switchover replaces no container.
 */
export class MysqlCluster extends pulumi.ComponentResource {
  /** In the order in which they are replaced. */
  readonly nodes: readonly Service[];
  /** Healthy when the configured member is primary and every other one in its place. */
  readonly steward: Service;
  readonly passwords: Passwords;

  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlCluster", name, {}, opts);
    const password = (account: string) =>
      // Without special characters: they are pasted into SQL and option files as they are.
      new random.RandomPassword(
        `${name}-${account}-password`,
        { length: 32, special: false },
        { parent: this, protect: args.protect },
      ).result;
    this.passwords = {
      root: password("root"),
      application: password("application"),
      replication: password("replication"),
      steward: password("steward"),
      backup: password("backup"),
    };
    const volumes = dataVolumes(this, args);
    const certificates = new Map(
      args.plan.databases.map(({ name, dialled }) => [name, args.authority.issue(name, dialled, { parent: this })]),
    );
    this.nodes = oneAfterTheOther(args.plan.databases, [], (plan, after) =>
      this.#node(plan, of(volumes, plan), of(certificates, plan), args, after),
    );
    const served = args.plan.databases.map(
      (plan) => pulumi.interpolate`${plan.member}=${of(certificates, plan).certificate.apply(fingerprint)}`,
    );
    this.steward = this.#steward(args, served);
    this.registerOutputs({});
  }

  #node(
    plan: DatabasePlan,
    volume: docker.Volume,
    { key, certificate }: IssuedCertificate,
    args: MysqlClusterArgs,
    after: readonly Service[],
  ): Service {
    const { plan: cluster, authority } = args;
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
          MEMBER: plan.member,
          PEERS: plan.peers.join(" "),
          ARBITER: String(plan.role === "arbiter"),
          APPLICATION_DATABASE: args.database,
          ROUTER_TABLES: ROUTER_TABLES.join(" "),
          ...replication(cluster),
        },
        files: [
          configFiles(CONFIG_FOLDER, { "node.cnf": mysqlConfig(plan, cluster), ...scripts(NODE_SCRIPTS) }),
          liveFiles("intent", INTENT_FOLDER, {
            primary: `${cluster.primary}\n`,
            [SIZING_FILE]: sizingConfig(plan),
          }),
          this.#secrets(ACCOUNTS, {
            [TLS.authority]: authority.certificate,
            [TLS.certificate]: certificate,
            [TLS.key]: key,
          }),
        ],
        data: { volume, path: "/var/lib/mysql" },
        scratch: { "/tmp": 64, "/var/run/mysqld": 1 },
        // The name of a member that is down is looked up outside, and a group waits for the answer: it looks names up in
        // the thread that passes its messages. Where nobody outside answers, that would be 20 s.
        dnsOptions: ["timeout:1", "attempts:1"],
        healthcheck: { tests: ["CMD", "bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 120 },
        stopGrace: 60,
        init: true,
        after,
      },
      { parent: this },
    );
  }

  /** @param served for each member the certificate that it has to serve; a renewed one is another steward, which waits for it */
  #steward(args: MysqlClusterArgs, served: readonly pulumi.Output<string>[]): Service {
    const { plan } = args;
    return new Service(
      plan.steward.name,
      {
        ...placement(args, plan.steward),
        user: "999:999",
        command: ["bash", `${CONFIG_FOLDER}/steward.sh`],
        environment: {
          PRIMARY: plan.primary,
          MEMBERS: plan.databases.map(({ member }) => member).join(" "),
          CERTIFICATES: pulumi.all([...served]).apply((all) => all.join(" ")),
          ...replication(plan),
        },
        files: [
          configFiles(CONFIG_FOLDER, scripts(["steward", "common", "tls"])),
          this.#secrets(["steward", "replication"], { [TLS.authority]: args.authority.certificate }),
        ],
        scratch: { "/tmp": 1 },
        healthcheck: { tests: ["CMD", "test", "-e", "/tmp/in-place"], startPeriod: 120 },
        stopGrace: 5,
        init: true,
        after: this.nodes,
      },
      { parent: this },
    );
  }

  #secrets(
    accounts: readonly (keyof Passwords)[],
    files: Readonly<Record<string, pulumi.Output<string>>>,
  ): MountedFiles {
    const passwords = accounts.map((account) => [`${account}-password`, this.passwords[account]] as const);
    const others = Object.entries(files).map(([path, content]) => [basename(path), content] as const);
    return secretFiles(Object.fromEntries([...passwords, ...others]));
  }
}

/** What a node has of its own. */
function of<T>(own: ReadonlyMap<string, T>, { name }: DatabasePlan): T {
  const found = own.get(name);
  if (found === undefined) throw new Error(`${name} has nothing of its own`);
  return found;
}

function replication({ replication, withoutReplica }: ClusterPlan): Record<string, string> {
  return { REPLICATION: replication, WITHOUT_REPLICA: withoutReplica ?? "" };
}

/**
 * Never named automatically and never replaced for their labels: another volume would be an empty database. Retained, not
 * protected: a server that gives up its database keeps the data without holding up the change. The first primary's
 * comes first, so that one that is missing beside others is known to be lost, not late.
 */
function dataVolumes(parent: MysqlCluster, args: MysqlClusterArgs): Map<string, docker.Volume> {
  const volumes = new Map<string, docker.Volume>();
  for (const plan of args.plan.databases.toReversed()) {
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

function scripts(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`${name}.sh`, readFileSync(new URL(`files/${name}.sh`, import.meta.url), "utf8")]),
  );
}
