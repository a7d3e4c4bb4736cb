#!/usr/bin/env bash
# Makes this node the primary or a replica, then ends. Environment: DATABASE_ROLE (primary or replica), SOURCE_HOST
# (replica), APPLICATION_DATABASE. Passwords are files in /run/secrets; they reach clients by file and server by standard
# input, never by argument.
set -euo pipefail

marker=/var/lib/mysql/.provisioning

say() { echo "provision: $*"; }
secret() { cat "/run/secrets/$1"; }
fresh() { [ -e "$marker" ]; }

# Runs the statements from standard input, as root on this node.
sql() {
  mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(secret root-password)") \
    --batch --skip-column-names "$@"
}

ask() { sql <<<"$1"; }

# Asks the source, as the account that replicates.
ask_source() {
  mysql --defaults-extra-file=<(printf '[client]\nuser=replication\npassword=%s\n' "$(secret replication-password)") \
    --host="$SOURCE_HOST" --ssl-mode=REQUIRED --connect-timeout=2 --batch --skip-column-names <<<"$1"
}

# The image initialises with a server that has no network; the real one comes after it.
wait_for_server() {
  until [ "$(ask 'SELECT @@skip_networking' 2>/dev/null)" = 0 ]; do sleep 0.2; done
}

wait_for_source() {
  until [ "$(ask_source 'SELECT @@read_only' 2>/dev/null)" = 0 ]; do sleep 0.5; done
}

create_accounts() {
  sql <<SQL
SET GLOBAL super_read_only = OFF;
CREATE USER 'replication'@'%' IDENTIFIED BY '$(secret replication-password)' REQUIRE SSL;
GRANT REPLICATION SLAVE, BACKUP_ADMIN ON *.* TO 'replication'@'%';
CREATE USER 'health'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT SELECT ON performance_schema.* TO 'health'@'localhost';
CREATE DATABASE \`$APPLICATION_DATABASE\`;
CREATE USER 'application'@'%' IDENTIFIED BY '$(secret application-password)' REQUIRE SSL;
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE TEMPORARY TABLES, LOCK TABLES,
  CREATE VIEW, SHOW VIEW, TRIGGER ON \`$APPLICATION_DATABASE\`.* TO 'application'@'%';
SQL
}

become_primary() {
  if fresh; then
    say "creating the accounts and the database $APPLICATION_DATABASE"
    create_accounts
    rm "$marker"
  fi
  ask 'SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF'
  say "this node is the primary and takes writes"
}

# Takes all data from the source. MySQL ends when it is done, and the engine starts the container again.
clone() {
  say "cloning $SOURCE_HOST"
  wait_for_source
  echo cloned >"$marker"
  sql <<SQL || true
SET GLOBAL clone_valid_donor_list = '$SOURCE_HOST:3306';
CLONE INSTANCE FROM 'replication'@'$SOURCE_HOST':3306 IDENTIFIED BY '$(secret replication-password)' REQUIRE SSL;
SQL
  ask SHUTDOWN 2>/dev/null || true
}

follow() {
  say "following $SOURCE_HOST"
  sql <<SQL
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$SOURCE_HOST', SOURCE_USER = 'replication',
  SOURCE_PASSWORD = '$(secret replication-password)', SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1,
  SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 0;
START REPLICA;
SQL
}

become_replica() {
  if fresh; then
    case "$(cat "$marker")" in
    cloned)
      if [ "$(ask "SELECT STATE FROM performance_schema.clone_status")" != Completed ]; then
        say "the clone did not complete; starting again"
        echo initialising >"$marker"
        ask SHUTDOWN
        return
      fi
      follow
      rm "$marker"
      ;;
    *)
      clone
      return
      ;;
    esac
  fi
  ask 'SET GLOBAL super_read_only = ON'
  say "this node is a replica of $SOURCE_HOST"
}

wait_for_server
become_"$DATABASE_ROLE"
