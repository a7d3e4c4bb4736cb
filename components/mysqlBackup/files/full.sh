#!/usr/bin/env bash
# Takes a full backup: a clone of a replica's data, which is started and checked before it is packed. It holds every
# transaction that the primary had when it began. What goes wrong leaves earlier backups alone.
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=../../mysqlCluster/files/common.sh
. "$scripts/common.sh"
. "$scripts/store.sh"
. "$scripts/server.sh"
. "$scripts/members.sh"

name=$(date -u +%Y%m%dT%H%M%SZ)
draft=$target/.draft
copy=$work/copy
problem=/tmp/full.problem

clean_up() {
  end_server copy
  rm -rf "$draft" "$copy"
}
fail() {
  state full "failed: $1${2:+: $(tail -n 3 "$2" | tr '\n' ' ')}"
  exit 1
}
trap clean_up EXIT
clean_up

for manifest in "$target"/full/*/manifest.json; do
  [ -e "$manifest" ] || continue
  [ "$(field "$manifest" stack)" = "$STACK" ] ||
    fail "the folder holds backups of $(field "$manifest" stack); each stack needs one of its own"
done
mkdir -p "$target/full" "$draft" 2>"$problem" || fail "the folder for backups cannot be written to by the user 999" "$problem"

began=$(date +%s)
look_at_members
[ -n "$primary" ] || fail "no database takes writes"
donor=
for member in "${others[@]}" "$primary"; do
  if has "$member" "$head" 30; then
    donor=$member
    break
  fi
done
[ -n "$donor" ] || fail "no database has caught up with $primary"

state full "taking a copy of the data of $donor"
own archive 2>"$problem" <<SQL || fail "$donor cannot be cloned" "$problem"
SET GLOBAL clone_valid_donor_list = '$donor:3306';
CLONE INSTANCE FROM 'backup'@'$donor':3306 IDENTIFIED BY '$(secret backup-password)' DATA DIRECTORY = '$copy' REQUIRE SSL;
SQL
taken=$(now)

state full "checking the copy"
begin_server copy "$copy" 2>"$problem" || fail "the copy does not start" "$problem"
check_tables copy 2>"$problem" || fail "the copy is not sound" "$problem"
gtids=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
version=$(own copy <<<"SELECT SUBSTRING_INDEX(VERSION(), '-', 1)")
rows=$(count_rows copy)
own copy <<<"DROP USER 'keeper'@'localhost'"
end_server copy
rm -f "$copy"/auto.cnf "$copy"/*.pem

state full "packing"
pack "$copy" "$draft/contents" "$draft/data" 2>"$problem" || fail "it cannot be written" "$problem"
size=$(awk '{ size += $2 } END { printf "%d", size }' "$draft/contents")

# It goes on with the archive of the one before it, unless there is none or it has a gap.
run=$name
newest=$(newest_full)
if [ -n "$newest" ]; then
  before=$(field "$target/full/$newest/manifest.json" run)
  [ -e "$target/archive/$before/broken" ] || run=$before
fi
printf '{"name":"%s","stack":"%s","timeline":"%s","run":"%s","from":"%s","version":"%s","takenAt":"%s","seconds":%d,"gtids":"%s","encrypted":%s,"bytes":%d,"dataBytes":%d,"sha256":"%s","rows":%s}\n' \
  "$name" "$STACK" "$TIMELINE" "$run" "$donor" "$version" "$taken" $(($(date +%s) - began)) "$gtids" "$ENCRYPTED" \
  "$(stat -c %s "$draft/data")" "$size" "$(checksum "$draft/data")" "$rows" >"$draft/manifest.json" 2>"$problem" ||
  fail "it cannot be written" "$problem"
sync "$draft/data" "$draft/contents" "$draft/manifest.json"
mv "$draft" "$target/full/$name"
sync "$target/full"

bash "$scripts/retain.sh" || fail "old backups cannot be removed"
state full "taken: $name"
