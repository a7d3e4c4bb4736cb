import { createHash } from "node:crypto";
import type { AgentSettings } from "../settings.ts";
import { DISABLED_EVENTS, FAILOVER_REASON, PASSWORDS_VIEW, TERMS_TABLE, UNCLONED, UNCLONED_VIEW } from "../sql.ts";
import { ownAccounts } from "./accountSql.ts";

type Settings = Pick<AgentSettings, "accountHosts">;

/** The version of the schema that the data has. The statement fails if they have none. */
export const VERSION_THERE = "SELECT version FROM cluster.version";

/** Tells schemas apart: the hash of the statements that create them. */
export function schemaVersion(settings: Settings): string {
  return createHash("sha256").update(parts(settings).join("\n")).digest("hex").slice(0, 16);
}

/** Statements that create the databases and tables by which the members know each other, and last their version. */
export function clusterSchema(settings: Settings): string[] {
  return [
    ...parts(settings),
    `CREATE OR REPLACE SQL SECURITY DEFINER VIEW cluster.version AS SELECT '${schemaVersion(settings)}' AS version`,
  ];
}

function parts({ accountHosts }: Settings): string[] {
  return [
    "CREATE DATABASE IF NOT EXISTS cluster",
    `CREATE TABLE IF NOT EXISTS ${TERMS_TABLE} (
  epoch BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  member VARCHAR(80) NOT NULL,
  reason ENUM ('configured', '${FAILOVER_REASON}', 'elected') NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)`,
    `CREATE TABLE IF NOT EXISTS cluster.acknowledgements (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member VARCHAR(80) NOT NULL,
  waits ENUM ('never', 'degrade', 'wait', 'group') NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)`,
    `CREATE TABLE IF NOT EXISTS ${DISABLED_EVENTS} (
  event_schema VARCHAR(64) NOT NULL,
  event_name VARCHAR(64) NOT NULL,
  PRIMARY KEY (event_schema, event_name)
)`,
    `CREATE OR REPLACE SQL SECURITY DEFINER VIEW ${UNCLONED_VIEW} AS ${UNCLONED}`,
    `CREATE OR REPLACE SQL SECURITY DEFINER VIEW ${PASSWORDS_VIEW} AS
  SELECT User AS account, User_attributes->>'$.metadata.password' AS mark,
    JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password') AS takes_former FROM mysql.user
  WHERE CONCAT(User, '=', Host) IN (${ownAccounts(accountHosts)}) AND User_attributes->'$.metadata.password' IS NOT NULL`,
  ];
}
