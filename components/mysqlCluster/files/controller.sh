#!/usr/bin/env bash
# The switchover controller. It promotes the configured member once for each change of the configuration: a later
# failover is not undone. When every member serves its certificate and has every account's password, it checks whether
# all members are in their places, and is healthy while they are. With a member as its argument, it promotes that member now and does nothing else.
#
# Environment: PRIMARY (the configured member), MEMBERS (all of them), CERTIFICATES (member=fingerprint of each), PASSWORDS
# (account=mark of each), REPLICATION, WITHOUT_REPLICA.
set -uo pipefail
: "${PRIMARY:?}" "${MEMBERS:?}" "${CERTIFICATES?}" "${PASSWORDS?}" "${REPLICATION:?}" "${WITHOUT_REPLICA?}"

scripts=$(dirname "$0")
# shellcheck source=common.sh
. "$scripts/common.sh"
# shellcheck source=tls.sh
. "$scripts/tls.sh"
read -ra members <<<"$MEMBERS"
read -ra certificates <<<"$CERTIFICATES"

# The SQL account keeps the controller's former name: running databases have it, and each stack's state its password.
ACCOUNT=steward
# Seconds in which a replica must catch up while writes are blocked.
CATCH_UP=10
# Seconds between two checks of the members.
LOOK=5

# say TEXT: logs the text, unless it was the last one logged.
say() {
  [ "$*" = "${said:-}" ] && return
  said=$*
  echo "controller: ${*//$'\n'/; }"
}
ask() { sql_at "$1" "$ACCOUNT" <<<"$2"; }

# Prints the member that takes writes. Outside a group, where no member does, it is the one promoted last: a switchover
# that was interrupted left it read-only, and is carried out again.
primary() {
  local member writes term promoted idle="" newest=0
  for member in "${members[@]}"; do
    read -r writes term promoted < <(ask "$member" "SELECT $WRITES, $PRIMARY_TERM" 2>/dev/null) || continue
    if [ "$writes" = 1 ]; then
      echo "$member"
      return
    fi
    if [ "$REPLICATION" != group ] && ((term > newest)); then
      newest=$term
      idle=$promoted
    fi
  done
  [ -n "$idle" ] && echo "$idle"
}

configured() {
  ask "$1" "SELECT member FROM $TERMS_TABLE WHERE reason = 'configured' ORDER BY epoch DESC LIMIT 1"
}

# switch FROM TO: the switchover.
switch() {
  case "$REPLICATION" in
  group) switch_group "$@" ;;
  *) switch_replicas "$@" ;;
  esac
}

