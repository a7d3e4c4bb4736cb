import { readFileSync } from "node:fs";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { BackupPlan } from "../../topology.ts";
import type { Authority } from "../certificates.ts";
import { configFiles, secretFiles } from "../files.ts";
import { stackLabels } from "../labels.ts";
import { DEFINITIONS, definitions } from "../mysqlCluster/definitions.ts";
import { Service } from "../service.ts";
import { placement, type TierArgs } from "../tier.ts";

export interface MysqlBackupArgs extends TierArgs {
  /** undefined: none are taken, now. */
  readonly plan: BackupPlan | undefined;
  /** The application's database. */
  readonly database: string;
  /** Of the account `backup`. */
  readonly password: pulumi.Output<string>;
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
  /** undefined where no backups are taken. */
  readonly service: Service | undefined;

  constructor(name: string, args: MysqlBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:MysqlBackup", name, {}, opts);
    const { plan } = args;
    const key = new random.RandomPassword(
      `${name}-key`,
      { length: 64, special: false },
      { parent: this, protect: args.protect || plan !== undefined },
    ).result;
    this.service = plan && this.#service(plan, key, args);
    this.registerOutputs({});
  }

  #service(plan: BackupPlan, key: pulumi.Output<string>, args: MysqlBackupArgs): Service {
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
        },
        files: [
          configFiles(BACKUP_SCRIPTS, scripts()),
          secretFiles(1, {
            "backup-password": args.password,
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
}

/** A folder of the host is a volume that binds it: the engine gives it to the user as it does with its own. */
function folderOf({ directory }: BackupPlan): Pick<docker.VolumeArgs, "driverOpts"> {
  return directory === undefined ? {} : { driverOpts: { type: "none", o: "bind", device: directory } };
}

function scripts(): Record<string, string> {
  const own = ["archive.sh", "backup.sh", "full.sh", "health.sh", "list.sh", "members.sh", "own.sql", "request.sh"];
  const shared = ["restore.sh", "retain.sh", "server.sh", "store.sh", "transactions.awk"];
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  return {
    ...Object.fromEntries([...own, ...shared].map((name) => [name, read(`files/${name}`)])),
    "common.sh": read("../mysqlCluster/files/common.sh"),
    [DEFINITIONS]: definitions(),
  };
}
