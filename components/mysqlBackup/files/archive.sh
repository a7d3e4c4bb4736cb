#!/usr/bin/env bash
# Archives the binary log continuously. This container's own server receives it as a replica does, from any member:
# GTIDs identify the transactions, whichever member sends them. The server never applies them. Every ARCHIVE_SECONDS its
# closed relay logs become segments of the archive.
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
# shellcheck source=members.sh
. "$scripts/members.sh"
# shellcheck source=segments.sh
. "$scripts/segments.sh"
# shellcheck source=schedule.sh
. "$scripts/schedule.sh"
# shellcheck source=round.sh
. "$scripts/round.sh"

# The member that sends the binary log, and the GTIDs that were archived when receiving from it began.
source='' base=''
# The members that have refused to send what follows the archive, and the second since which the primary has lacked
# transactions that are archived.
lacking='' behind_since=''
# The newest full backup, if it is not authenticated and this script has already requested another one because of it.
asked=''

ask() { own archive <<<"$1"; }

# union GTIDS GTIDS: prints both sets as one.
union() { ask "SELECT REPLACE(GTID_SUBTRACT('$1,$2', ''), '\n', '')"; }

# contains GTIDS GTIDS: prints 1 if the first set has all of the second one, and 0 if not.
contains() { ask "SELECT GTID_SUBSET('$2', '$1')"; }

# status FIELD…: prints these fields of the replica's status, one in each line.
status() {
  own archive --column-names <<<"SHOW REPLICA STATUS" |
    awk -F '\t' -v wanted="$*" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; count = split(wanted, names, " ") }
      NR == 2 { for (i = 1; i <= count; i++) { gsub(/\\n/, "", $column[names[i]]); print $column[names[i]] } }'
}

# follow MEMBER: receives from this member whatever is not archived yet.
follow() {
  own archive <<SQL
STOP REPLICA;
RESET REPLICA ALL;
RESET BINARY LOGS AND GTIDS;
SET GLOBAL gtid_purged = '$after';
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$1', SOURCE_SSL = 1, SOURCE_SSL_CA = '/run/secrets/ca.crt',
  SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 2;
START REPLICA IO_THREAD USER = 'backup' PASSWORD = '$(secret backup-password)';
SQL
  source=$1 base=$after
}

# archive_relay_logs: archives every closed relay log.
archive_relay_logs() {
  local -a logs
  local index next set
  ask "FLUSH RELAY LOGS" || return
  mapfile -t logs < <(find "$work/relay" -name 'relay.[0-9]*' | sort)
  for ((index = 0; index + 1 < ${#logs[@]}; index++)); do
    next=$(basename "${logs[index + 1]}")
    set=$(ask "SHOW RELAYLOG EVENTS IN '$next' LIMIT 2" | awk -F '\t' '$3 == "Previous_gtids" { gsub(/\\n/, "", $6); print $6 }')
    set=$(union "$base" "$set") || return
    if [ "$set" != "$after" ]; then archive_segment "${logs[index]}" "$set" || return; fi
    rm "${logs[index]}"
  done
}

# is_continued: whether the archive may go on with another member.
is_continued() {
  local contained
  contained=$(contains "$head" "$after")
  if [ "$contained" = 0 ]; then : "${behind_since:=$SECONDS}"; else behind_since=''; fi
  case $(continuity "$contained" $((SECONDS - ${behind_since:-$SECONDS}))) in
  continues) return ;;
  waits) state archive "failed: $primary lacks transactions that are archived" ;;
  breaks) break_chain "$primary lacks transactions that are archived" ;;
  unknown) state archive "failed: the archive's own server does not answer" ;;
  esac
  return 1
}

# is_received: whether the binary log is being received. If it is not, this begins to receive it from another member.
is_received() {
  local running error text member
  { read -r running; read -r error; read -r text; } < <(status Replica_IO_Running Last_IO_Errno Last_IO_Error)
  # Otherwise it is the status of the chain before.
  if [ -z "$source" ]; then running='' error='' text=''; fi
  if is_purged "${error:-0}"; then lacking+=" $source"; fi
  member=$(next_source "$source" "${running:-}" "$lacking" "$primary" "${others[@]}")
  if [ "$member" != stay ] || [ -n "$behind_since" ]; then is_continued || return; fi
  if [ "$member" = stay ]; then
    lacking=''
    return
  fi
  if [ "$member" = none ]; then
    break_chain "no database has the binary log that follows the archive"
    return 1
  fi
  state archive "receiving from $member${text:+, because $source does not answer: $text}"
  follow "$member"
}

# tick: one round. At its end, everything is archived that the primary had at its beginning.
tick() {
  local wanted began
  survey_backups
  if [ ${#untrue[@]} = 0 ]; then
    state manifests "as they were written"
  else
    state manifests "changed since they were written, or written with another key: $(printf 'full/%s/manifest.json ' "${untrue[@]}")"
  fi
  wanted=$(chain_of "$newest_text")
  case $(first_step "$newest" "$newest_trust" "$(whether is_broken "$wanted")" "$asked") in
  wait-first)
    state archive "waiting for the first full backup"
    return
    ;;
  request)
    state archive "waiting for a full backup that is authenticated"
    echo archive >/tmp/full.requests
    asked=$newest
    return
    ;;
  wait-requested)
    state archive "waiting for a full backup that is authenticated"
    return
    ;;
  wait-broken)
    state archive "waiting for a new full backup, because $(why_broken "$wanted")"
    return
    ;;
  esac
  if [ "$wanted" != "$chain" ]; then
    source='' lacking='' behind_since=''
    resume_chain "$wanted" || return
    if [ "$(count "$newest_text" archived)" -gt "$number" ]; then
      break_chain "$(progress_file "$chain") is older than the full backup $newest: it was put back"
      return
    fi
  fi
  is_untouched || return
  began=$(now)
  look_at_members
  if [ -z "$primary" ]; then
    state archive "failed: no database takes writes"
    return
  fi
  is_received || return
  local try received
  for ((try = 0; try < 50; try++)); do
    read -r received < <(status Retrieved_Gtid_Set)
    if [ "$(contains "$base,$received" "$head")" = 1 ]; then
      archive_relay_logs 2>/tmp/archive.problem || {
        state archive "failed: $(tail -n 1 /tmp/archive.problem)"
        return
      }
      archived_until=$began
      note_progress && state archive "archiving from $source"
      return
    fi
    sleep 0.2
  done
  archive_relay_logs
  state archive "failed: $source is behind $primary"
}

while :; do
  tick
  pause=$(pause_after "$(cat /tmp/state/archive)" "$ARCHIVE_SECONDS")
  [ -z "${request:-}" ] || { cat /tmp/state/archive >"/tmp/answers/.$request" && mv "/tmp/answers/.$request" "/tmp/answers/$request"; }
  request=
  read -r -t "$pause" request <>/tmp/archive.requests
done
