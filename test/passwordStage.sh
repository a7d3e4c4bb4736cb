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
ACCOUNT_HOSTS='application=% router=% replication=% steward=% backup=% monitoring=%'
# shellcheck source=../components/mysqlCluster/files/accounts.sh
. /scripts/accounts.sh
# shellcheck source=../components/mysqlCluster/files/passwords.sh
. /scripts/passwords.sh
rounds() { for _ in 1 2; do if keep_root; then keep_accounts; fi; done; }

for account in root "${!host_of[@]}"; do file "$account" first; done
{
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY 'first';"
  for account in "${!host_of[@]}"; do
    echo "CREATE USER '$account'@'%' IDENTIFIED BY 'first' ATTRIBUTE '{\"password\": \"$(mark first)\"}';"
  done
} | client --user=root
before=$(transactions first)
rounds
echo "nothing changed: $before $(transactions first)"

# The file is read while it is written.
file application ''
keep_accounts
file application sec
keep_accounts
file application second
keep_accounts
opens application first
opens application second
keep_accounts
opens application first
opens application second
rounds
opens application first

# A restarted script does not set the password again, which would drop the one before.
taken=() read_before=()
rounds
opens application first
opens application second

# The node is read-only, and its data has another password for root.
ask "SET GLOBAL super_read_only = ON"
before=$(transactions first)
file root third
taken=() read_before=()
rounds
opens root first
opens root third
echo "closed: $(ask "SELECT @@global.super_read_only"), logged: $(($(transactions third | sed 's/.*-//') - ${before#*-}))"
