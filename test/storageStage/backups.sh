#!/usr/bin/env bash
# Functions for lines that run in the container of the backups.
set -uo pipefail
work=/var/lib/mysql scripts=/etc/backup
mkdir -p /tmp/state /tmp/answers
# shellcheck source=../../components/mysqlBackup/files/authentic.sh
. $scripts/authentic.sh
# shellcheck source=../../components/mysqlBackup/files/store.sh
. $scripts/store.sh
# shellcheck source=../../components/mysqlBackup/files/storage.sh
. $scripts/storage.sh

# take NAME: a full backup without a database, as full.sh takes the storages.
take() {
  local folder=$target/full/$1
  rm -rf $work/room
  mkdir -p "$folder/storage" $work/room
  : >$work/room/list
  copy_storage "$folder/storage" "$1" $work/room || return
  signed "$(printf '{"kind":"backup","stack":"%s","timeline":"first","name":"%s","run":"%s","takenAt":"%s","storage":"%s"}' \
    "$STACK" "$1" "$1" "$(now)" "$STORAGES")" >"$folder/manifest.json"
}

# work: runs the script that copies what has changed.
work() {
  mkfifo /tmp/storage.requests /tmp/full.requests
  bash $scripts/archiveStorage.sh >/tmp/log 2>&1 7<>/tmp/storage.requests 8<>/tmp/full.requests &
}

# archive: a round of it; prints its answer.
archive() { bash $scripts/request.sh storage; }

# copies: prints the number of the last copy of each backup.
copies() { for file in "$target"/full/*/storage/progress.json; do count "$(cat "$file")" number; done; }
