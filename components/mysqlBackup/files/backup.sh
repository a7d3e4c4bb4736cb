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
# Seconds after which it is asked again at the latest whether a full backup is due: somebody may have removed one.
LOOK_EVERY=60

mkdir -p /tmp/state /tmp/answers
mkfifo /tmp/full.requests /tmp/archive.requests
# Open for as long as this runs: who asks something of the other one does not wait until that one listens.
exec 8<>/tmp/full.requests 9<>/tmp/archive.requests
trap 'end_server archive; exit 0' TERM

# Nothing in the working folder outlives a start: what is archived is what has been filed.
find "$work" -mindepth 1 -delete
mkdir "$work/relay"
mysqld --no-defaults --initialize-insecure --datadir="$work/archive" >/tmp/archive.log 2>&1 || { cat /tmp/archive.log; exit 1; }
begin_server archive "$work/archive" --server-id=4294967295 --innodb-buffer-pool-size=8M --plugin-load-add=mysql_clone.so \
  --loose-clone-ssl-ca=/run/secrets/ca.crt --relay-log="$work/relay/relay" --max-relay-log-size=64M --replica-net-timeout=10 || exit

# The newest full backup that was there, by which it is noticed that it no longer is.
last=''

# look: $wait is how many seconds there are until a full backup is due. One that cannot be told from a forgery is none. What
# is removed here is never the newest.
look() {
  local age
  survey_backups
  wait=0
  if [ -n "$last" ] && { [ "$newest_trust" != authentic ] || [[ $newest < $last ]]; }; then
    if [ -d "$target/full/$last" ]; then
      state newest "failed: full/$last is not as it was left"
    else
      state newest "failed: full/$last is gone, and this program has not removed it"
      grep -qxs "$last" /tmp/gone || echo "$last" >>/tmp/gone
    fi
    return
  fi
  if [ "$newest_trust" != authentic ]; then return; fi
  last=$newest
  state newest "full/$last is as it was left"
  if is_broken "$(field "$newest_text" run)"; then return; fi
  age=$(($(date +%s) - $(date -d "$(field "$newest_text" takenAt)" +%s)))
  wait=$((age < EVERY_HOURS * 3600 ? EVERY_HOURS * 3600 - age : 0))
}

# A request by number is a person's; any other one says that a full backup is due, and may say it when that was taken.
take_backups() {
  local request='' wait pause=0 again=0 rest
  while :; do
    look
    if [[ $request = [0-9]* ]] || { [ "$wait" = 0 ] && { [ -n "$request" ] || ((SECONDS >= again)); }; }; then
      if bash "$scripts/full.sh"; then
        pause=0 last=''
        # The archive goes on from it at once.
        echo >/tmp/archive.requests
      else
        pause=$((pause == 0 ? FIRST_PAUSE : pause * 2 < LAST_PAUSE ? pause * 2 : LAST_PAUSE))
      fi
      again=$((SECONDS + pause))
      look
      case $request in [0-9]*) cat /tmp/state/full >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request" ;; esac
    fi
    request='' rest=$((wait > 0 ? wait : again - SECONDS))
    rest=$((rest < LOOK_EVERY ? rest : LOOK_EVERY))
    read -r -t $((rest > 0 ? rest : 1)) request <>/tmp/full.requests
  done
}

take_backups &
bash "$scripts/archive.sh" &
# Whichever ends, the engine starts the container again.
wait -n
exit 1
