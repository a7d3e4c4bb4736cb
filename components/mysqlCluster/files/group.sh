#!/usr/bin/env bash
# Group Replication, whose members elect their primary themselves. These functions start a member, and restart it. For
# node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

keep_in_group() {
  case "$group" in
  ONLINE)
    if [ -e "$GIVEN_UP" ] || [ -e "$DATA_LOST" ]; then rm -f "$GIVEN_UP" "$DATA_LOST"; fi
    if [ -e "$CONNECTED_WITH.next" ]; then mv "$CONNECTED_WITH.next" "$CONNECTED_WITH"; fi
    if [ "$majority" = 0 ]; then
      be_in_minority
    elif [ -e "$REGROUP" ] && [ "$role" = SECONDARY ]; then
      rm "$REGROUP"
      join
    elif [ "$problem" = - ]; then
      state "member, $role"
      if [ "$role" = PRIMARY ]; then lead; fi
    else
      # A group takes no writes until its primary has applied everything that it received.
      state "starting: this node $problem"
    fi
    return
    ;;
  RECOVERING)
    report_recovery
    return
    ;;
  esac

  survey
  local peer
  for peer in "${!grouped[@]}"; do
    case "${grouped[$peer]}" in
    ONLINE)
      # A group neither accepts nor rejects a member that comes back before it was expelled, for more than a minute.
      if [ "${sees[$peer]}" = 0 ]; then join; else state "waiting: the group still lists the former run of this node"; fi
      return
      ;;
    RECOVERING)
      state "waiting: $peer is about to come online"
      return
      ;;
    esac
  done
  if [ "${writable[$promoted]:-0}" = 1 ]; then
    # The cluster is moving from another kind of replication, and its primary comes last.
    be_replica_of "$promoted"
  elif ! are_given_up "${silent[@]}"; then
    state "alone: the group has no members, and begins again when all of them answer; silent: ${silent[*]}"
  else
    begin_group
  fi
}

# report_recovery: says how far this node is on its way into the group. MySQL itself may clone another member for it.
report_recovery() {
  local far
  far=$(ask "SELECT IF(EXISTS (SELECT 1 FROM performance_schema.clone_status WHERE STATE = 'In Progress'), ($CLONED),
    CONCAT('transaction ', COALESCE(REGEXP_SUBSTR(@@global.gtid_executed, '[0-9]+$'), '-')))") || return
  progress "starting: catching up with the group: $far"
}

# are_given_up MEMBER…: whether a person has decided to begin without these members (npm run database -- recover). The
# decision holds for this outage only.
are_given_up() {
  local member
  for member; do grep -qxF "$member" "$GIVEN_UP" 2>/dev/null || return; done
}

# be_in_minority: this node has lost contact with the majority. It takes no writes, and continues when the others are
# back. If all others have been restarted, they are not in the group any more: then this node leaves, too, so that the
# group can begin again.
be_in_minority() {
  survey
  local peer left=true
  for peer in "${!grouped[@]}"; do
    case "${grouped[$peer]}" in ONLINE | RECOVERING) left=false ;; esac
  done
  if [ ${#silent[@]} = 0 ] && $left; then
    state "waiting: the others have left the group; leaving it as well"
    ask "STOP GROUP_REPLICATION"
  else
    state "alone: in the minority of the group, and read-only until there is a majority"
  fi
}

# start_group STATEMENTS: runs the statements and starts this member, which keeps the password as long as it is in the
# group: it recovers and talks to the others with it. The password is in use when the member has come online with it.
start_group() {
  local password
  password=$(secret replication-password)
  rm -f "$CONNECTED_WITH" "$CONNECTED_WITH.next"
  ask "STOP GROUP_REPLICATION" 2>/dev/null
  sql 600 <<SQL || return
$1
START GROUP_REPLICATION USER = 'replication', PASSWORD = '$password';
SET GLOBAL group_replication_bootstrap_group = OFF;
SQL
  mark "$password" >"$CONNECTED_WITH.next"
}

# reaches_itself: a member first tries whether it reaches itself with the password of the file. MySQL would wait if its
# own account did not have it yet, and this script with it.
reaches_itself() {
  if has_password replication; then return; fi
  state "starting: giving the account replication the password of the file"
  return 1
}

# leave_source: stops replicating from a source outside the group. That deletes the relay log, so everything is applied
# first.
leave_source() {
  [ "$source" = - ] && return
  ask "STOP REPLICA IO_THREAD FOR CHANNEL ''"
  has_applied_all "before it is in the group" && stop_replica
}

join() {
  leave_source || return
  reaches_itself || return
  state "starting: joining the group"
  local problem
  if ! problem=$(start_group "" 2>&1); then
    state "refused: the group does not accept this node, for the reason in the server's log: $problem"
    sleep 5
  fi
}

# begin_group: the group has no members, and every member has answered, or a person has given up the silent ones (npm
# run database -- recover). A member that has all transactions of all others begins the group; of several such members,
# one does. All come to the same answer, because none can take writes meanwhile.
begin_group() {
  local mine peer theirs
  mine=$(ask "SELECT $HELD") || return
  local -a equals=("$MEMBER")
  for peer in "${!grouped[@]}"; do
    theirs=$(ask_peer "$peer" "SELECT $HELD") || return
    if [ "$(ask "SELECT GTID_SUBSET('$theirs', '$mine')")" != 1 ]; then
      state "waiting: $peer has transactions that this node lacks, and begins the group if it has all"
      return
    fi
    if [ "$(ask "SELECT GTID_SUBSET('$mine', '$theirs')")" = 1 ]; then equals+=("$peer"); fi
  done
  local chosen
  chosen=$(printf '%s\n' "${equals[@]}" | sort | head -n 1)
  if printf '%s\n' "${equals[@]}" | grep -qxF "$promoted"; then chosen=$promoted; fi
  if [ "$chosen" = "$MEMBER" ]; then
    leave_source || return
    reaches_itself || return
    state "starting: beginning the group, because this node has everything"
    start_group "SET GLOBAL group_replication_bootstrap_group = ON;"
  else
    state "waiting: $chosen begins the group"
  fi
}

# lead: a primary records its term, once. An arbiter that was elected because no other member was there hands over.
lead() {
  if [ "$ARBITER" = true ]; then
    hand_over
    return
  fi
  if [ "${led:-}" = "$term" ]; then return; fi
  complete_schema
  if [ "$promoted" = "$MEMBER" ]; then
    note_acknowledgements | sql && led=$term
  else
    begin_term "$MEMBER" elected | sql
  fi
}

# hand_over: makes another member the primary, which is not the arbiter.
hand_over() {
  local other
  other=$(ask "SELECT MEMBER_ID FROM performance_schema.replication_group_members
    WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = 'SECONDARY' AND MEMBER_HOST <> '$ARBITER_MEMBER'
    ORDER BY MEMBER_HOST LIMIT 1")
  [ -n "$other" ] && ask "SELECT group_replication_set_as_primary('$other')"
}
