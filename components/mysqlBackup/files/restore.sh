#!/usr/bin/env bash
# restore.sh NAME PRIMARY UNTIL: builds the data folder of PRIMARY from the full backup NAME and the archive that
# follows it. UNTIL is a moment in microseconds since 1970 (the archive is replayed up to the first transaction that was
# committed later), `end` (all of the archive) or `backup` (nothing of it). The server replays the archive as a replica
# does. Nothing is decrypted or used before it is verified that this stack wrote it for its place. Messages go to
# standard error. The result is a JSON object on standard output, in which `last` is the moment when the last replayed
# transaction was committed (0: none).
#
# Environment: STACK, UNAUTHENTICATED_UNTIL (backup.sh), ACCEPT_UNAUTHENTICATED (yes: restores a backup of an older
# version of the program although it is not authenticated).
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=common.sh
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

# whole FILE SUM NAME: fails if the file has another checksum.
whole() { [ "$(digest <"$1")" = "$2" ] || fail "$3 is not as it was written: its checksum is another"; }

# report_unpacking: says every 10 s how much of the data is there, until it is killed.
report_unpacking() {
  local whole there
  whole=$(count "$manifest" dataBytes)
  while sleep 10; do
    there=$(du --bytes --summarize --exclude="$replay" "$work" 2>/dev/null | cut -f 1)
    say "unpacking $name: $((100 * there / (whole > 0 ? whole : 1))) % of $((whole / 1048576)) MB"
  done
}

# enough_space: fails if the file system has too little space for the restored data.
enough_space() {
  local needed free
  needed=$(printf '%s\n' "$manifest" "${segment_texts[@]}" | sed -nE 's/.*"dataBytes":([0-9]+).*/\1/p' |
    awk '{ sum += $1 } END { printf "%d", sum * 1.1 / 1048576 + 256 }')
  free=$(df --output=avail --block-size=1M "$work" | tail -n 1)
  ((free >= needed)) || fail "the restored data need $needed MB, and there are $free MB free for volumes"
}

# end_in FILE: prints the position of the first transaction that is too late, and when the last one before it was
# committed.
end_in() {
  LC_ALL=C gawk --characters-as-bytes -f "$scripts/transactions.awk" "$1" |
    awk -v until="$until" '$1 > until && !end { end = $2 } !end && $1 > last { last = $1 } END { printf "%d %d\n", end, last }'
}

trap 'kill ${reporter:-} 2>/dev/null || true; end_server copy' EXIT
vouched=yes
examine_backup "$name"
if [ "$trust" = unauthenticated ] && [ "${ACCEPT_UNAUTHENTICATED:-}" = yes ]; then vouched=no; fi
is_accepted || refuse "$backup/manifest.json"
manifest=$text chain=$(chain_of "$text")
segments=()
declare -A segment_texts=()
if [ "$until" != backup ]; then archive_of "$manifest" "$until"; fi
enough_space

say "verifying $name"
mkdir -p "$replay"
cp "$target/$backup/contents" "$replay/contents" || fail "$backup/contents is missing"
[ $vouched = no ] || whole "$replay/contents" "$(field "$manifest" contentsSha256)" "$backup/contents"
whole "$target/$backup/data" "$(field "$manifest" sha256)" "$backup/data"

say "unpacking $name"
# The data is hashed once more while it is unpacked, because somebody could write to the folder after the first check.
mkfifo "$replay/copy"
digest <"$replay/copy" >"$replay/digest" &
digester=$!
report_unpacking &
reporter=$!
tee "$replay/copy" <"$target/$backup/data" | unseal "$manifest" | unpack "$work" "$replay/contents" ||
  fail "$name cannot be unpacked; was it made with another key?"
kill $reporter
wait $digester
[ "$(cat "$replay/digest")" = "$(field "$manifest" sha256)" ] || fail "$backup/data was changed while it was unpacked"

begin_server copy "$work" --innodb-buffer-pool-size=128M --relay-log="$replay/relay" --relay-log-purge=OFF ||
  fail "MySQL does not start with the restored data"
own copy <<<"RESET REPLICA ALL"

# The segments that the copy lacks, up to the one in which the restore ends.
held=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
mapfile -t lacking < <(for segment in "${segments[@]}"; do
  printf "SELECT '%s', GTID_SUBSET('%s', '%s');\n" "$segment" "$(field "${segment_texts[$segment]}" after)" "$held"
done | own copy | awk '$2 == 0 { print $1 }')
number=0 end='' last=0 after=''
for segment in "${lacking[@]}"; do
  text=${segment_texts[$segment]} data=archive/$chain/$segment.data
  after=$(field "$text" after)
  cp "$target/$data" "$replay/segment"
  whole "$replay/segment" "$(field "$text" sha256)" "$data"
  number=$((number + 1))
  log=$replay/relay-$channel.$(printf '%06d' $number)
  unseal "$text" <"$replay/segment" >"$log" || fail "$data cannot be unpacked"
  echo "$log" >>"$replay/relay-$channel.index"
  if is_later "$until" "$(count "$text" last)"; then
    read -r end in_segment < <(end_in "$log")
    [ "$in_segment" = 0 ] || last=$in_segment
    break
  fi
  last=$(count "$text" last)
done

if [ $number -gt 0 ]; then
  say "replaying $number segments of the archive"
  # The first segment can begin before the backup: transactions that it holds are skipped.
  # shellcheck disable=SC2016 # Quotes of SQL, in which names are expanded.
  own copy <<SQL
CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'archive', RELAY_LOG_FILE = 'relay-$channel.000001', RELAY_LOG_POS = 4
  FOR CHANNEL '$channel';
START REPLICA SQL_THREAD ${end:+UNTIL RELAY_LOG_FILE = '$(basename "$log")', RELAY_LOG_POS = $end} FOR CHANNEL '$channel';
SQL
  told=$SECONDS
  while :; do
    if ((SECONDS - told >= 10)); then
      told=$SECONDS
      say "replaying the archive: $(own copy --column-names <<<"SHOW REPLICA STATUS FOR CHANNEL '$channel'" | awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i } NR == 2 { sub(/.*\.0*/, "", $column["Relay_Log_File"]); print $column["Relay_Log_File"] }') of $number segments"
    fi
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
own copy <<<"${BEGIN_TERM/MEMBER/$primary} DROP USER 'local_admin'@'localhost';"
end_server copy
rm -rf "$work"/auto.cnf "$work"/*.pem "$work/.tmp"
printf '{"gtids":"%s","last":%d,"rows":%s}\n' "$gtids" "$last" "$rows"
