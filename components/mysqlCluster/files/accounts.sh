#!/usr/bin/env bash
# The accounts of the cluster, each with the fewest privileges that it needs. For node.sh.

# shellcheck source=databases.sh
. "$(dirname "${BASH_SOURCE[0]}")/databases.sh"

# By account: the subnet of its clients, from which alone it can be opened.
declare -A host_of=()
for pair in $ACCOUNT_HOSTS; do host_of[${pair%=*}]=${pair#*=}; done

# The accounts in SQL, each as 'account=subnet'.
separator="', '"
OWN_ACCOUNTS="'${ACCOUNT_HOSTS// /$separator}'"

# mark PASSWORD: prints a public text that tells this password from others: the beginning of its hash, from which nobody
# can derive a long random password. An account's attribute has the mark of the password that was set last.
mark() {
  local hash
  hash=$(printf '%s' "$1" | sha256sum)
  echo "${hash:0:16}"
}

# account NAME GRANTS…: SQL that creates the account or adds missing privileges. Passwords have no characters that need
# quoting.
account() {
  local name=$1 password
  local account="'$name'@'${host_of[$name]}'"
  shift
  password=$(secret "$name-password")
  echo "CREATE USER IF NOT EXISTS $account IDENTIFIED BY '$password' REQUIRE SSL ATTRIBUTE '{\"password\": \"$(mark "$password")\"}';"
  printf "GRANT %s TO $account;\n" "$@"
}

cluster_schema() {
  cat <<SQL
CREATE DATABASE IF NOT EXISTS cluster;
CREATE TABLE IF NOT EXISTS $TERMS_TABLE (
  epoch BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  member VARCHAR(80) NOT NULL,
  reason ENUM ('configured', '$FAILOVER_REASON', 'elected') NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS cluster.acknowledgements (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  member VARCHAR(80) NOT NULL,
  waits ENUM ('never', 'degrade', 'wait', 'group') NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS $DISABLED_EVENTS (
  event_schema VARCHAR(64) NOT NULL,
  event_name VARCHAR(64) NOT NULL,
  PRIMARY KEY (event_schema, event_name)
);
CREATE OR REPLACE SQL SECURITY DEFINER VIEW $UNCLONED_VIEW AS $UNCLONED;
CREATE OR REPLACE SQL SECURITY DEFINER VIEW $PASSWORDS_VIEW AS
  SELECT User AS account, User_attributes->>'$.metadata.password' AS mark,
    JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password') AS takes_former FROM mysql.user
  WHERE CONCAT(User, '=', Host) IN ($OWN_ACCOUNTS) AND User_attributes->'$.metadata.password' IS NOT NULL;
SQL
}

# SQL that records how this primary acknowledges writes from now on. The record precedes the first write, so that a
# replica which has it also has everything that was acknowledged before.
note_acknowledgements() {
  local waits=never
  case "$REPLICATION" in
  semisync) waits=$WITHOUT_REPLICA ;;
  group) waits=group ;;
  esac
  echo "INSERT INTO cluster.acknowledgements (member, waits) VALUES ('$MEMBER', '$waits');"
}

# The account that members use among each other.
member_accounts() {
  account replication "REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM ON *.*" \
    "SELECT ON performance_schema.*" "SELECT ON cluster.*"
}

# Accounts of everything that is not a member: switchover controller, backup, monitoring, application, router. The router
# connects without encryption and without a password, so it can read nothing but the state of replication, and nobody can
# open it but from the network of the routers.
other_accounts() {
  account steward "RELOAD, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION_SLAVE_ADMIN, GROUP_REPLICATION_ADMIN ON *.*" \
    "SELECT ON performance_schema.*" "SELECT, INSERT ON cluster.*"
  account backup "REPLICATION SLAVE, BACKUP_ADMIN ON *.*"
  account monitoring "PROCESS, REPLICATION CLIENT ON *.*" "SELECT ON performance_schema.*"
  account application "$APPLICATION_PRIVILEGES ON \`$APPLICATION_DATABASE\`.*"
  echo "CREATE USER IF NOT EXISTS 'router'@'${host_of[router]}' IDENTIFIED WITH caching_sha2_password BY '' PASSWORD EXPIRE NEVER;"
  local table
  for table in $ROUTER_TABLES; do echo "GRANT SELECT ON performance_schema.$table TO 'router'@'${host_of[router]}';"; done
}

# Just enough for peers to query an empty node. It is not written to the binary log: each node does it for itself, and a
# clone replaces it.
prepare_fresh() {
  unlogged sql < <(cluster_schema; member_accounts)
}

begin_cluster() {
  state "starting: creating the accounts and the database $APPLICATION_DATABASE"
  { echo "SET GLOBAL super_read_only = OFF;"; create_databases; other_accounts; begin_term "$MEMBER" configured; } | sql
}

# complete_accounts: creates, once, the accounts and privileges that the data lacks, because an older version of the
# program wrote it or a stack with other networks: without them the members could not log in to each other. Each node
# does it by itself, without the binary log, for the reason in passwords.sh.
complete_accounts() {
  if [ -n "${complete:-}" ]; then return; fi
  unlogged sql < <(member_accounts; other_accounts) || return
  complete=yes
}

# complete_schema: creates the databases and tables that an older version of the program did not have.
complete_schema() {
  { cluster_schema; create_databases; } | sql
}
