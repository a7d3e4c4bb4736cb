#!/usr/bin/env bash
# Prints the manifest of each full backup, and how far each run of the archive reaches, as JSON lines.
set -uo pipefail

. "$(dirname "$0")/store.sh"
cat "$target"/full/*/manifest.json 2>/dev/null
for folder in "$target"/archive/*/; do
  [ -e "$folder/reach.json" ] && cat "$folder/reach.json"
done
exit 0
