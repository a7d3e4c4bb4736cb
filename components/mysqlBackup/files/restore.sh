#!/usr/bin/env bash
# restore.sh NAME PRIMARY UNTIL: makes the data folder of PRIMARY as it was, from the full backup NAME and the archive that
# follows it: up to the first transaction that was committed later than UNTIL (microseconds since 1970), or all (end), or
# nothing of it (backup). It replays the archive as a replica does. Says what it does, and at the end what there is, as a
# JSON object: `last` is when the last transaction of the archive was committed (0: none was replayed).
set -euo pipefail

scripts=$(dirname "$0")
. "$scripts/store.sh"
. "$scripts/server.sh"

name=$1 primary=$2 until=$3
backup=$target/full/$name
replay=$work/.replay
channel=archive

say() { echo "$1" >&2; }
fail() {
  say "error: $1"
  exit 1
}

# whole FILE MANIFEST
whole() { [ "$(checksum "$1")" = "$(field "$2" sha256)" ] || fail "$1 is damaged: its checksum is another"; }

# Megabytes that are free for the new copy.
enough_space() {
  local needed free
  needed=$(cat "$@" | sed -E 's/.*"dataBytes":([0-9]+).*/\1/' | awk '{ sum += $1 } END { printf "%d", sum * 1.1 / 1048576 + 256 }')
  free=$(df --output=avail --block-size=1M "$work" | tail -n 1)
  ((free >= needed)) || fail "the restored data need $needed MB, and there are $free MB free for volumes"
}

# end_in FILE: where the first transaction that is too late begins, and when the last before it was committed.
end_in() {
  LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk -v until="$until" '$1 > until && !end { end = $2 } !end && $1 > last { last = $1 } END { printf "%d %d\n", end, last }'
}

trap 'end_server copy' EXIT
run=$(field "$backup/manifest.json" run)
pieces=()
[ "$until" = backup ] || mapfile -t pieces < <(find "$target/archive/$run" -name '[0-9]*.json' 2>/dev/null | sort)
enough_space "$backup/manifest.json" "${pieces[@]}"

say "unpacking $name"
whole "$backup/data" "$backup/manifest.json"
unseal "$(field "$backup/manifest.json" encrypted)" <"$backup/data" | unpack "$work" "$backup/contents" ||
  fail "$name cannot be unpacked; was it made with another key?"
begin_server copy "$work" --innodb-buffer-pool-size=128M --relay-log="$replay/relay" --relay-log-purge=OFF ||
  fail "the data do not start"
own copy <<<"RESET REPLICA ALL"

# The pieces that the copy lacks, up to the one in which it ends.
held=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
mkdir -p "$replay"
mapfile -t lacking < <(for piece in "${pieces[@]}"; do
  printf "SELECT '%s', GTID_SUBSET('%s', '%s');\n" "$piece" "$(field "$piece" after)" "$held"
done | own copy | awk '$2 == 0 { print $1 }')
number=0 end='' last=0 before=''
for piece in "${lacking[@]}"; do
  [ -z "$before" ] || [ "$(field "$piece" before)" = "$before" ] || fail "the archive has a gap before $piece"
  before=$(field "$piece" after)
  whole "${piece%.json}.data" "$piece"
  number=$((number + 1))
  log=$replay/relay-$channel.$(printf '%06d' $number)
  unseal "$(field "$piece" encrypted)" <"${piece%.json}.data" >"$log" || fail "$piece cannot be unpacked"
  echo "$log" >>"$replay/relay-$channel.index"
  if [ "$until" != end ] && (($(field "$piece" last) > until)); then
    read -r end in_piece < <(end_in "$log")
    [ "$in_piece" = 0 ] || last=$in_piece
    break
  fi
  last=$(field "$piece" last)
done

if [ $number -gt 0 ]; then
  say "replaying $number pieces of the archive"
  # The first piece can begin before the backup: transactions that it holds are skipped.
  # shellcheck disable=SC2016 # Quotes of SQL, in which names are expanded.
  own copy <<SQL
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'archive', RELAY_LOG_FILE = 'relay-$channel.000001', RELAY_LOG_POS = 4
  FOR CHANNEL '$channel';
START REPLICA SQL_THREAD ${end:+UNTIL RELAY_LOG_FILE = '$(basename "$log")', RELAY_LOG_POS = $end} FOR CHANNEL '$channel';
SQL
  while :; do
    read -r running error < <(mysql --no-defaults --user=keeper --socket=/tmp/copy.sock --batch <<<"SHOW REPLICA STATUS FOR CHANNEL '$channel'" |
      awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
        NR == 2 { print $column["Replica_SQL_Running"], $column["Last_SQL_Error"] }')
    [ -z "$error" ] || fail "the archive cannot be replayed: $error"
    [ "$running" = Yes ] || break
    if [ -z "$end" ] && [ "$(own copy <<<"SELECT GTID_SUBSET('$before', @@global.gtid_executed)")" = 1 ]; then break; fi
    sleep 0.2
  done
  own copy <<<"STOP REPLICA FOR CHANNEL '$channel'; RESET REPLICA ALL"
fi
rm -rf "$replay"

say "checking"
check_tables copy || fail "the restored data are not sound"
gtids=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
rows=$(count_rows copy)
own copy <<SQL
INSERT INTO cluster.appointments (epoch, member, reason)
  SELECT COALESCE(MAX(epoch), 0) + 1, '$primary', 'configured' FROM cluster.appointments;
DROP USER 'keeper'@'localhost';
SQL
end_server copy
rm -rf "$work"/auto.cnf "$work"/*.pem "$work/.tmp"
printf '{"gtids":"%s","last":%d,"rows":%s}\n' "$gtids" "$last" "$rows"
