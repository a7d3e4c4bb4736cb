#!/usr/bin/env bash
# restoreStorage.sh NAME UNTIL ID: sends the storages' files as of UNTIL to unpack.sh, by pipes in /exchange/ID. UNTIL is
# that of restore.sh. The files are those of the first look at or after that moment, so that no row refers to a file that
# was not there yet; without one, those of the last look before it. Nothing is sent before it is verified that this stack
# wrote it for its place. The result is a JSON object on standard output: `at`, the moment of the files; `held`, the moment
# until which nothing changed in them.
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=storage.sh
. "$scripts/storage.sh"
# shellcheck source=sequence.sh
. "$scripts/sequence.sh"

name=$1 until=$2 io=$exchange/$3
folder=full/$name/storage

say() { echo "$1" >&2; }
fail() {
  say "error: $1"
  exit 1
}
# require FILE: fails with the reason why the manifest that was examined last may not be used.
require() {
  case $trust in
  authentic) ;;
  missing) fail "$1 is missing" ;;
  *) fail "$1 is not as this stack wrote it: it was changed, or written with another key" ;;
  esac
}

trap 'rm -rf "$io"' EXIT
mkdir -m 755 "$io"

examine_backup "$name"
require "full/$name/manifest.json"
examine_storage_progress "$name"
require "$folder/progress.json"
last=$(count "$text" number) digest_of_last=$(field "$text" last) held=$(count "$text" at)

# The copies up to the one that is wanted.
manifests=() before=''
for ((number = 0; number <= last; number++)); do
  examine_copy "$name" $number "$before"
  require "$(copy_file "$folder" $number).json"
  since=$(count "$text" since)
  if ! is_copy_needed $number "$since" "$until"; then
    held=$since
    break
  fi
  manifests+=("$text") before=$(field "$text" sha256)
done
if [ $number -gt "$last" ] && [ "$before" != "$digest_of_last" ]; then
  fail "$folder/progress.json does not match the last copy: somebody put an earlier copy of one of them back"
fi

say "verifying the storages of $name"
for number in "${!manifests[@]}"; do
  data=$(copy_file "$folder" "$number").data
  [ "$(digest <"$target/$data")" = "$(field "${manifests[number]}" sha256)" ] ||
    fail "$data is not as it was written: its checksum is another"
done

say "unpacking the storages of $name"
for number in "${!manifests[@]}"; do mkfifo -m 666 "$io/data.$number"; done
mkfifo "$io/copy"
mkfifo -m 666 "$io/.control"
mv "$io/.control" "$io/control"
exec 5>"$io/control"
for number in "${!manifests[@]}"; do
  text=${manifests[number]} data=$(copy_file "$folder" "$number").data
  echo "$number $(count "$text" gone) $(field "$text" storages)" >&5
  # The data is hashed once more, because somebody could write to the folder after the first check.
  digest <"$io/copy" >/tmp/digest &
  tee "$io/copy" <"$target/$data" | unseal "$text" >"$io/data.$number" || fail "$data cannot be unpacked"
  wait $!
  [ "$(cat /tmp/digest)" = "$(field "$text" sha256)" ] || fail "$data was changed while it was unpacked"
done
echo "end 0 -" >&5
text=${manifests[-1]}
printf '{"at":%d,"held":%d,"files":%d,"size":%d,"storages":"%s"}\n' "$(count "$text" at)" "$held" \
  "$(count "$text" files)" "$(count "$text" size)" "$(field "$text" storages)"
