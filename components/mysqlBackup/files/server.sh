#!/usr/bin/env bash
# MySQL servers that belong to this container. They have no network and no binary log. Each has a name, and a local
# admin: the account local_admin, which only this user can open, by the socket.

: "${work:?}" "${scripts:?}"

# begin_server NAME FOLDER [OPTION…]: starts a server and returns when it answers; fails if it ends instead.
begin_server() {
  local name=$1 folder=$2
  shift 2
  mkdir -p "$work/.tmp"
  mysqld --no-defaults --datadir="$folder" --socket="/tmp/$name.sock" --pid-file="/tmp/$name.pid" \
    --tmpdir="$work/.tmp" --secure-file-priv=NULL --skip-networking --mysqlx=OFF --skip-log-bin --gtid-mode=ON \
    --enforce-gtid-consistency=ON --skip-replica-start --relay-log-recovery=OFF --performance-schema=OFF \
    --innodb-redo-log-capacity=64M --plugin-load-add=auth_socket.so --init-file="$scripts/localAdmin.sql" \
    "$@" >"/tmp/$name.log" 2>&1 &
  local server=$!
  until own "$name" <<<"DO 0" 2>/dev/null; do
    if ! kill -0 "$server" 2>/dev/null; then
      grep -F '[ERROR]' "/tmp/$name.log" | tail -n 5 >&2
      return 1
    fi
    sleep 0.2
  done
}

# own NAME [OPTION…]: runs the statements of standard input on that server. The client executes no commands in them.
own() {
  local name=$1
  shift
  mysql --no-defaults --user=local_admin --socket="/tmp/$name.sock" --binary-mode --batch --skip-column-names "$@"
}

end_server() {
  local server
  server=$(cat "/tmp/$1.pid" 2>/dev/null) || return 0
  kill "$server" 2>/dev/null || return 0
  while kill -0 "$server" 2>/dev/null; do sleep 0.2; done
}

# The application's and the cluster's tables, and their names as `schema`.`table`. Those of further databases are counted
# under their full names.
OWN_TABLES="FROM information_schema.tables WHERE table_schema NOT IN $SYSTEM_DATABASES AND table_type = 'BASE TABLE'"
QUOTED="CONCAT('\`', table_schema, '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\`')"

# check_tables NAME: fails if one of them is damaged, and prints which.
check_tables() {
  local damaged
  damaged=$(own "$1" --raw <<<"SELECT CONCAT('CHECK TABLE ', $QUOTED, ';') $OWN_TABLES" | own "$1" |
    awk -F '\t' '$3 == "error" || ($3 == "status" && $4 != "OK") { print $1 ": " $4 }') || return
  [ -z "$damaged" ] && return
  echo "damaged: $damaged" >&2
  return 1
}

# count_rows NAME: prints the number of rows of each of the application's tables, as a JSON object.
count_rows() {
  own "$1" --raw <<SQL | own "$1" --raw
SET SESSION group_concat_max_len = 4294967295;
SELECT CONCAT('SELECT JSON_OBJECT(', COALESCE(GROUP_CONCAT(QUOTE(IF(table_schema = '$APPLICATION_DATABASE', table_name,
  CONCAT(table_schema, '.', table_name))), ', (SELECT COUNT(*) FROM ', $QUOTED, ')'), ''), ')')
  $OWN_TABLES AND table_schema <> 'cluster';
SQL
}
