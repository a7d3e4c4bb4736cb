#!/usr/bin/env bash
# Removes full backups that are more than KEEP, and of the archive what none of those that stay needs.
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"

# A folder loses its name first: half of a backup is none.
remove() {
  mv "$1" "$target/.old"
  rm -rf "$target/.old"
}
rm -rf "$target/.old"

survey_backups
# Backups that could be a forgery take the place of none that could not.
backups=("${authentic[@]}" "${unauthenticated[@]}")
for name in "${backups[@]:$KEEP}"; do
  echo "removing the backup $name: $KEEP others are kept"
  remove "$target/full/$name"
done

# The oldest that stays of each run needs nothing of the archive that was there before it. The last piece stays: its end can
# be told by it.
declare -A needless
for name in "${backups[@]:0:$KEEP}"; do
  examine_backup "$name"
  needless[$(field "$text" run)]=$(count "$text" archived)
done
for folder in "$target"/archive/*/; do
  [ -d "$folder" ] || continue
  run=$(basename "$folder")
  # What this program did not make is not its to remove.
  is_name "$run" || continue
  if [ -z "${needless[$run]:-}" ]; then
    # Whose manifest cannot be believed may need it, should somebody put that right.
    [ ${#untrue[@]} -gt 0 ] || remove "${folder%/}"
    continue
  fi
  for number in $(piece_numbers "$run" | head -n -1); do
    if ((10#$number > needless[$run])); then break; fi
    rm -f "$folder$number.json" "$folder$number.data"
  done
done
