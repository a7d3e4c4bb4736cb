import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { stackLabels } from "../../engine/labels.ts";
import type { ClusterPlan, DatabasePlan } from "../../topology/databasePlan.ts";
import { type Authority, fingerprint, type IssuedCertificate } from "../certificates.ts";
import { configFiles, liveFiles, secretFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { createPassword, type Password } from "../passwords.ts";
import { Service, type Waits } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";
import { serverSecrets, trustSecrets } from "../tlsFiles.ts";
import { DATA_FOLDER } from "./definitions.ts";
import { DESIRED_FOLDER } from "./mysqlConfig.ts";
import {
  ACCOUNTS,
  CONFIG_FOLDER,
  controllerEnvironment,
  controllerFiles,
  desiredFiles,
  nodeEnvironment,
  nodeFiles,
} from "./node.ts";

export interface MysqlClusterArgs extends TierArgs {
  readonly plan: ClusterPlan;
  /** The application's database. */
  readonly database: string;
  readonly authority: Authority;
  /** The generation of each account's password. */
  readonly generations: Readonly<Record<(typeof ACCOUNTS)[number], number>>;
  /**
   * Whether data volumes stay on the engine when they leave the stack, and `pulumi destroy` spares the passwords that
   * open them.
   */
  readonly protect: boolean;
}

/** The application's account. */
export const APPLICATION_USER = "application";

type Passwords = Readonly<Record<(typeof ACCOUNTS)[number], Password>>;

/**
 * MySQL: a primary and its replicas, or a group. Each node provisions itself and finds its place. No node's definition
 * names the primary, so that a switchover replaces no container.
 */
export class MysqlCluster extends pulumi.ComponentResource {
  /** In the order in which they are replaced: the first primary is the last. */
  readonly nodes: readonly Service[];
  /** All services of the cluster. */
  readonly services: readonly Service[];
  readonly passwords: Passwords;

  constructor(name: string, args: MysqlClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlCluster", name, {}, opts);
    const password = (account: (typeof ACCOUNTS)[number]) =>
      createPassword(`${name}-${account}-password`, {
        parent: this,
        protect: args.protect,
        generation: args.generations[account],
      });
    this.passwords = {
      root: password("root"),
      application: password("application"),
      replication: password("replication"),
      steward: password("steward"),
      backup: password("backup"),
      monitoring: password("monitoring"),
    };
    const volumes = dataVolumes(this, args);
    const certificates = new Map(
      args.plan.databases.map(({ name, dnsNames }) => [
        name,
        args.authority.issue(name, { use: "server", dnsNames }, { parent: this }),
      ]),
    );
    this.nodes = args.roll(args.plan.databases, {}, (plan, waits) =>
      this.#node(plan, of(volumes, plan), of(certificates, plan), args, waits),
    );
    const served = args.plan.databases.map(
      (plan) => pulumi.interpolate`${plan.member}=${of(certificates, plan).certificate.apply(fingerprint)}`,
    );
    const controllers = args.roll([args.plan.controller], { releasedFirst: this.nodes }, (_, waits) =>
      this.#controller(args, served, waits),
    );
    this.services = [...this.nodes, ...controllers];
    this.registerOutputs({});
  }

  #node(
    plan: DatabasePlan,
    volume: docker.Volume,
    issued: IssuedCertificate,
    args: MysqlClusterArgs,
    waits: Waits,
  ): Service {
    const { plan: cluster, authority } = args;
    return new Service(
      plan.name,
      {
        ...placement(args, plan),
        user: "999:999",
        command: ["bash", `${CONFIG_FOLDER}/start.sh`],
        environment: nodeEnvironment(plan, cluster, args.database),
        files: [
          configFiles(CONFIG_FOLDER, nodeFiles(plan, cluster)),
          liveFiles("desired", DESIRED_FOLDER, desiredFiles(plan, cluster)),
          // node.sh applies changes of these files, so that a renewal or another password replaces no database.
          secretFiles({
            ...this.#passwordFiles(ACCOUNTS),
            ...serverSecrets(authority, issued),
          }),
        ],
        data: { volume, path: DATA_FOLDER },
        imageVolumes: [DATA_FOLDER],
        scratch: { "/tmp": 16, "/var/run/mysqld": 1 },
        // The name of a member that is down is looked up outside, and a group waits for the answer, because it looks up
        // names in the thread that passes its messages. Without these options it would wait 20 s where no resolver
        // outside answers.
        dnsOptions: ["timeout:1", "attempts:1"],
        healthcheck: { check: ["bash", `${CONFIG_FOLDER}/health.sh`], startPeriod: 120 },
        stopGrace: 60,
        init: true,
        ...waits,
      },
      { parent: this },
    );
  }

  /**
   * The switchover controller: healthy when the configured member has been promoted and every member is in its place.
   * @param served the fingerprint of each member's certificate; a renewed one replaces the controller, which waits
   *   until it is served
   */
  #controller(args: MysqlClusterArgs, served: readonly pulumi.Output<string>[], waits: Waits): Service {
    const { plan } = args;
    return new Service(
      plan.controller.name,
      {
        ...placement(args, plan.controller),
        user: "999:999",
        command: ["bash", `${CONFIG_FOLDER}/controller.sh`],
        environment: {
          ...controllerEnvironment(plan),
          CERTIFICATES: pulumi.all([...served]).apply((all) => all.join(" ")),
          // Another password replaces the controller, which is healthy only when every member has it.
          PASSWORDS: this.#marks(),
        },
        files: [
          configFiles(CONFIG_FOLDER, controllerFiles()),
          secretFiles({
            ...this.#passwordFiles(["steward", "replication"]),
            ...trustSecrets(args.authority),
          }),
        ],
        scratch: { "/tmp": 1 },
        imageVolumes: [DATA_FOLDER],
        // On a first `up` it starts beside the nodes, which have 120 s themselves.
        healthcheck: { check: ["test", "-e", "/tmp/in-place"], startPeriod: 180 },
        stopGrace: 5,
        init: true,
        ...waits,
      },
      { parent: this },
    );
  }

  /** The mark of the password of each account that clients use. */
  #marks(): pulumi.Output<string> {
    const accounts = ACCOUNTS.filter((account) => account !== "root");
    return pulumi
      .all(accounts.map((account) => pulumi.interpolate`${account}=${this.passwords[account].mark}`))
      .apply((pairs) => pairs.join(" "));
  }

  #passwordFiles(accounts: readonly (keyof Passwords)[]): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(accounts.map((account) => [`${account}-password`, this.passwords[account].value]));
  }
}

/** A node's entry in a map by name. */
function of<T>(own: ReadonlyMap<string, T>, { name }: DatabasePlan): T {
  const found = own.get(name);
  if (found === undefined) throw new Error(`${name} has nothing of its own`);
  return found;
}

/**
 * The volumes have fixed names and are never replaced because of labels: another volume would be an empty database. They
 * are retained, not protected: a server that gives up its database keeps the data without holding up the change. The
 * first primary's volume is created first: if it is missing beside others, it was lost.
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
