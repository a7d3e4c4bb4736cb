#!/usr/bin/env bash
# The application's databases, whose list may change while the node runs. For node.sh.

# host_of is from accounts.sh.
# shellcheck disable=SC2154

APPLICATION_PRIVILEGES="SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE TEMPORARY TABLES,
  LOCK TABLES, CREATE VIEW, SHOW VIEW, TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, EVENT"

# SQL that creates the databases of the list that was read last. Names have no characters that need quoting.
create_databases() {
  local database
  for database in $APPLICATION_DATABASE ${settled:-}; do echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; done
}

# settle_databases: gives the application its privileges on its databases, and takes those on others, whose data stays.
# Each node does it by itself, for the reason in passwords.sh.
settle_databases() {
  local wanted database account="'application'@'${host_of[application]}'" all former quotes="','"
  wanted=$(cat /etc/mysql/desired/databases 2>/dev/null)
  # The file changes while this script runs: a new list counts at the second look, because it may be half-written.
  if [ "$wanted" != "${listed:-}" ]; then
    listed=$wanted
    return
  fi
  if [ -z "$wanted" ] || [ "$wanted" = "${settled:-}" ]; then return; fi
  all="'${wanted//$'\n'/$quotes}'"
  former=$(ask "SELECT Db FROM mysql.db WHERE CONCAT(User, '=', Host) = 'application=${host_of[application]}'
    AND Db NOT IN ($all)") || return
  {
    for database in $wanted; do echo "GRANT $APPLICATION_PRIVILEGES ON \`$database\`.* TO $account;"; done
    for database in $former; do echo "REVOKE ALL ON \`$database\`.* FROM $account;"; done
  } | unlogged sql || return
  for database in $former; do
    echo "node: the application has no access to the database $database any more, and its data is kept"
  done
  settled=$wanted
}

# lead_databases: the work of a node that takes writes: it creates the databases, and runs their events. With semisync
# that waits for a replica, so it happens beside this script.
lead_databases() {
  if [ "${settled:-}" != "${created:-}" ]; then
    created=$settled
    create_databases | sql 0 &
  fi
  run_events
}
