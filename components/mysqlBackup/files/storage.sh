#!/usr/bin/env bash
# Copies of the application's storages, which belong to a full backup: full/NAME/storage/ has the copy 00000000, which is
# complete, and copies of what has changed since the one before. Each has a manifest (NUMBER.json) and sealed data
# (NUMBER.data): the paths that are gone, and a tar archive of the new and changed files. `list` is the sealed list of
# all files as of the last copy, and progress.json names the last copy and the last look for changes. Moments are in
# microseconds since 1970.

# Variables of store.sh and authentic.sh.
: "${target=}" "${text=}" "${trust=}" "${work=}" "${scripts=}"

exchange=/exchange
# Seconds in which the container that reads the storages answers.
ANSWER=30
# Seconds without a byte after which it counts as stuck: a file system that does not answer may block it for ever.
SILENCE=600

micros() { date +%s%6N; }

# ask_reader list|files NAMES: prints the answer of the container that reads the storages (storageReader/files/reader.sh).
ask_reader() {
  local io=$exchange/$BASHPID.$RANDOM$RANDOM answer answers names=''
  if [ ! -p $exchange/requests ]; then
    echo "storage-reader does not run" >&2
    return 1
  fi
  mkdir -m 755 "$io" && mkfifo -m 666 "$io/names" "$io/data" "$io/answers" || return
  exec {answers}<>"$io/answers"
  echo "$1 ${io##*/}" 1<>$exchange/requests
  if read -r -t $ANSWER -u "$answers" answer; then
    if [ "$1" = files ]; then
      cat "$2" >"$io/names" &
      names=$!
    fi
    cat "$io/data"
    read -r -t $ANSWER -u "$answers" answer || answer="storage-reader has ended"
    [ -z "$names" ] || kill "$names" 2>/dev/null || true
  else
    answer="storage-reader does not answer"
  fi
  exec {answers}>&-
  rm -rf "$io"
  [ "$answer" = "done" ] && return
  echo "$answer" >&2
  return 1
}

# while_growing FILE COMMAND…: runs the command, which writes to the file, and ends it if the file stops growing.
while_growing() {
  local file=$1 job size before=-1 quiet=0
  shift
  # A group of processes of its own, so that all of them can be ended.
  set -m
  "$@" &
  job=$!
  set +m
  while kill -0 $job 2>/dev/null; do
    size=$(stat -c %s "$file" 2>/dev/null || echo 0)
    if [ "$size" != "$before" ]; then before=$size quiet=$SECONDS; fi
    if ((SECONDS - quiet > SILENCE)); then
      kill -- -$job
      echo "nothing could be read for $SILENCE s" >&2
      return 1
    fi
    sleep 0.2
  done
  wait $job
}

# Parts of the records of a list: the paths; the types and the paths.
paths_of() { sed -z -E 's/^. ([^ ]+ ){8}//'; }
keys_of() { sed -z -E 's/^(.) ([^ ]+ ){8}/\1 /' | sort -z -S 32M -T "$1"; }

# figures_of LIST: prints the number of files and the sum of their sizes.
figures_of() {
  LC_ALL=C gawk --characters-as-bytes 'BEGIN { RS = "\0" } $1 != "d" { files++ } $1 == "f" { size += $5 }
    END { printf "%d %d\n", files, size }' "$1"
}

# find_files ROOM, pack_files FOLDER ROOM: parts of the next function.
find_files() { ask_reader list - >"$1/found"; }
pack_files() {
  { cat "$2/gone" && ask_reader files "$2/names"; } | seal | tee "$1/.draft" | digest >"$2/digest"
}

