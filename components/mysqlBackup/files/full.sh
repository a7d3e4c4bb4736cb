#!/usr/bin/env bash
# Takes a full backup: a clone of a replica's data, which is started and checked before it is packed. The backup holds
# every transaction that the primary had when this script began. A failure leaves earlier backups untouched.
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
# shellcheck source=members.sh
. "$scripts/members.sh"
# shellcheck source=storage.sh
. "$scripts/storage.sh"
# shellcheck source=schedule.sh
. "$scripts/schedule.sh"

draft=$target/.draft
copy=$work/copy
contents=$work/contents
room=$work/storage-full
problem=/tmp/full.problem

clean_up() {
  end_server copy
  rm -rf "$draft" "$copy" "$contents" "$room"
}
fail() {
  state full "failed: $1${2:+: $(tail -n 3 "$2" | tr '\n' ' ')}"
  exit 1
}
trap clean_up EXIT
clean_up

survey_backups
name=$(name_after "$(date -u +%Y%m%dT%H%M%SZ)" "${authentic[0]:-}")
[ ${#foreign[@]} = 0 ] || fail "the folder holds backups of another stack, ${foreign[0]}; each stack needs one of its own"
mkdir -p "$target/full" "$draft" 2>"$problem" || fail "the folder for backups cannot be written to by the user 999" "$problem"

began=$(date +%s)
# The backup continues the chain of the one before it. It begins a new chain if there is none, if that one has a gap, or
# if it comes from an older version of the program, which did not authenticate it. A database that has everything of the
# primary also has everything that is archived so far.
before='' archived=0 archived_gtids='' trust=missing
if [ "$newest_trust" = authentic ]; then
  before=$(chain_of "$newest_text")
  examine_progress "$before"
fi
progress_trust=$trust
if [ "$progress_trust" = authentic ]; then archived=$(count "$text" number) archived_gtids=$(field "$text" after); fi
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
lacking=$(own copy <<<"SELECT COALESCE(GROUP_CONCAT(table_schema, '.', table_name, ' (', engine, ')' SEPARATOR ', '), '-') FROM ($UNCLONED) AS found")
if [ "$lacking" != - ]; then
  # No failure of the container: an update of the stack may go on.
  state full "refused: the copy lacks the rows of $lacking; on the primary: ALTER TABLE … ENGINE = InnoDB"
  exit 1
fi
gtids=$(own copy <<<"SELECT REPLACE(@@global.gtid_executed, '\n', '')")
contained=$(own copy <<<"SELECT GTID_SUBSET('$archived_gtids', @@global.gtid_executed)") || contained=''
chain=$(chain_after "$name" "$before" "$progress_trust" "$(whether is_broken "$before")" "$contained")
[ "$chain" != "$name" ] || archived=0 archived_gtids=$gtids
version=$(own copy <<<"SELECT SUBSTRING_INDEX(VERSION(), '-', 1)")
rows=$(count_rows copy)
own copy <<<"DROP USER 'local_admin'@'localhost'"
end_server copy
rm -f "$copy"/auto.cnf "$copy"/*.pem

state full "packing"
list_files "$copy" >"$contents"
{ digest=$(pack "$copy" "$contents" "$draft/data") && cp "$contents" "$draft/contents"; } 2>"$problem" ||
  fail "the backup cannot be written" "$problem"
size=$(awk '{ size += $2 } END { printf "%d", size }' "$contents")

# The storages come after the data, so that no row refers to a file that was not there yet.
if [ -n "${STORAGES:-}" ]; then
  state full "copying the storages $STORAGES"
  mkdir -p "$room" "$draft/storage"
  : >"$room/list"
  copy_storage "$draft/storage" "$name" "$room" 2>"$problem" || fail "the storages cannot be copied" "$problem"
fi

manifest=$(printf '{"kind":"backup","format":2,"name":"%s","stack":"%s","timeline":"%s","run":"%s","archived":%d,"archivedGtids":"%s","from":"%s","version":"%s","takenAt":"%s","seconds":%d,"gtids":"%s","encrypted":%s,"bytes":%d,"dataBytes":%d,"sha256":"%s","contentsSha256":"%s"%s,"rows":%s}' \
  "$name" "$STACK" "$TIMELINE" "$chain" "$archived" "$archived_gtids" "$donor" "$version" "$taken" \
  $(($(date +%s) - began)) "$gtids" "$ENCRYPTED" "$(stat -c %s "$draft/data")" "$size" \
  "$digest" "$(digest <"$contents")" "${STORAGES:+,\"storage\":\"$STORAGES\"}" "$rows")
signed "$manifest" >"$draft/manifest.json" 2>"$problem" || fail "the backup cannot be written" "$problem"
sync "$draft/data" "$draft/contents" "$draft/manifest.json"
# The progress is noted from the beginning, so that its absence shows that somebody removed it.
if [ "$chain" = "$name" ]; then
  { mkdir -p "$target/archive/$chain" && write_progress "$chain" "$taken" 0 "$gtids"; } 2>"$problem" ||
    fail "the backup cannot be written" "$problem"
fi
mv "$draft" "$target/full/$name"
sync "$target/full"

bash "$scripts/retain.sh" || fail "old backups cannot be removed"
state full "taken: $name"
