import { ROOT_CLIENT } from "../../components/mysqlCluster/client.ts";

/**
 * Clients in a database's container, as lines for bash with their arguments. Passwords reach them in files that no disk
 * has.
 */

/** An account can be opened from its own network alone, so the client finds the address of the node there. */
const AS_APPLICATION = `account() { printf '[client]\\nuser=application\\npassword=%s\\n' "$(cat /run/secrets/application-password)"; }
addresses=$(awk -v own="$HOSTNAME" '{ for (i = 2; i <= NF; i++) if ($i == own) print $1 }' /etc/hosts)
for address in $addresses; do
  options=(--host="$address" --ssl-mode=VERIFY_CA --ssl-ca=/run/secrets/ca.crt --default-character-set=utf8mb4)
  problem=$(timeout 10 mysql --defaults-extra-file=<(account) "\${options[@]}" --execute='DO 0' 2>&1) || continue
  exec mysql --defaults-extra-file=<(account) "\${options[@]}" "$@"
done
echo "the application's account cannot be opened: $problem" >&2
exit 1`;

/** MySQL's client as the application. */
export function applicationClient(...options: readonly string[]): string[] {
  return ["bash", "-c", AS_APPLICATION, "bash", ...options];
}

/** Reads a dump on standard input. The client carries out no commands in it but `delimiter`. */
export function importing(database: string): string[] {
  return applicationClient("--binary-mode", "--max-allowed-packet=1G", `--database=${database}`);
}

const DUMP = ROOT_CLIENT.replace(/^mysql /, "mysqldump ");

/** Prints a dump of the database as it was at one moment. Writes go on meanwhile. */
export function exporting(database: string): string[] {
  const options =
    "--single-transaction --quick --routines --events --triggers --no-tablespaces --set-gtid-purged=OFF --hex-blob";
  return ["bash", "-c", `exec ${DUMP} ${options} "$1"`, "bash", database];
}
