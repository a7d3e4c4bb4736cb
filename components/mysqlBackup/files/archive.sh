#!/usr/bin/env bash
# Archives the binary log continuously: this container's own server receives it as a replica does, from any member, and
# whole transactions by their GTIDs, whichever member has them. It never applies them: its relay log is the archive, filed
# every ARCHIVE_SECONDS.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=../../mysqlCluster/files/common.sh
. "$scripts/common.sh"
. "$scripts/store.sh"
. "$scripts/server.sh"
. "$scripts/members.sh"

# The run that is gone on with, the member that is followed, and what has been filed.
run='' source='' after=''

ask() { own archive <<<"$1"; }

# union GTIDS GTIDS
union() { ask "SELECT REPLACE(GTID_SUBTRACT('$1,$2', ''), '\n', '')"; }

is_subset() { [ "$(ask "SELECT GTID_SUBSET('$1', '$2')")" = 1 ]; }

# status FIELD…: of receiving, each in a line.
status() {
  mysql --no-defaults --user=keeper --socket=/tmp/archive.sock --batch <<<"SHOW REPLICA STATUS" |
    awk -F '\t' -v wanted="$*" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; count = split(wanted, names, " ") }
      NR == 2 { for (i = 1; i <= count; i++) { gsub(/\\n/, "", $column[names[i]]); print $column[names[i]] } }'
}

# A gap cannot be mended; a new full backup begins a new run.
break_run() {
  echo "$1" >"$target/archive/$run/broken"
  state archive "failed: $1; a new full backup is taken"
  run=
  echo archive >/tmp/full.requests
}

# begin_run RUN: where it was left, or at its full backup.
begin_run() {
  local reach=$target/archive/$1/reach.json
  mkdir -p "$target/archive/$1" || return
  if [ -e "$reach" ]; then after=$(field "$reach" after); else after=$(field "$target/full/$1/manifest.json" gtids); fi
  run=$1 source=
}

# follow MEMBER: from what has been filed on.
follow() {
  own archive <<SQL
STOP REPLICA;
RESET REPLICA ALL;
RESET BINARY LOGS AND GTIDS;
SET GLOBAL gtid_purged = '$after';
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$1', SOURCE_SSL = 1, SOURCE_SSL_CA = '/run/secrets/ca.crt',
  SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 2;
START REPLICA IO_THREAD USER = 'backup' PASSWORD = '$(secret backup-password)';
SQL
  source=$1 base=$after
}

# file_piece FILE AFTER: a closed relay log and the transactions that are archived with it.
file_piece() {
  local folder=$target/archive/$run piece number
  local count first last
  read -r count first last < <(LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk 'NR == 1 { first = last = $1 } $1 > last { last = $1 } END { printf "%d %d %d\n", NR, first, last }') || return
  number=$(find "$folder" -name '[0-9]*.json' -printf '%f\n' | sort | tail -n 1)
  number=$(printf '%08d' $((10#$(basename "${number:-0}" .json) + 1)))
  piece=$folder/$number
  seal <"$1" >"$folder/.draft" || return
  printf '{"number":%d,"transactions":%d,"first":%d,"last":%d,"before":"%s","after":"%s","encrypted":%s,"bytes":%d,"dataBytes":%d,"sha256":"%s"}\n' \
    "$((10#$number))" "$count" "$first" "$last" "$after" "$2" "$ENCRYPTED" "$(stat -c %s "$folder/.draft")" "$(stat -c %s "$1")" \
    "$(checksum "$folder/.draft")" >"$folder/.draft.json" || return
  sync "$folder/.draft" "$folder/.draft.json"
  mv "$folder/.draft" "$piece.data" && mv "$folder/.draft.json" "$piece.json"
}

# file_relay_logs: all that are closed.
file_relay_logs() {
  local -a logs
  local index next set
  ask "FLUSH RELAY LOGS" || return
  mapfile -t logs < <(find "$work/relay" -name 'relay.[0-9]*' | sort)
  for ((index = 0; index + 1 < ${#logs[@]}; index++)); do
    next=$(basename "${logs[index + 1]}")
    set=$(ask "SHOW RELAYLOG EVENTS IN '$next' LIMIT 2" | awk -F '\t' '$3 == "Previous_gtids" { gsub(/\\n/, "", $6); print $6 }')
    set=$(union "$base" "$set") || return
    if [ "$set" != "$after" ]; then
      file_piece "${logs[index]}" "$set" || return
      after=$set
    fi
    rm "${logs[index]}"
  done
}

note_reach() {
  local reach=$target/archive/$run/reach.json
  printf '{"run":"%s","reach":"%s","after":"%s"}\n' "$run" "$1" "$after" >"$reach.draft" && sync "$reach.draft" && mv "$reach.draft" "$reach"
}

# Whether the binary log is received; where it is not, from whom it could be.
is_received() {
  local running error text
  { read -r running; read -r error; read -r text; } < <(status Replica_IO_Running Last_IO_Errno Last_IO_Error)
  if [ -n "$source" ] && [ "$running" = Yes ]; then return; fi
  case ${error:-0} in
  1236 | 13114)
    break_run "$source no longer has the binary log since the last that was archived"
    return 1
    ;;
  esac
  local member
  for member in "${others[@]}" "$primary"; do
    if [ "$member" != "$source" ] || [ ${#others[@]} = 0 ]; then
      state archive "receiving from $member${text:+, because $source does not answer: $text}"
      follow "$member"
      return
    fi
  done
}

# One round: all that the primary had at its beginning is filed at its end.
tick() {
  local newest wanted began
  newest=$(newest_full)
  if [ -z "$newest" ]; then
    state archive "waiting for the first full backup"
    return
  fi
  wanted=$(field "$target/full/$newest/manifest.json" run)
  if [ -e "$target/archive/$wanted/broken" ]; then
    state archive "waiting for a new full backup, because $(cat "$target/archive/$wanted/broken")"
    return
  fi
  if [ "$wanted" != "$run" ]; then begin_run "$wanted" || return; fi
  began=$(now)
  look_at_members
  if [ -z "$primary" ]; then
    state archive "failed: no database takes writes"
    return
  fi
  if [ -z "$source" ] && ! is_subset "$after" "$head"; then
    break_run "$primary lacks transactions that are archived"
    return
  fi
  is_received || return
  local try received
  for ((try = 0; try < 50; try++)); do
    read -r received < <(status Retrieved_Gtid_Set)
    if is_subset "$head" "$base,$received"; then
      file_relay_logs 2>/tmp/archive.problem || {
        state archive "failed: $(tail -n 1 /tmp/archive.problem)"
        return
      }
      note_reach "$began" && state archive "archiving from $source"
      return
    fi
    sleep 0.2
  done
  file_relay_logs
  state archive "failed: $source is behind $primary"
}

while :; do
  pause=$ARCHIVE_SECONDS
  tick
  case $(cat /tmp/state/archive) in failed*) pause=$((pause < 10 ? pause : 10)) ;; esac
  [ -z "${request:-}" ] || { cat /tmp/state/archive >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request"; }
  request=
  read -r -t "$pause" request <>/tmp/archive.requests
done
