#!/usr/bin/env bash
# Removes the oldest full backups, so that KEEP of them stay, and the segments of the archive that none of these needs.
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"

# remove FOLDER: renames the folder before it removes it, so that a half-removed backup is never taken for a whole one.
remove() {
  mv "$1" "$target/.old"
  rm -rf "$target/.old"
}
rm -rf "$target/.old"

# Names of chains that this program did not make are left alone.
chains() {
  local folder
  for folder in "$target"/archive/*/; do
    folder=${folder%/}
    if [ -d "$folder" ] && is_name "${folder##*/}"; then echo "${folder##*/}"; fi
  done
}

# facts: prints what retention.awk decides by.
facts() {
  local name chain
  for name in $(backup_names); do
    examine_backup "$name"
    echo "backup $trust $name $(is_believable && echo "$(chain_of "$text") $(count "$text" archived)")"
  done
  for chain in $(chains); do
    echo "chain $chain"
    segment_numbers "$chain" | sed "s/^/segment $chain /"
  done
}

# In a file, so that nothing is removed if a fact cannot be read.
facts >"$work/.facts"
decided=$(awk -v keep="$KEEP" -f "$scripts/retention.awk" "$work/.facts")
rm "$work/.facts"
while read -r kind name number; do
  case $kind in
  backup)
    echo "removing the backup $name: $KEEP others are kept"
    remove "$target/full/$name"
    ;;
  chain) remove "$target/archive/$name" ;;
  segment) rm -f "$target/archive/$name/$number.json" "$target/archive/$name/$number.data" ;;
  esac
done <<<"$decided"
