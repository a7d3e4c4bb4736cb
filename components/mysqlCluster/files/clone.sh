#!/usr/bin/env bash
# Clones: a node replaces all of its data with that of another one. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

# choose_donor: prints the member to clone: the primary, unless another member has applied everything that it has, and
# more.
choose_donor() {
  local peer applied donor='' most=''
  for peer in "$promoted" $PEERS; do
    [ "${holds[$peer]:-0}" != 0 ] || continue
    applied=$(ask_peer "$peer" "SELECT REPLACE(@@global.gtid_executed, '\n', '')" 2>/dev/null)
    if [ -z "$donor" ] ||
      [ "$(ask "SELECT GTID_SUBSET('$most', '$applied') AND NOT GTID_SUBSET('$applied', '$most')")" = 1 ]; then
      donor=$peer most=$applied
    fi
  done
  echo "$donor"
}

# When the last clone began; - where there was none.
LAST_CLONE="COALESCE((SELECT REPLACE(BEGIN_TIME, ' ', 'T') FROM performance_schema.clone_status), '-')"

# clone MEMBER: replaces all data with that of another node. MySQL ends when the clone is complete, and the engine
# starts the container again. The marker records what an interruption leaves in the data folder, and when the previous
# clone began.
clone() {
  local before doing="cloning over data" earlier answer reporter
  is_clonable "$1" || return
  before=$(cat "$MARKER" 2>/dev/null)
  earlier=$(ask "SELECT $LAST_CLONE") || return
  state "cloning: all data from $1"
  if [ -n "$before" ]; then doing=cloning; fi
  printf '%s\n' "$doing" "$earlier" >"$MARKER"
  report_clone "$1" &
  reporter=$!
  answer=$(
    sql 0 2>&1 <<SQL
SET GLOBAL clone_valid_donor_list = '$1:3306';
SET GLOBAL super_read_only = OFF;
CLONE INSTANCE FROM 'replication'@'$1':3306 IDENTIFIED BY '$(secret replication-password)' REQUIRE SSL;
SQL
  )
  kill "$reporter" && wait "$reporter" 2>/dev/null
  case "$answer" in
  *"ERROR 3862"*)
    # The donor serves one clone at a time, and refused this one before any data changed.
    state "starting: $1 cannot be cloned now: $answer"
    if [ -n "$before" ]; then echo "$before" >"$MARKER"; else rm "$MARKER"; fi
    ;;
  *)
    # Error 3707: the clone is complete, and MySQL ends, because nothing in the container restarts it.
    echo "$answer"
    end_server
    ;;
  esac
}

# is_clonable MEMBER: whether a clone of the member has all rows of all tables. A primary of an older version cannot say.
is_clonable() {
  local lacking
  lacking=$(ask_peer "$1" "SELECT $LACKING FROM $UNCLONED_VIEW" 2>/dev/null)
  if [ -z "$lacking" ] || [ "$lacking" = - ]; then return; fi
  state "refused: a clone of $1 would lack the rows of $lacking; on the primary: ALTER TABLE … ENGINE = InnoDB"
  return 1
}

# Tables that a clone has without their rows, as a text, or -.
LACKING="COALESCE(GROUP_CONCAT(table_schema, '.', table_name, ' (', engine, ')' SEPARATOR ', '), '-')"

# How far a clone is: bytes copied and to copy. MySQL estimates the latter when it has begun.
CLONED="SELECT COALESCE(CONCAT(FORMAT_BYTES(SUM(DATA)), ' of ', FORMAT_BYTES(SUM(ESTIMATE)), ', ',
    FLOOR(100 * SUM(DATA) / NULLIF(SUM(ESTIMATE), 0)), ' %'), 'nothing yet')
  FROM performance_schema.clone_progress WHERE STAGE IN ('FILE COPY', 'PAGE COPY', 'REDO COPY')
    AND BEGIN_TIME IS NOT NULL"

# report_clone MEMBER: says how far the clone is, until it is killed.
report_clone() {
  local far
  while sleep 2; do
    if far=$(ask "$CLONED" 2>/dev/null) && [ -n "$far" ]; then progress "cloning: all data from $1: $far"; fi
  done
}

# finish_clone: continues after the restart. MySQL records the outcome of a clone. If the clone never began, because the
# server was stopped, the data is unchanged.
finish_clone() {
  local doing earlier became dropped began lacking
  { read -r doing; read -r earlier; } <"$MARKER"
  read -r became dropped began < <(ask "SELECT COALESCE((SELECT STATE FROM performance_schema.clone_status), 'None'),
    (SELECT COUNT(*) FROM performance_schema.clone_progress WHERE STAGE = 'DROP DATA' AND STATE <> 'Not Started'), $LAST_CLONE") || return
  # The record is that of the previous clone.
  if [ "$began" = "$earlier" ]; then became=None dropped=0; fi
  if [ "$became" = Completed ]; then
    # The clone contains the donor's source.
    stop_replica || return
    lacking=$(ask "SELECT $LACKING FROM ($UNCLONED) AS tables_without_rows")
    [ "$lacking" = - ] || echo "node: warning: the clone lacks the rows of $lacking, which no clone has"
    touch "$DATA_LOST"
    rm "$MARKER"
  elif [ "$doing $dropped" = "cloning over data 0" ]; then
    state "starting: the clone did not begin; the data is unchanged"
    rm "$MARKER"
  else
    state "cloning: the clone is incomplete; starting again"
    echo initialising >"$MARKER"
    end_server
  fi
}

end_server() {
  ask SHUTDOWN 2>/dev/null || true
  sleep 60
}
