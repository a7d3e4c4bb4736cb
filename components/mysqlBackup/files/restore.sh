#!/usr/bin/env bash
# restore.sh NAME PRIMARY UNTIL: makes the data folder of PRIMARY as it was, from the full backup NAME and the archive that
# follows it: up to the first transaction that was committed later than UNTIL (microseconds since 1970), or all (end), or
# nothing of it (backup). It replays the archive as a replica does. Nothing is decrypted or used before it is known that
# this stack wrote it, for this place. Says what it does, and at the end what there is, as a JSON object: `last` is when the
# last transaction of the archive was committed (0: none was replayed).
#
# Environment: STACK, UNAUTHENTICATED_UNTIL (backup.sh), ACCEPT_UNAUTHENTICATED (yes: a backup of an older version of the
# program is restored though nobody can tell who wrote it).
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=../../mysqlCluster/files/common.sh
. "$scripts/common.sh"
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=server.sh
. "$scripts/server.sh"
# shellcheck source=chain.sh
. "$scripts/chain.sh"

name=$1 primary=$2 until=$3
backup=full/$name
replay=$work/.replay
channel=archive

say() { echo "$1" >&2; }
fail() {
  say "error: $1"
  exit 1
}

# whole FILE SUM NAME: refuses a file of another checksum.
whole() { [ "$(digest <"$1")" = "$2" ] || fail "$3 is not as it was written: its checksum is another"; }

# Megabytes that are free for the new copy.
enough_space() {
  local needed free
  needed=$(printf '%s\n' "$manifest" "${piece_texts[@]}" | sed -nE 's/.*"dataBytes":([0-9]+).*/\1/p' |
    awk '{ sum += $1 } END { printf "%d", sum * 1.1 / 1048576 + 256 }')
  free=$(df --output=avail --block-size=1M "$work" | tail -n 1)
  ((free >= needed)) || fail "the restored data need $needed MB, and there are $free MB free for volumes"
}

# end_in FILE: where the first transaction that is too late begins, and when the last before it was committed.
end_in() {
  LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk -v until="$until" '$1 > until && !end { end = $2 } !end && $1 > last { last = $1 } END { printf "%d %d\n", end, last }'
}

trap 'end_server copy' EXIT
vouched=yes
examine_backup "$name"
if [ "$trust" = unauthenticated ] && [ "${ACCEPT_UNAUTHENTICATED:-}" = yes ]; then vouched=no; fi
is_accepted || refuse "$backup/manifest.json"
manifest=$text run=$(field "$text" run)
chain=()
declare -A piece_texts=()
if [ "$until" != backup ]; then archive_of "$manifest" "$until"; fi
enough_space

say "verifying $name"
mkdir -p "$replay"
cp "$target/$backup/contents" "$replay/contents" || fail "$backup/contents is missing"
[ $vouched = no ] || whole "$replay/contents" "$(field "$manifest" contentsSha256)" "$backup/contents"
whole "$target/$backup/data" "$(field "$manifest" sha256)" "$backup/data"

say "unpacking $name"
# What is unpacked is what was verified, whoever writes to the folder meanwhile.
mkfifo "$replay/copy"
digest <"$replay/copy" >"$replay/digest" &
tee "$replay/copy" <"$target/$backup/data" | unseal "$manifest" | unpack "$work" "$replay/contents" ||
  fail "$name cannot be unpacked; was it made with another key?"
wait $!
[ "$(cat "$replay/digest")" = "$(field "$manifest" sha256)" ] || fail "$backup/data was changed while it was unpacked"

begin_server copy "$work" --innodb-buffer-pool-size=128M --relay-log="$replay/relay" --relay-log-purge=OFF ||
  fail "the data do not start"
own copy <<<"RESET REPLICA ALL"

# The pieces that the copy lacks, up to the one in which it ends.
held=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
mapfile -t lacking < <(for piece in "${chain[@]}"; do
  printf "SELECT '%s', GTID_SUBSET('%s', '%s');\n" "$piece" "$(field "${piece_texts[$piece]}" after)" "$held"
done | own copy | awk '$2 == 0 { print $1 }')
number=0 end='' last=0 after=''
for piece in "${lacking[@]}"; do
  text=${piece_texts[$piece]} data=archive/$run/$piece.data
  after=$(field "$text" after)
  cp "$target/$data" "$replay/piece"
  whole "$replay/piece" "$(field "$text" sha256)" "$data"
  number=$((number + 1))
  log=$replay/relay-$channel.$(printf '%06d' $number)
  unseal "$text" <"$replay/piece" >"$log" || fail "$data cannot be unpacked"
  echo "$log" >>"$replay/relay-$channel.index"
  if [ "$until" != end ] && (($(count "$text" last) > until)); then
    read -r end in_piece < <(end_in "$log")
    [ "$in_piece" = 0 ] || last=$in_piece
    break
  fi
  last=$(count "$text" last)
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
    read -r running error < <(own copy --column-names <<<"SHOW REPLICA STATUS FOR CHANNEL '$channel'" |
      awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
        NR == 2 { print $column["Replica_SQL_Running"], $column["Last_SQL_Error"] }')
    [ -z "$error" ] || fail "the archive cannot be replayed: $error"
    [ "$running" = Yes ] || break
    if [ -z "$end" ] && [ "$(own copy <<<"SELECT GTID_SUBSET('$after', @@global.gtid_executed)")" = 1 ]; then break; fi
    sleep 0.2
  done
  own copy <<<"STOP REPLICA FOR CHANNEL '$channel'; RESET REPLICA ALL"
fi
rm -rf "$replay"

say "checking"
check_tables copy || fail "the restored data are not sound"
gtids=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
rows=$(count_rows copy)
{ begin_term "$primary" configured; echo "DROP USER 'keeper'@'localhost';"; } | own copy
end_server copy
rm -rf "$work"/auto.cnf "$work"/*.pem "$work/.tmp"
printf '{"gtids":"%s","last":%d,"rows":%s}\n' "$gtids" "$last" "$rows"
