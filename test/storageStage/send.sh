#!/usr/bin/env bash
# send.sh UNTIL ID CHANGE: runs the line CHANGE in a copy of the folder of the backups, and restores its first backup.
set -euo pipefail
cp -a /backups/. /var/lib/mysql-files
cd /var/lib/mysql-files
name=$(find full -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | head -n 1)
# shellcheck disable=SC2034 # For the line.
storage=full/$name/storage
# exchange FILE FILE
exchange() {
  mv "$1" /tmp/exchanged
  mv "$2" "$1"
  mv /tmp/exchanged "$2"
}
eval "$3"
exec bash /etc/backup/restoreStorage.sh "$name" "$1" "$2"
