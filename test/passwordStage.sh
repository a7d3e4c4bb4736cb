#!/usr/bin/env bash
# Runs MySQL and passwords.sh in one container while the password files change, and prints a line for each check.
set -euo pipefail
: "${MEMBER:?}"

state() { echo "state: $*"; }
server=(--no-defaults --datadir=/data/mysql --socket=/data/mysqld.sock --pid-file=/data/mysqld.pid --mysqlx=OFF --skip-networking
  --plugin-load-add=auth_socket.so --log-bin=binlog --gtid-mode=ON --enforce-gtid-consistency=ON --performance-schema=OFF)
mysqld "${server[@]}" --initialize-insecure 2>/dev/null
mysqld "${server[@]}" 2>/dev/null &
trap 'kill %1; wait' EXIT
client() { command mysql --no-defaults --socket=/data/mysqld.sock --batch --skip-column-names "$@"; }
until client --user=root <<<"DO 0" 2>/dev/null; do sleep 0.1; done

# The functions of node.sh and common.sh, for a server at another socket.
mysql() { client "$@"; }
timeout() { "${@:2}"; }
secret() { cat "/run/secrets/$1"; }
as() { MYSQL_PWD=$2 client --user="$1"; }
sql() { as root "$(secret root-password)"; }
ask() { sql <<<"$1"; }
sql_at() { as "$2" "$(secret "$2-password")"; }
file() { printf '%s' "$2" >"/run/secrets/$1-password"; }
opens() { if as "$1" "$2" <<<"DO 0" 2>/dev/null; then echo "$1 $2: opens"; else echo "$1 $2: does not open"; fi; }
transactions() { as root "$1" <<<"SELECT @@global.gtid_executed" | sed 's/.*://'; }
PASSWORDS_VIEW=cluster.passwords ARBITER=false SOURCE="'there'" GROUP_STATE="'NONE'"
ACCOUNT_HOSTS='application=% router=% replication=% steward=% backup=% monitoring=%'
# shellcheck source=../components/mysqlCluster/files/accounts.sh
. /scripts/accounts.sh
# shellcheck source=../components/mysqlCluster/files/passwords.sh
. /scripts/passwords.sh
accepts() { if as "$1" "$2" <<<"DO 0" 2>/dev/null; then echo yes; else echo no; fi; }
look() { accounts=$(ask "SELECT $ACCOUNT_STATES" 2>/dev/null); }
keep() { if look; then keep_accounts; fi; }
# Of accounts that are as they should be, each round looks at one.
rounds() { for _ in 1 2 3 4 5 6 7; do if keep_root; then keep; fi; done; }

for account in root "${!host_of[@]}"; do file "$account" first; done
{
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY 'first';"
  for account in "${!host_of[@]}"; do
    echo "CREATE USER '$account'@'%' IDENTIFIED BY 'first' ATTRIBUTE '{\"password\": \"$(mark first)\"}';"
  done
  echo "CREATE DATABASE cluster;"
} | client --user=root
# A primary of an older version has no view, and would log the change.
file application second
rounds
opens application second
file application first
as root first <<<"CREATE VIEW $PASSWORDS_VIEW AS SELECT 1"
before=$(transactions first)
rounds
echo "nothing changed: $before $(transactions first)"

# The file is read while it is written.
file application ''
keep
file application sec
keep
file application second
keep
opens application first
opens application second
keep
opens application first
opens application second
rounds
opens application first

# A restarted script does not set the password again, which would drop the one before.
restart() { taken=() read_before=() seen_as=(); }
restart
rounds
opens application first
opens application second

# A person has set another password, while the rotation goes on.
as root first <<<"ALTER USER 'application'@'%' IDENTIFIED BY 'by-hand'"
rounds
opens application by-hand
opens application first
opens application second
# And has done so while the script did not run, after the rotation.
as root first <<<"ALTER USER 'application'@'%' DISCARD OLD PASSWORD; ALTER USER 'backup'@'%' IDENTIFIED BY 'by-hand'"
restart
rounds
opens application first
opens backup by-hand
opens backup first
# An account that nobody can open is left alone.
as root first <<<"ALTER USER 'backup'@'%' IDENTIFIED BY 'by-hand' ACCOUNT LOCK"
rounds

# The node is read-only, and its data has another password for root.
ask "SET GLOBAL super_read_only = ON"
before=$(transactions first)
file root third
file application third
restart
rounds
opens root first
opens root third
opens application third
echo "closed: $(ask "SELECT @@global.super_read_only"), logged: $(($(transactions third | sed 's/.*-//') - ${before#*-}))"

# The statement that closes the node again fails, and so do those of the next rounds.
broken=yes
sql() {
  local statements
  statements=$(cat)
  if [[ -n $broken && $statements == *"@@global.read_only" ]]; then return 1; fi
  as root "$(secret root-password)" <<<"$statements"
}
unlogged sql <<<"DO 0"
lock_again
echo "left open: $(ask "SELECT @@global.super_read_only")"
broken=''
lock_again
echo "closed again: $(ask "SELECT @@global.super_read_only")"

# A person has changed root's password, and node.sh finds that it can no longer log in.
as root third <<<"SET GLOBAL super_read_only = OFF; ALTER USER 'root'@'localhost' IDENTIFIED BY 'by-hand'"
unset 'taken[root]'
rounds
opens root third
