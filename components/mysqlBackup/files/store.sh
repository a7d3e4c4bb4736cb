#!/usr/bin/env bash
# The folder of the backups. Backups are compressed, encrypted if the settings ask for it, and authenticated. A backup
# gets its name only when it is complete.
#
# full/NAME/ is a full backup: manifest.json, contents, data, storage/ (storage.sh). archive/CHAIN/ is a chain: the archive of the binary log
# since the full backup of that name, as segments (NUMBER.json, NUMBER.data), with its progress (reach.json) and the
# reason why it cannot be continued (broken). Names are times. The JSON files are manifests (authentic.sh), each in one
# line.
#
# Manifests keep the spellings of the program's first version, so that backups of every version can be restored: `run`
# is the chain, `reach` the moment until which everything is archived. In `kind`, `reach` is a progress and `piece` a
# segment.

target=/var/lib/mysql-files
# shellcheck disable=SC2034 # For scripts that source this.
work=/var/lib/mysql

# Variables of authentic.sh.
: "${text=}" "${trust=}" "${encryption_key=}"

# chain_of JSON
chain_of() { field "$1" run; }

# storages_of JSON: prints the names of a full backup's storages. A table may have the field's name.
storages_of() { field "${1%%,\"rows\":*}" storage; }

# archived_until_of JSON: of a progress.
archived_until_of() { field "$1" reach; }

# progress_file CHAIN: prints its path below the folder.
progress_file() { echo "archive/$1/reach.json"; }

# seal: compresses and encrypts standard input.
seal() {
  if [ "$ENCRYPTED" = true ]; then zstd -q -c | cipher -e; else zstd -q -c; fi
}

# first_key: prints the file of the stack's first key.
first_key() { if [ -e /run/secrets/backup-key-1 ]; then echo /run/secrets/backup-key-1; else echo /run/secrets/backup-key; fi; }

# unseal JSON: decrypts and unpacks standard input as its manifest says. Older versions of the program encrypted with
# the stack's first key itself.
unseal() {
  case $(field "$1" format)/$(field "$1" encrypted) in
  2/true) encryption_key=$(encryption_key_of "$1") cipher -d | zstd -q -d -c ;;
  /true) cipher -d "$(first_key)" | zstd -q -d -c ;;
  *) zstd -q -d -c ;;
  esac
}

# cipher -e|-d [KEY-FILE]: encrypts or decrypts. The keys are long random texts, so that key stretching would add
# nothing.
cipher() {
  openssl enc "$1" -aes-256-ctr -pbkdf2 -iter 1 -pass "file:${2:-/dev/fd/3}" 3< <(printf '%s' "$encryption_key")
}

# digest: prints the SHA-256 of standard input.
digest() {
  local line
  line=$(sha256sum) || return
  echo "${line%% *}"
}

# list_files FOLDER: prints the folders and files with their sizes, by which unpack separates the files that pack joins.
# The image has no tar.
list_files() {
  (
    cd "$1" || exit
    find . -mindepth 1 \( -type d -printf 'd 0 %P\n' \) -o \( -type f -printf 'f %s %P\n' \) | LC_ALL=C sort -k 3
  )
}

# pack FOLDER CONTENTS DATA: writes all files of the list into one, and prints its digest, which is taken from the
# stream that is written, so that nobody can change the data in between.
pack() {
  (
    cd "$1" || exit
    sed -n 's/^f [0-9]* //p' "$2" | tr '\n' '\0' | xargs -0 -r cat -- | seal | tee "$3" | digest
  )
}

