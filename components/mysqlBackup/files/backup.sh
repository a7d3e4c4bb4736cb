#!/usr/bin/env bash
# Takes full backups on schedule and archives the binary log between them.
#
# Environment: STACK (project/stack), TIMELINE (the history of the data: first, or the restore
# that it came from), MEMBERS (in the order in which they are asked), APPLICATION_DATABASE,
# EVERY_HOURS, KEEP, ARCHIVE_SECONDS, ENCRYPTED (true or false), UNAUTHENTICATED_UNTIL (the name of the last backup that
# an older version of the program, which did not authenticate backups, can have begun; empty: there is none), STORAGES
# (the names of the application's storages, separated by commas; unset: it has none), METRICS (the folder of the figures,
# for Prometheus and for the stack's status). Files in /tmp/state contain the present state of each activity.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=common.sh
. "$scripts/common.sh"
# shellcheck source=authentic.sh
. "$scripts/authentic.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=server.sh
. "$scripts/server.sh"
# shellcheck source=storage.sh
. "$scripts/storage.sh"
# shellcheck source=schedule.sh
. "$scripts/schedule.sh"

# Seconds between two attempts: after the first failure, and at most.
FIRST_PAUSE=30
LAST_PAUSE=1800
# Seconds between two checks of whether a full backup is due: somebody may have removed one.
LOOK_EVERY=60

mkdir -p /tmp/state /tmp/answers "$METRICS"
mkfifo /tmp/full.requests /tmp/archive.requests
# Both pipes stay open while this script runs, so that a writer never waits for a reader.
exec 8<>/tmp/full.requests 9<>/tmp/archive.requests
if [ -n "${STORAGES:-}" ]; then
  mkfifo /tmp/storage.requests
  exec 7<>/tmp/storage.requests
  # What a former container has left. Other users' files stay.
  find "$exchange" -mindepth 1 -maxdepth 1 -type d -user 999 -exec rm -rf {} +
fi
trap 'end_server archive; exit 0' TERM

# Every start empties the working folder: only what is in the archive counts.
find "$work" -mindepth 1 -delete
mkdir "$work/relay"
mysqld --no-defaults --initialize-insecure --datadir="$work/archive" >/tmp/archive.log 2>&1 || { cat /tmp/archive.log; exit 1; }
begin_server archive "$work/archive" --server-id=4294967295 --innodb-buffer-pool-size=8M --plugin-load-add=mysql_clone.so \
  --loose-clone-ssl-ca=/run/secrets/ca.crt --relay-log="$work/relay/relay" --max-relay-log-size=64M --replica-net-timeout=10 || exit

# The newest full backup that was there at the last check. Its absence shows that somebody removed it.
last=''

# is_useless: whether neither the archive nor the storages can go on from the newest full backup.
# shellcheck disable=SC2317 # whether calls it.
is_useless() { is_broken "$(chain_of "$newest_text")" || lacks_storage "$newest" "$newest_text"; }

# look: sets $wait to the seconds until a full backup is due. This program never removes the newest one.
look() {
  local age
  survey_backups
  wait=0
  case $(newest_is "$last" "$newest" "$newest_trust" "$(whether test -d "$target/full/$last")") in
  changed) state newest "failed: full/$last is not as it was left" ;;
  gone)
    state newest "failed: full/$last is gone, and this program has not removed it"
    grep -qxs "$last" /tmp/gone || echo "$last" >>/tmp/gone
    ;;
  kept)
    last=$newest
    state newest "full/$last is as it was left"
    age=$(($(date +%s) - $(date -d "$(field "$newest_text" takenAt)" +%s)))
    wait=$(wait_for_full $age $((EVERY_HOURS * 3600)) "$(whether is_useless)")
    ;;
  esac
}

# A request that is a number comes from a command, which waits for the answer. Any other request says that a full backup
# is due, and is ignored if one was taken meanwhile.
take_backups() {
  local request='' wait pause=0 again=0
  while :; do
    look
    if is_taken "$request" "$wait" "$SECONDS" "$again"; then
      if bash "$scripts/full.sh"; then
        pause=0 last=''
        # The archive goes on from the new backup at once.
        echo >/tmp/archive.requests
        [ -z "${STORAGES:-}" ] || echo >/tmp/storage.requests
      else
        pause=$(next_pause "$pause" "$FIRST_PAUSE" "$LAST_PAUSE")
      fi
      again=$((SECONDS + pause))
      look
      case $request in [0-9]*) cat /tmp/state/full >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request" ;; esac
    fi
    request=''
    read -r -t "$(time_to_look "$wait" "$SECONDS" "$again" "$LOOK_EVERY")" request <>/tmp/full.requests
  done
}

take_backups &
bash "$scripts/archive.sh" &
if [ -n "${STORAGES:-}" ]; then bash "$scripts/archiveStorage.sh" & fi
bash "$scripts/metrics.sh" &
# When one of them ends, the container ends, and the engine starts it again.
wait -n
exit 1
