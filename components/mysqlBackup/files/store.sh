#!/usr/bin/env bash
# Where backups are and how they are kept: compressed, encrypted where that is asked for, authenticated, under their name
# only once they are whole.
#
# full/NAME/: manifest.json, contents, data. archive/RUN/: NUMBER.json and NUMBER.data for each piece of the binary log
# since the full backup RUN, reach.json, and `broken` where it cannot be gone on with. Names and runs are times. The JSON
# files are manifests (authentic.sh), in one line.

target=/var/lib/mysql-files
# shellcheck disable=SC2034 # For scripts that source this.
work=/var/lib/mysql

# What authentic.sh sets.
: "${text=}" "${trust=}" "${encryption_key=}"

# From standard input to standard output.
seal() {
  if [ "$ENCRYPTED" = true ]; then zstd -q -c | cipher -e; else zstd -q -c; fi
}

# unseal JSON: as its manifest says. Older versions of the program encrypted with the stack's key itself.
unseal() {
  case $(field "$1" format)/$(field "$1" encrypted) in
  2/true) cipher -d | zstd -q -d -c ;;
  /true) cipher -d /run/secrets/backup-key | zstd -q -d -c ;;
  *) zstd -q -d -c ;;
  esac
}

# cipher -e|-d [KEY-FILE]: the keys are as long as random text needs to be, so that stretching them adds nothing.
cipher() {
  openssl enc "$1" -aes-256-ctr -pbkdf2 -iter 1 -pass "file:${2:-/dev/fd/3}" 3< <(printf '%s' "$encryption_key")
}

# The SHA-256 of standard input; of what is written, so that nobody can change it in between.
digest() {
  local line
  line=$(sha256sum) || return
  echo "${line%% *}"
}

# list_files FOLDER: what it holds, to tell the files apart by that pack puts one after the other. The image has no tar.
list_files() {
  (
    cd "$1" || exit
    find . -mindepth 1 \( -type d -printf 'd 0 %P\n' \) -o \( -type f -printf 'f %s %P\n' \) | LC_ALL=C sort -k 3
  )
}

# pack FOLDER CONTENTS DATA: all files of the list into one, and prints its digest.
pack() {
  (
    cd "$1" || exit
    sed -n 's/^f [0-9]* //p' "$2" | tr '\n' '\0' | xargs -0 -r cat -- | seal | tee "$3" | digest
  )
}

# unpack FOLDER CONTENTS: from what unseal gives. Nothing is put anywhere else, whatever the list says.
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

# is_old NAME: whether older versions of the program, which did not authenticate, may have begun it.
is_old() { [[ $1 < $UNAUTHENTICATED_UNTIL ]]; }

# is_believable: whether examine has found what this stack or an older version of the program may have written.
is_believable() { [ "$trust" = authentic ] || [ "$trust" = unauthenticated ]; }

# The manifest of each kind, as examine does. One that does not belong there, or says what none can say, is changed, too.

# examine_backup NAME
examine_backup() {
  examine "$target/full/$1/manifest.json" backup
  is_believable || return 0
  if [ "$trust" = unauthenticated ] && ! is_old "$1"; then trust=changed; fi
  is_name "$1" && [ "$(field "$text" name)" = "$1" ] && is_name "$(field "$text" run)" &&
    all_are gtids "$text" gtids archivedGtids && all_are moment "$text" takenAt &&
    all_are number "$text" archived bytes dataBytes && all_are digest "$text" sha256 contentsSha256 &&
    all_are flag "$text" encrypted || trust=changed
}

# examine_reach RUN: how far its archive reaches.
examine_reach() {
  examine "$target/archive/$1/reach.json" reach
  [ "$trust" != missing ] || return 0
  if [ "$trust" != authentic ] || [ "$(field "$text" run)" != "$1" ]; then
    [ "$trust" = unauthenticated ] && is_old "$1" || trust=changed
  fi
  all_are gtids "$text" after && all_are moment "$text" reach && all_are number "$text" number || trust=changed
}

# examine_piece FILE
examine_piece() {
  examine "$1" piece
  is_believable || return 0
  all_are gtids "$text" before after && all_are name "$text" run && all_are digest "$text" sha256 &&
    all_are number "$text" number transactions first last bytes dataBytes && all_are flag "$text" encrypted ||
    trust=changed
}

is_broken() { [ -e "$target/archive/$1/broken" ] || [ -L "$target/archive/$1/broken" ]; }

# why_broken RUN: in a line, whoever wrote it. A link could lead to a secret.
why_broken() {
  local file=$target/archive/$1/broken
  if [ -f "$file" ] && [ ! -L "$file" ]; then head -c 300 "$file" | tr -cd '[:print:]'; fi
}

# write_reach RUN MOMENT NUMBER GTIDS: how far an archive reaches, and its last piece. $reach_text is what was written.
write_reach() {
  local file=$target/archive/$1/reach.json
  printf -v reach_text '{"kind":"reach","stack":"%s","timeline":"%s","run":"%s","reach":"%s","number":%d,"after":"%s"}' \
    "$STACK" "$TIMELINE" "$@"
  reach_text=$(signed "$reach_text")
  echo "$reach_text" >"$file.draft" && sync "$file.draft" && mv "$file.draft" "$file"
}

# piece_numbers RUN: of its archive, as the files have them that a piece consists of.
piece_numbers() {
  find "$target/archive/$1" -type f -name '[0-9]*' -printf '%f\n' 2>/dev/null |
    sed -nE 's/^([0-9]{8})\.(json|data)$/\1/p' | sort | uniq -d
}

# missing_pieces RUN LAST: numbers of those that lie between others, or between them and the last one.
missing_pieces() {
  piece_numbers "$1" | awk -v last="$2" '
    NR > 1 { while (++before < $1 + 0) printf "%08d\n", before }
    { before = $1 + 0 }
    END { if (NR == 0) before = last > 0 ? last - 1 : 0; while (++before <= last) printf "%08d\n", before }'
}

# lacking FILE-WITHOUT-ENDING: which of the two files is not there, below the folder.
lacking_file() { if [ -e "$1.json" ]; then echo "${1#"$target"/}.data"; else echo "${1#"$target"/}.json"; fi; }

# backup_names: of all stacks, the newest first.
backup_names() {
  local name
  find "$target/full" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null | sort -r |
    while read -r name; do if is_name "$name"; then echo "$name"; fi; done
}

# survey_backups: names by what to think of them, the newest first: $authentic, $unauthenticated, $foreign (with the name
# of the stack), $untrue. $newest is the last of the data that the databases have now, $newest_text its manifest and
# $newest_trust what to think of it; after a restore there is none yet.
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

# state WHAT TEXT: for health.sh; what is new is logged.
state() {
  [ "$(cat "/tmp/state/$1" 2>/dev/null)" = "$2" ] && return
  echo "$2" >"/tmp/state/$1"
  echo "$1: $2"
}