# unpack FOLDER CONTENTS: separates the files of standard input. It writes nothing outside the folder, whatever the list
# says.
unpack() {
  local kind size path
  while read -r kind size path; do
    case /$path/ in */../*) return 1 ;; esac
    case $kind in
    d) mkdir -p "$1/$path" ;;
    f) is_number "$size" && head -c "$size" <&3 >"$1/$path" ;;
    *) false ;;
    esac || return
    [ "$kind" = d ] || [ "$(stat -c %s "$1/$path")" = "$size" ] || return
  done 3<&0 <"$2"
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }

# is_old NAME: whether an older version of the program, which did not authenticate, may have begun this backup or chain.
is_old() { [[ $1 < $UNAUTHENTICATED_UNTIL ]]; }

# is_believable: whether this stack or an older version of the program may have written the manifest that was examined
# last.
is_believable() { [ "$trust" = authentic ] || [ "$trust" = unauthenticated ]; }

# The functions below examine a manifest of each kind. A manifest in the wrong place or with impossible values is
# changed, too.

# examine_backup NAME
examine_backup() {
  examine "$target/full/$1/manifest.json" backup
  is_believable || return 0
  if [ "$trust" = unauthenticated ] && ! is_old "$1"; then trust=changed; fi
  is_name "$1" && [ "$(field "$text" name)" = "$1" ] && is_name "$(chain_of "$text")" &&
    all_are gtids "$text" gtids archivedGtids && all_are moment "$text" takenAt &&
    all_are number "$text" archived bytes dataBytes && all_are digest "$text" sha256 contentsSha256 &&
    all_are flag "$text" encrypted && is_storages "$(storages_of "$text")" || trust=changed
}

# examine_progress CHAIN
examine_progress() {
  examine "$target/$(progress_file "$1")" reach
  [ "$trust" != missing ] || return 0
  if [ "$trust" != authentic ] || [ "$(chain_of "$text")" != "$1" ]; then
    [ "$trust" = unauthenticated ] && is_old "$1" || trust=changed
  fi
  all_are gtids "$text" after && all_are moment "$text" reach && all_are number "$text" number || trust=changed
}

# examine_segment FILE
examine_segment() {
  examine "$1" piece
  is_believable || return 0
  all_are gtids "$text" before after && all_are name "$text" run && all_are digest "$text" sha256 &&
    all_are number "$text" number transactions first last bytes dataBytes && all_are flag "$text" encrypted ||
    trust=changed
}

is_broken() { [ -e "$target/archive/$1/broken" ] || [ -L "$target/archive/$1/broken" ]; }

# why_broken CHAIN: prints the reason in one line, without control characters. It follows no symbolic link, which could
# lead to a secret.
why_broken() {
  local file=$target/archive/$1/broken
  if [ -f "$file" ] && [ ! -L "$file" ]; then head -c 300 "$file" | tr -cd '[:print:]'; fi
}

# write_progress CHAIN MOMENT NUMBER GTIDS: notes until when everything is archived, the last segment and the archived
# GTIDs. Sets $progress_text to the manifest.
write_progress() {
  local file
  file=$target/$(progress_file "$1")
  printf -v progress_text '{"kind":"reach","stack":"%s","timeline":"%s","run":"%s","reach":"%s","number":%d,"after":"%s"}' \
    "$STACK" "$TIMELINE" "$@"
  progress_text=$(signed "$progress_text")
  echo "$progress_text" >"$file.draft" && sync "$file.draft" && mv "$file.draft" "$file"
}

# segment_numbers CHAIN: prints the numbers of the segments of which both files are there.
segment_numbers() {
  find "$target/archive/$1" -type f -name '[0-9]*' -printf '%f\n' 2>/dev/null |
    sed -nE 's/^([0-9]{8})\.(json|data)$/\1/p' | sort | uniq -d
}

# lacking_file PATH: which of a segment's two files is missing, as a path below the folder. PATH has no extension.
lacking_file() { if [ -e "$1.json" ]; then echo "${1#"$target"/}.data"; else echo "${1#"$target"/}.json"; fi; }

# backup_names: prints the full backups of all stacks, the newest first.
backup_names() {
  local name
  find "$target/full" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null | sort -r |
    while read -r name; do if is_name "$name"; then echo "$name"; fi; done
}

# survey_backups: sorts the full backups by their trust, the newest first: $authentic, $unauthenticated, $foreign (with
# the name of the stack), $untrue. $newest is the last backup of the present timeline, $newest_text its manifest and
# $newest_trust its trust; right after a restore there is none.
survey_backups() {
  local name
  authentic=() unauthenticated=() foreign=() untrue=() newest='' newest_text='' newest_trust=''
  for name in $(backup_names); do
    examine_backup "$name"
    case $trust in
    authentic) authentic+=("$name") ;;
    unauthenticated) unauthenticated+=("$name") ;;
    foreign) foreign+=("$name of $(field "$text" stack)") ;;
    *) untrue+=("$name") ;;
    esac
    case $trust in
    authentic | unauthenticated)
      if [ "$(field "$text" timeline)" = "$TIMELINE" ] && [ "$newest_trust" != authentic ] &&
        [ "$newest_trust" != "$trust" ]; then
        # shellcheck disable=SC2034 # For scripts that source this.
        newest=$name newest_text=$text newest_trust=$trust
      fi
      ;;
    esac
  done
}

# state ACTIVITY TEXT: records the state for health.sh, and logs it if it has changed.
state() {
  [ "$(cat "/tmp/state/$1" 2>/dev/null)" = "$2" ] && return
  echo "$2" >"/tmp/state/$1"
  echo "$1: $2"
}