# copy_storage FOLDER BACKUP ROOM: looks for changes and writes the next copy into the folder, if there are any. ROOM is a
# folder for the lists; $room/list is that of the last copy, empty before the first one. Sets the variables below. Fails
# with a message on standard error.
storage_number=-1 storage_before='' storage_at=0 storage_bytes=0 storage_files=0 storage_size=0
copy_storage() {
  local LC_ALL=C folder=$1 backup=$2 room=$3 at number gone sum manifest list_sum
  export LC_ALL
  at=$(micros) number=$((storage_number + 1))
  while_growing "$room/found" find_files "$room" && sort -z -S 32M -T "$room" "$room/found" >"$room/new" || return
  if [ $number -gt 0 ] && cmp -s "$room/list" "$room/new"; then
    storage_at=$at
    write_storage_progress "$folder" "$backup" "$(digest <"$folder/list.$storage_number")"
    return
  fi
  comm -z -13 "$room/list" "$room/new" | paths_of >"$room/names" &&
    comm -z -23 <(keys_of "$room" <"$room/list") <(keys_of "$room" <"$room/new") |
    sed -z -E '/^. \.\/[^/]*$/d' >"$room/gone" || return
  gone=$(stat -c %s "$room/gone")
  read -r storage_files storage_size < <(figures_of "$room/new")
  while_growing "$folder/.draft" pack_files "$folder" "$room" || return
  sum=$(cat "$room/digest")
  printf -v manifest '{"kind":"storage","format":2,"stack":"%s","timeline":"%s","backup":"%s","number":%d,"storages":"%s","since":%d,"at":%d,"gone":%d,"files":%d,"size":%d,"encrypted":%s,"bytes":%d,"before":"%s","sha256":"%s"}' \
    "$STACK" "$TIMELINE" "$backup" $number "$STORAGES" "$storage_at" "$at" "$gone" "$storage_files" "$storage_size" \
    "$ENCRYPTED" "$(stat -c %s "$folder/.draft")" "$storage_before" "$sum"
  signed "$manifest" >"$folder/.draft.json" && seal <"$room/new" >"$folder/list.$number" || return
  list_sum=$(digest <"$folder/list.$number")
  sync "$folder/.draft" "$folder/.draft.json" "$folder/list.$number" &&
    mv "$folder/.draft" "$(copy_file "$folder" $number).data" &&
    mv "$folder/.draft.json" "$(copy_file "$folder" $number).json" || return
  storage_bytes=$((storage_bytes + $(stat -c %s "$(copy_file "$folder" $number).data")))
  storage_number=$number storage_before=$sum storage_at=$at
  write_storage_progress "$folder" "$backup" "$list_sum" || return
  [ $number = 0 ] || rm -f "$folder/list.$((number - 1))"
  mv "$room/new" "$room/list"
}

# copy_file FOLDER NUMBER: prints the path of a copy's files without the extension.
copy_file() { printf '%s/%08d' "$1" "$2"; }

# write_storage_progress FOLDER BACKUP LIST-DIGEST
write_storage_progress() {
  local written
  printf -v written '{"kind":"storageProgress","format":2,"stack":"%s","timeline":"%s","backup":"%s","number":%d,"storages":"%s","at":%d,"files":%d,"size":%d,"encrypted":%s,"bytes":%d,"last":"%s","listSha256":"%s"}' \
    "$STACK" "$TIMELINE" "$2" $storage_number "$STORAGES" "$storage_at" "$storage_files" "$storage_size" "$ENCRYPTED" \
    "$storage_bytes" "$storage_before" "$3"
  storage_progress=$(signed "$written")
  echo "$storage_progress" >"$1/progress.draft" && sync "$1/progress.draft" && mv "$1/progress.draft" "$1/progress.json"
}

# The functions below examine manifests of the copies. What is not authentic counts as changed: older versions of the
# program wrote none.

# examine_storage_progress NAME
examine_storage_progress() {
  examine "$target/full/$1/storage/progress.json" storageProgress
  [ "$trust" != missing ] || return 0
  [ "$trust" = authentic ] && [ "$(field "$text" backup)" = "$1" ] && all_are number "$text" number at files size bytes &&
    all_are storages "$text" storages && all_are digest "$text" listSha256 last || trust=changed
}

# examine_copy NAME NUMBER BEFORE: BEFORE is the digest of the copy before it.
examine_copy() {
  examine "$(copy_file "$target/full/$1/storage" "$2").json" storage
  [ "$trust" != missing ] || return 0
  [ "$trust" = authentic ] && [ "$(field "$text" backup)" = "$1" ] && [ "$(field "$text" number)" = "$2" ] &&
    [ "$(field "$text" before)" = "$3" ] && all_are number "$text" since at gone files size bytes &&
    all_are storages "$text" storages && all_are digest "$text" sha256 || trust=changed
}

# is_storage_broken NAME: whether no copy can follow the last one of this full backup.
is_storage_broken() { [ -e "$target/full/$1/storage/broken" ] || [ -L "$target/full/$1/storage/broken" ]; }

# lacks_storage NAME JSON: whether a new full backup is due because the one with this manifest has no storages, or no copy
# can follow its last one.
lacks_storage() { [ -n "${STORAGES:-}" ] && { [ -z "$(storages_of "$2")" ] || is_storage_broken "$1"; }; }
