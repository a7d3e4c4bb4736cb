import { createHash } from "node:crypto";
import { fixedBackupServer } from "../config/backupServer.ts";
import { areSeveral } from "../config/endpoints.ts";
import type { Config } from "../config/schema.ts";
import type { BackupPlan, ClusterPlan, StorageReaderPlan } from "./databasePlan.ts";
import { attachments } from "./links.ts";
import { planStorages } from "./program.ts";
import { SIZES } from "./sizes.ts";

const NAME = "mysql-backup";
const READER = "storage-reader";

/** The backups are on the server of a replica, so that the loss of the primary's server does not include them. */
export function planBackups(config: Config, cluster: ClusterPlan): BackupPlan | undefined {
  const { project, stack, mysql, images } = config;
  if (mysql.backup === undefined) return undefined;
  const { databases } = cluster;
  const { directory, server, ...settings } = mysql.backup;
  const chosen = areSeveral(config.hosts) ? fixedBackupServer(config) : server;
  const beside =
    databases.find(({ host }) => host === chosen) ?? databases.find(({ role }) => role === "other") ?? databases[0];
  if (beside === undefined) throw new Error("the plan has no database");
  return {
    name: NAME,
    host: beside.host,
    image: images.mysql,
    attachments: attachments(NAME, "replication"),
    ...SIZES.backup,
    members: databases.map(({ member }) => member),
    timeline: mysql.restored ?? "first",
    ...settings,
    // A volume cannot move, so another folder gets another volume.
    volume: [project, stack, "backups", ...(directory === undefined ? [] : [shortHash(directory)])].join("-"),
    directory,
    reader: planReader(config, beside.host),
    isWatched: config.monitoring.enabled && config.monitoring.machines,
  };
}

/** The storages are read where the backups are. On several machines their volumes share a folder. */
function planReader(config: Config, host: string): StorageReaderPlan | undefined {
  const storages = planStorages(config);
  if (storages.length === 0) return undefined;
  return { name: READER, host, image: config.images.router, attachments: [], ...SIZES.reader, storages };
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
