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

survey_backups
# Authentic backups come first, so that possible forgeries never push them out.
backups=("${authentic[@]}" "${unauthenticated[@]}")
for name in "${backups[@]:$KEEP}"; do
  echo "removing the backup $name: $KEEP others are kept"
  remove "$target/full/$name"
done

# By chain, the number of the last segment that is older than the oldest kept backup. The last segment of a chain always
# stays, because it marks the end of the archive.
declare -A needless
for name in "${backups[@]:0:$KEEP}"; do
  examine_backup "$name"
  needless[$(chain_of "$text")]=$(count "$text" archived)
done
for folder in "$target"/archive/*/; do
  [ -d "$folder" ] || continue
  chain=$(basename "$folder")
  # Folders that this program did not create are left alone.
  is_name "$chain" || continue
  if [ -z "${needless[$chain]:-}" ]; then
    # A backup whose manifest was changed may need this chain, if somebody repairs the manifest.
    [ ${#untrue[@]} -gt 0 ] || remove "${folder%/}"
    continue
  fi
  for number in $(segment_numbers "$chain" | head -n -1); do
    if ((10#$number > needless[$chain])); then break; fi
    rm -f "$folder$number.json" "$folder$number.data"
  done
done
