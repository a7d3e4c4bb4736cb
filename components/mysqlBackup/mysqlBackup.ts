import { readdirSync, readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { stackLabels } from "../../engine/labels.ts";
import type { BackupPlan, StorageReaderPlan } from "../../topology/databasePlan.ts";
import { generationName } from "../../topology/secrets.ts";
import type { Authority } from "../certificates.ts";
import { configFiles, secretFiles } from "../files.ts";
import { hostOf } from "../host.ts";
import { DATA_FOLDER } from "../mysqlCluster/folders.ts";
import { openSeed } from "../openSeed.ts";
import type { Password } from "../passwords.ts";
import { Service } from "../service.ts";
import { type Exchange, exchange } from "../storageReader/storageReader.ts";
import { placement, type TierArgs } from "../tier.ts";
import { trustSecrets } from "../tlsFiles.ts";
import { DEFINITIONS, definitions } from "./definitions.ts";
import { BACKUP_SCRIPTS } from "./folders.ts";

export interface MysqlBackupArgs extends TierArgs {
  /** undefined: the stack takes no backups at present. */
  readonly plan: BackupPlan | undefined;
  /** The application's database. */
  readonly database: string;
  /** The generation of the key of new backups, from 1. */
  readonly generation: number;
  /** The password of the account `backup`. */
  readonly password: Password;
  readonly authority: Authority;
  /** Whether `pulumi destroy` spares the key that opens the backups, even if none are taken. */
  readonly protect: boolean;
  /** These are healthy before the first backup is taken. */
  readonly after: readonly Service[];
}

/** The volume, and the folder in both containers, of the figures for Prometheus. */
const FIGURES = "backup-figures";
export const FIGURES_FOLDER = "/figures";
/** Where they are for the stack's status alone, if nothing watches the stack. */
const OWN_FIGURES_FOLDER = "/tmp/figures";
/** The folder of the backups. In the image, and therefore in an empty volume, the user 999 owns it. */
export const BACKUP_FOLDER = "/var/lib/mysql-files";

/**
 * Takes backups of the databases: full backups on schedule, and an archive of the binary log between them. The stack
 * has their key whether it takes backups or not: backups outlive the setting, and continue when it comes back.
 */
export class MysqlBackup extends pulumi.ComponentResource {
  /** Empty if no backups are taken. */
  readonly services: readonly Service[];
  /** By which it asks for the files of storages. undefined: it takes no backups of storages. */
  readonly exchange: Exchange | undefined;
  /** The volume of its figures, for the exporter of its machine. undefined: it writes none. */
  readonly figures: Exchange | undefined;

  constructor(name: string, args: MysqlBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlBackup", name, {}, opts);
    const { plan } = args;
    const kept = { parent: this, protect: args.protect || plan !== undefined };
    // Backups keep the key that they were written with, so no former key is removed.
    const [first, ...later] = Array.from({ length: args.generation }, (_, index) =>
      this.#key(generationName(`${name}-key`, index + 1), kept),
    );
    if (first === undefined) throw new Error("generations are numbered from 1");
    const unauthenticatedUntil = this.#unauthenticatedUntil(name, first, args);
    const keys = [first, ...later].map(({ result }) => result);
    this.exchange = plan?.reader && exchange(args, plan.reader, this);
    this.figures = plan?.isWatched ? this.#figures(plan, args) : undefined;
    this.services = plan === undefined ? [] : [this.#service(plan, keys, unauthenticatedUntil, args)];
    this.registerOutputs({});
  }

  /** The key of this version requires a digit. Keys that older versions made stay as they are, and have minNumeric 0. */
  #key(name: string, kept: pulumi.CustomResourceOptions): random.RandomPassword {
    return new random.RandomPassword(
      name,
      { length: 64, special: false, minNumeric: 1 },
      { ...kept, ignoreChanges: ["minNumeric"] },
    );
  }

  /** Another user reads it. Its name does not begin with a container's, because it belongs to two. */
  #figures({ host: hostName, image }: BackupPlan, { identity, hosts }: MysqlBackupArgs): Exchange {
    const host = hostOf(hosts, hostName);
    const own = { parent: this, provider: host.provider };
    const volume = new docker.Volume(FIGURES, { labels: stackLabels(identity) }, { ...own, ignoreChanges: ["labels"] });
    return { volume, path: FIGURES_FOLDER, seed: openSeed(FIGURES, { identity, host, image, volume }, this) };
  }

  /** @param keys of all generations, the present one last */
  #service(
    plan: BackupPlan,
    keys: readonly pulumi.Output<string>[],
    unauthenticatedUntil: pulumi.Output<string>,
    args: MysqlBackupArgs,
  ): Service {
    const place = placement(args, plan);
    const shared = [this.exchange, this.figures].filter((one) => one !== undefined);
    // Retained in any case: backups are also for the time after the stack was removed.
    const volume = new docker.Volume(
      `${plan.name}-data`,
      { name: plan.volume, labels: stackLabels(args.identity), ...folderOf(plan) },
      { parent: this, provider: place.host.provider, retainOnDelete: true, ignoreChanges: ["labels"] },
    );
    return new Service(
      plan.name,
      {
        ...place,
        user: "999:999",
        command: ["bash", `${BACKUP_SCRIPTS}/backup.sh`],
        environment: {
          STACK: `${args.identity.project}/${args.identity.stack}`,
          TIMELINE: plan.timeline,
          MEMBERS: plan.members.join(" "),
          APPLICATION_DATABASE: args.database,
          EVERY_HOURS: String(plan.everyHours),
          KEEP: String(plan.keep),
          ARCHIVE_SECONDS: String(plan.archiveSeconds),
          ENCRYPTED: String(plan.encrypted),
          UNAUTHENTICATED_UNTIL: unauthenticatedUntil,
          // The archive keeps the password in memory, so another one replaces the container.
          PASSWORD_VERSION: args.password.version,
          KEY_GENERATION: String(keys.length),
          ...(plan.reader === undefined ? {} : { STORAGES: storageNames(plan.reader) }),
          METRICS: this.figures === undefined ? OWN_FIGURES_FOLDER : FIGURES_FOLDER,
        },
        files: [
          configFiles(BACKUP_SCRIPTS, backupScripts()),
          secretFiles({
            "backup-password": args.password.value,
            ...keyFiles(keys),
            ...trustSecrets(args.authority),
          }),
        ],
        data: { volume, path: BACKUP_FOLDER },
        ...(shared.length === 0 ? {} : { storage: shared }),
        work: DATA_FOLDER,
        imageVolumes: [DATA_FOLDER],
        scratch: { "/tmp": 16 },
        cpuShares: 256,
        healthcheck: { check: ["bash", `${BACKUP_SCRIPTS}/health.sh`], startPeriod: 120 },
        stopGrace: 30,
        init: true,
        after: args.after,
        liveFilesAfter: args.after,
      },
      { parent: this },
    );
  }

  /**
   * The name of the last backup with this key that may lack authentication: the moment when this version first ran on
   * the stack, or empty if this version made the key itself. It is in the stack's state, because anybody who can write
   * to the folder of the backups could forge it there.
   */
  #unauthenticatedUntil(
    name: string,
    key: random.RandomPassword,
    { plan, after }: MysqlBackupArgs,
  ): pulumi.Output<string> {
    // A stack that takes no backups has none of an older version, because older versions could not switch them off.
    const now = plan && pulumi.all(after.map(({ container }) => container.id)).apply(() => backupName(new Date()));
    // Not protected: `down` would also spare its dependencies, and these are all databases.
    const since = new random.RandomId(
      `${name}-authenticated-since`,
      { byteLength: 4, keepers: { since: now ?? "" } },
      { parent: this, ignoreChanges: ["keepers"] },
    );
    return pulumi
      .all([key.minNumeric, since.keepers])
      .apply(([digits, noted]) => (digits === 0 ? (noted?.["since"] ?? "") : ""));
  }
}

/** The present key is `backup-key`, and a former one has its generation in the name: `backup-key-1`. */
function keyFiles(keys: readonly pulumi.Output<string>[]): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    keys.map((key, index) => [index === keys.length - 1 ? "backup-key" : `backup-key-${index + 1}`, key]),
  );
}

/** A full backup is named after the moment when it was begun: 20261121T120000Z. */
function backupName(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** The names of the storages, as the scripts take them. */
function storageNames({ storages }: StorageReaderPlan): string {
  return storages
    .map(({ name }) => name)
    .sort()
    .join(",");
}

/** A folder of the host is mounted by a volume that binds it. */
function folderOf({ directory }: BackupPlan): Pick<docker.VolumeArgs, "driverOpts"> {
  return directory === undefined ? {} : { driverOpts: { type: "none", o: "bind", device: directory } };
}

/** The scripts that the container runs, by name. */
export function backupScripts(): Record<string, string> {
  const folder = new URL("files/", import.meta.url);
  const own = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);
  return { ...Object.fromEntries(own), [DEFINITIONS]: definitions() };
}