switch_group() {
  local uuid
  uuid=$(ask "$2" "SELECT MEMBER_ID FROM performance_schema.replication_group_members
    WHERE MEMBER_ID = @@server_uuid AND MEMBER_STATE = 'ONLINE'")
  if [ -z "$uuid" ]; then
    say "$2 is not online in the group: it cannot become the primary yet"
    return 1
  fi
  sql_at "$1" "$ACCOUNT" 60 <<<"SELECT group_replication_set_as_primary('$uuid')" && begin_term "$2" configured | sql_at "$2" "$ACCOUNT"
}

# Writes are blocked until the replica has everything. If that takes too long, the old primary stays.
switch_replicas() {
  local from=$1 to=$2 all
  # A primary that takes no writes is replaced only if an interrupted switchover has closed it. Otherwise its node may
  # be about to open it.
  if [ "$(ask "$from" "SELECT $WRITES OR @@global.super_read_only
    AND ($SOURCE = '-' OR $SOURCE = '$to' AND $UNAPPLIED = '-')")" != 1 ]; then
    say "$from is promoted, but not open for writes yet: it keeps its place"
    return 1
  fi
  if [ "$(ask "$to" "SELECT $FOLLOWS AND $SOURCE = '$from'")" != 1 ]; then
    say "$to does not replicate from $from without trouble: it cannot become the primary"
    return 1
  fi
  all=$(ask "$from" "SELECT REPLACE(@@global.gtid_executed, '\n', '')")
  if [ "$(sql_at "$to" "$ACCOUNT" $((CATCH_UP + 2)) <<<"SELECT WAIT_FOR_EXECUTED_GTID_SET('$all', $CATCH_UP)")" != 0 ]; then
    say "$to is more than $CATCH_UP s behind $from: it cannot become the primary yet"
    return 1
  fi
  all=$(sql_at "$from" "$ACCOUNT" "$CATCH_UP" <<<"SET GLOBAL super_read_only = ON; SELECT REPLACE(@@global.gtid_executed, '\n', '')")
  if [ -n "$all" ] &&
    [ "$(sql_at "$to" "$ACCOUNT" $((CATCH_UP + 2)) <<<"SELECT WAIT_FOR_EXECUTED_GTID_SET('$all', $CATCH_UP)")" = 0 ]; then
    # The old primary becomes a replica first: its source tells it after a restart who may have been promoted, and with
    # semisync the new one cannot acknowledge anything without a replica.
    following "$to" | sql_at "$from" "$ACCOUNT" "$CATCH_UP" || return
    # From here there is no way back: once the term is recorded, the nodes themselves complete the switchover. The old
    # primary's semisync source is switched off meanwhile, which takes MySQL up to a second.
    promote "$to" configured | sql_at "$to" "$ACCOUNT" "$CATCH_UP" &
    no_semisync_source | sql_at "$from" "$ACCOUNT" "$CATCH_UP"
    wait $!
    return
  fi
  say "$to did not get the last transactions of $from in time: $from goes on"
  leading | sql_at "$from" "$ACCOUNT"
  return 1
}

# are_in_place: whether every member is in its place, by the reports of those that answer.
are_in_place() {
  local member answer reports="" judge="" found
  for member in "${members[@]}"; do
    if answer=$(ask "$member" "SELECT $REPORT" 2>/dev/null); then
      judge=$member
    else
      answer="{\"member\": \"$member\"}"
    fi
    reports+=${reports:+, }$answer
  done
  if [ -z "$judge" ]; then
    say "no member answers"
    return 1
  fi
  found=$(ask "$judge" "SET @reports = '[$reports]'; $JUDGEMENT") || return
  if [ -n "$found" ]; then
    say "${found//$'\t'/ }"
    return 1
  fi
  say "every member is in its place"
}

# have_passwords: whether every member has the present password of each account, by the marks in accounts.sh.
have_passwords() {
  local member pair known
  for member in "${members[@]}"; do
    known=$(ask "$member" "SELECT COALESCE(GROUP_CONCAT(account, '=', mark SEPARATOR ' '), '-') FROM $PASSWORDS_VIEW" 2>/dev/null)
    for pair in $PASSWORDS; do
      if [[ " $known " != *" $pair "* ]]; then
        say "$member does not have the present password of ${pair%=*} yet"
        return 1
      fi
    done
  done
}

# is_settled: whether the configured member has been promoted, now or by an earlier controller.
is_settled() {
  local current
  if ! current=$(primary); then
    say "no member takes writes"
    return 1
  fi
  if [ "$(configured "$current")" = "$PRIMARY" ]; then return; fi
  if [ "$current" = "$PRIMARY" ]; then
    begin_term "$PRIMARY" configured | sql_at "$PRIMARY" "$ACCOUNT"
    return
  fi
  say "the configured primary is $PRIMARY, and the present one $current"
  switch "$current" "$PRIMARY"
}

if [ $# = 1 ]; then
  current=$(primary) || exit
  [ "$current" = "$1" ] || switch "$current" "$1"
  exit
fi

until is_settled; do sleep 1; done
# A renewed certificate and another password replace this container, so one check is enough.
until is_served "${certificates[@]}" && have_passwords; do sleep 1; done
while :; do
  if are_in_place; then
    touch /tmp/in-place
    sleep "$LOOK"
  else
    rm -f /tmp/in-place
    sleep 1
  fi
done
