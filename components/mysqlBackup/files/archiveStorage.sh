#!/usr/bin/env bash
# Copies what has changed in the application's storages, every ARCHIVE_SECONDS and at a request, into the newest full
# backup.
#
# Environment: STORAGES (names, separated by commas) and that of backup.sh.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=storage.sh
. "$scripts/storage.sh"
# shellcheck source=schedule.sh
. "$scripts/schedule.sh"

room=$work/storage
# The full backup that the copies belong to, and the progress as this script left it.
backup='' storage_progress=''
# The newest full backup, if this script has already requested another one because of it.
asked=''
mkdir -p "$room"

request_backup() {
  [ "$asked" = "$newest" ] || echo storage >/tmp/full.requests
  asked=$newest
}

# break_storage REASON: ends the copies of this full backup and requests a new one, which begins anew.
break_storage() {
  local folder=$target/full/$newest/storage
  rm -f "$folder/broken"
  echo "$1" >"$folder/broken"
  state storage "failed: $1; a new full backup is taken"
  backup=
  echo storage >/tmp/full.requests
}

# resume: goes on where the progress of the newest full backup ends.
resume() {
  local folder=$target/full/$newest/storage progress
  examine_storage_progress "$newest"
  if [ "$trust" != authentic ]; then
    break_storage "full/$newest/storage/progress.json is $trust"
    return 1
  fi
  progress=$text storage_number=$(count "$text" number) storage_at=$(count "$text" at)
  storage_before=$(field "$text" last) storage_bytes=$(count "$text" bytes) storage_files=$(count "$text" files)
  storage_size=$(count "$text" size)
  if [ "$(digest <"$folder/list.$storage_number" 2>/dev/null)" != "$(field "$text" listSha256)" ] ||
    ! unseal "$text" <"$folder/list.$storage_number" >"$room/list"; then
    break_storage "full/$newest/storage/list.$storage_number is missing or changed"
    return 1
  fi
  backup=$newest storage_progress=$progress
}

round() {
  local folder
  survey_backups
  if [ -z "$newest" ] || [ "$newest_trust" != authentic ]; then
    state storage "waiting for the first full backup"
    return
  fi
  if lacks_storage "$newest" "$newest_text"; then
    state storage "waiting for a new full backup with the storages"
    request_backup
    return
  fi
  folder=$target/full/$newest/storage
  if [ "$newest" != "$backup" ]; then resume || return; fi
  if [ "$(cat "$folder/progress.json" 2>/dev/null)" != "$storage_progress" ]; then
    break_storage "full/$newest/storage/progress.json is not as it was left"
    return
  fi
  if copy_storage "$folder" "$newest" "$room" 2>/tmp/storage.problem; then
    state storage "archiving $STORAGES"
  else
    state storage "failed: $(tail -n 1 /tmp/storage.problem)"
  fi
}

while :; do
  began=$SECONDS
  round
  # A look at very many files takes long, and is to take a tenth of the time at most.
  pause=$(((SECONDS - began) * 9 > ARCHIVE_SECONDS ? (SECONDS - began) * 9 : ARCHIVE_SECONDS))
  pause=$(pause_after "$(cat /tmp/state/storage)" $pause)
  [ -z "${request:-}" ] || { cat /tmp/state/storage >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request"; }
  request=
  read -r -t "$pause" request <>/tmp/storage.requests
done
