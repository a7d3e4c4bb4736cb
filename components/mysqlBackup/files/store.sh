#!/usr/bin/env bash
# Where backups are and how they are kept: compressed, encrypted where that is asked for, with a checksum, under their
# name only once they are whole.
#
# full/NAME/: manifest.json (one line), contents, data. archive/RUN/: NUMBER.json and NUMBER.data for each piece of the
# binary log since the full backup RUN, reach.json, and `broken` where it cannot be gone on with.

target=/var/lib/mysql-files
# shellcheck disable=SC2034 # For scripts that source this.
work=/var/lib/mysql

# field FILE NAME: of a JSON object in one line, whose texts have nothing escaped.
field() { sed -nE "s/.*\"$2\":\"([^\"]*)\".*/\1/p; t; s/.*\"$2\":([^\",}]*).*/\1/p" "$1"; }

# From standard input to standard output.
seal() {
  if [ "$ENCRYPTED" = true ]; then zstd -q -c | cipher -e; else zstd -q -c; fi
}

# unseal ENCRYPTED
unseal() {
  if [ "$1" = true ]; then cipher -d | zstd -q -d -c; else zstd -q -d -c; fi
}

# The key is as long as random text needs to be, so that stretching it adds nothing.
cipher() { openssl enc "$1" -aes-256-ctr -pbkdf2 -iter 1 -pass file:/run/secrets/backup-key; }

checksum() { sha256sum "$1" | cut -d ' ' -f 1; }

# pack FOLDER CONTENTS DATA: all files of a folder one after the other, and a list to tell them apart by. The image has
# no tar.
pack() {
  (
    cd "$1" || exit
    find . -mindepth 1 \( -type d -printf 'd 0 %P\n' \) -o \( -type f -printf 'f %s %P\n' \) | LC_ALL=C sort -k 3 >"$2"
    sed -n 's/^f [0-9]* //p' "$2" | tr '\n' '\0' | xargs -0 -r cat -- | seal >"$3"
  )
}

# unpack FOLDER CONTENTS: from what unseal gives.
unpack() {
  local kind size path
  while read -r kind size path; do
    case $kind in
    d) mkdir -p "$1/$path" ;;
    f) head -c "$size" <&3 >"$1/$path" ;;
    esac || return
    [ "$kind" = d ] || [ "$(stat -c %s "$1/$path")" = "$size" ] || return
  done 3<&0 <"$2"
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }

# Full backups of this stack, the newest first.
full_backups() {
  local manifest
  for manifest in $(printf '%s\n' "$target"/full/*/manifest.json | sort -r); do
    [ -e "$manifest" ] && [ "$(field "$manifest" stack)" = "$STACK" ] && basename "$(dirname "$manifest")"
  done
}

# The newest full backup of the data that the databases have now; after a restore there is none yet.
newest_full() {
  local name
  for name in $(full_backups); do
    if [ "$(field "$target/full/$name/manifest.json" timeline)" = "$TIMELINE" ]; then
      echo "$name"
      return
    fi
  done
}

# state WHAT TEXT: for health.sh; what is new is logged.
state() {
  [ "$(cat "/tmp/state/$1" 2>/dev/null)" = "$2" ] && return
  echo "$2" >"/tmp/state/$1"
  echo "$1: $2"
}
