import { readdirSync, readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { stackLabels } from "../../engine/labels.ts";
import type { BackupPlan } from "../../topology/plan.ts";
import type { Authority } from "../certificates.ts";
import { configFiles, secretFiles } from "../files.ts";
import { DEFINITIONS, definitions } from "../mysqlCluster/definitions.ts";
import type { Password } from "../passwords.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";

export interface MysqlBackupArgs extends TierArgs {
  /** undefined: none are taken, now. */
  readonly plan: BackupPlan | undefined;
  /** The application's database. */
  readonly database: string;
  /** Of the account `backup`. */
  readonly password: Password;
  readonly authority: Authority;
  /** Whether `pulumi destroy` spares the key that opens the backups, also where none are taken. */
  readonly protect: boolean;
  /** Healthy before the first backup is taken. */
  readonly after: readonly Service[];
}

/** Where its scripts are. */
export const BACKUP_SCRIPTS = "/etc/backup";
/** Where the backups are; in the image, and so in an empty volume, it belongs to the user. */
export const BACKUP_FOLDER = "/var/lib/mysql-files";

/**
 * Takes backups of the databases and keeps them: full ones on schedule, and the binary log between them. Their key is the
 * stack's, whether backups are taken or not: those that were taken outlive the setting, and are gone on with when it is back.
 */
export class MysqlBackup extends pulumi.ComponentResource {
  /** None where no backups are taken. */
  readonly services: readonly Service[];

  constructor(name: string, args: MysqlBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlBackup", name, {}, opts);
    const { plan } = args;
    const kept = { parent: this, protect: args.protect || plan !== undefined };
    // A key in which a digit is asked for: those that older versions of the program made, and that stay, say 0.
    const key = new random.RandomPassword(
      `${name}-key`,
      { length: 64, special: false, minNumeric: 1 },
      { ...kept, ignoreChanges: ["minNumeric"] },
    );
    const unauthenticatedUntil = this.#unauthenticatedUntil(name, key, args);
    this.services = plan === undefined ? [] : [this.#service(plan, key.result, unauthenticatedUntil, args)];
    this.registerOutputs({});
  }

  #service(
    plan: BackupPlan,
    key: pulumi.Output<string>,
    unauthenticatedUntil: pulumi.Output<string>,
    args: MysqlBackupArgs,
  ): Service {
    const place = placement(args, plan);
    // Retained whatever else is: what backups are for includes the stack's removal.
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
          // The archive has it in memory.
          PASSWORD_VERSION: args.password.version,
        },
        files: [
          configFiles(BACKUP_SCRIPTS, backupScripts()),
          secretFiles({
            "backup-password": args.password.value,
            "backup-key": key,
            "ca.crt": args.authority.certificate,
          }),
        ],
        data: { volume, path: BACKUP_FOLDER },
        scratch: { "/tmp": 16 },
        cpuShares: 256,
        healthcheck: { tests: ["CMD", "bash", `${BACKUP_SCRIPTS}/health.sh`], startPeriod: 120 },
        stopGrace: 30,
        init: true,
        after: args.after,
      },
      { parent: this },
    );
  }

  /**
   * Until when backups with this key may have been taken that are not authenticated, in the form of their names: when this
   * program first came to the stack; empty where it made the key itself. The stack's state notes it, because who can write
   * to the folder of the backups could say there what he likes.
   */
  #unauthenticatedUntil(
    name: string,
    key: random.RandomPassword,
    { plan, after }: MysqlBackupArgs,
  ): pulumi.Output<string> {
    // A stack that takes none has none of an older version: those could not be switched off.
    const now = plan && pulumi.all(after.map(({ container }) => container.id)).apply(() => backupName(new Date()));
    // Not protected: `down` would spare what it depends on, too, and that is every database.
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

/** A full backup is named by when it was begun: 20261121T120000Z. */
function backupName(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** A folder of the host is a volume that binds it: the engine gives it to the user as it does with its own. */
function folderOf({ directory }: BackupPlan): Pick<docker.VolumeArgs, "driverOpts"> {
  return directory === undefined ? {} : { driverOpts: { type: "none", o: "bind", device: directory } };
}

/** The scripts that the container runs, by name. */
export function backupScripts(): Record<string, string> {
  const folder = new URL("files/", import.meta.url);
  const own = Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  );
  const shared = new URL("../mysqlCluster/files/common.sh", import.meta.url);
  return { ...own, "common.sh": readFileSync(shared, "utf8"), [DEFINITIONS]: definitions() };
}
