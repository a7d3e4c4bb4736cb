#!/usr/bin/env bash
# Takes full backups on schedule and archives the binary log between them.
#
# Environment: STACK (project/stack), TIMELINE (which data the databases have: first, or the restore that they come from),
# MEMBERS (in the order in which they are asked), APPLICATION_DATABASE, EVERY_HOURS, KEEP, ARCHIVE_SECONDS, ENCRYPTED (true
# or false), UNAUTHENTICATED_UNTIL (the name of the last backup that an older version of the program, which did not
# authenticate them, can have begun; empty: there is none). What it is at is in /tmp/state.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=../../mysqlCluster/files/common.sh
. "$scripts/common.sh"
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=server.sh
. "$scripts/server.sh"

# Seconds between tries: each time twice as long.
FIRST_PAUSE=30
LAST_PAUSE=1800

mkdir -p /tmp/state /tmp/answers
mkfifo /tmp/full.requests /tmp/archive.requests
trap 'end_server archive; exit 0' TERM

# Nothing in the working folder outlives a start: what is archived is what has been filed.
find "$work" -mindepth 1 -delete
mkdir "$work/relay"
mysqld --no-defaults --initialize-insecure --datadir="$work/archive" >/tmp/archive.log 2>&1 || { cat /tmp/archive.log; exit 1; }
begin_server archive "$work/archive" --server-id=4294967295 --innodb-buffer-pool-size=8M --plugin-load-add=mysql_clone.so \
  --loose-clone-ssl-ca=/run/secrets/ca.crt --relay-log="$work/relay/relay" --max-relay-log-size=64M --replica-net-timeout=10 || exit

# due: seconds until a full backup is. One that cannot be told from a forgery is none.
due() {
  local age
  survey_backups
  if [ "$newest_trust" != authentic ] || [ -e "$target/archive/$(field "$newest_text" run)/broken" ]; then
    echo 0
    return
  fi
  age=$(($(date +%s) - $(date -d "$(field "$newest_text" takenAt)" +%s)))
  echo $((age < EVERY_HOURS * 3600 ? EVERY_HOURS * 3600 - age : 0))
}

take_backups() {
  local request='' pause=0 wait
  while :; do
    wait=$(due)
    if [ "$wait" = 0 ] || [ -n "$request" ]; then
      if bash "$scripts/full.sh"; then
        pause=0
        # The archive goes on from it at once.
        echo >/tmp/archive.requests
      else
        pause=$((pause == 0 ? FIRST_PAUSE : pause * 2 < LAST_PAUSE ? pause * 2 : LAST_PAUSE))
      fi
      case $request in [0-9]*) cat /tmp/state/full >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request" ;; esac
      request=
      wait=$(due)
    fi
    read -r -t $((wait > pause ? wait : pause + 1)) request <>/tmp/full.requests
  done
}

take_backups &
bash "$scripts/archive.sh" &
# Whichever ends, the engine starts the container again.
wait -n
exit 1
