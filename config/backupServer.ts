import { serversWith } from "./routes.ts";
import type { Settings } from "./schema.ts";

/** On several machines the backups stay on one server's, whichever database is primary. */
export function fixedBackupServer({ servers, mysql }: Pick<Settings, "servers" | "mysql">): string | undefined {
  const [first, second] = serversWith(servers, "db");
  return mysql.backup?.server ?? (second ?? first)?.name;
}
