#!/usr/bin/env bash
# Prints the manifest of each full backup, how far each run of the archive reaches, and MySQL's version, as JSON lines.
set -uo pipefail

. "$(dirname "$0")/store.sh"
cat "$target"/full/*/manifest.json 2>/dev/null
for folder in "$target"/archive/*/; do
  [ -e "$folder/reach.json" ] && cat "$folder/reach.json"
done
printf '{"server":"%s"}\n' "$(mysqld --version | sed -E 's/.* Ver ([0-9.]+).*/\1/')"
