#!/usr/bin/env bash
# Group Replication: members that choose their primary by themselves. This starts them, and starts them again. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

keep_in_group() {
  case "$group" in
  ONLINE)
    if [ -e "$GIVEN_UP" ] || [ -e "$DATA_LOST" ]; then rm -f "$GIVEN_UP" "$DATA_LOST"; fi
    if [ "$majority" = 0 ]; then
      be_in_minority
    elif [ "$problem" = - ]; then
      state "member, $role"
      if [ "$role" = PRIMARY ]; then lead; fi
    else
      # Until its primary has applied all that it received, a group has nobody who takes writes.
      state "starting: this node $problem"
    fi
    return
    ;;
  RECOVERING)
    state "starting: catching up with the group"
    return
    ;;
  esac

  survey
  local peer
  for peer in "${!grouped[@]}"; do
    case "${grouped[$peer]}" in
    ONLINE)
      # A member that comes back before it is expelled would be neither taken nor refused for more than a minute.
      if [ "${sees[$peer]}" = 0 ]; then join; else state "waiting: the group still has what this node was before"; fi
      return
      ;;
    RECOVERING)
      state "waiting: $peer is about to come online"
      return
      ;;
    esac
  done
  if [ "${writable[$promoted]:-0}" = 1 ]; then
    # The cluster is on its way from another kind of replication, and its primary is the last to come.
    be_replica_of "$promoted"
  elif ! are_given_up "${silent[@]}"; then
    state "alone: nobody is in the group, and it begins again when all members answer; silent: ${silent[*]}"
  else
    begin_group
  fi
}

# are_given_up MEMBER…: whether a person has said to begin without them (npm run database -- recover). It is said of these
# members and of this outage.
are_given_up() {
  local member
  for member; do grep -qxF "$member" "$GIVEN_UP" 2>/dev/null || return; done
}

# The others are lost to it, or it to them: it may not write, and goes on when they are back. If they have all been
# started again they cannot be back: nobody is in the group then but this node, which leaves, so that it can begin again.
be_in_minority() {
  survey
  local peer left=true
  for peer in "${!grouped[@]}"; do
    case "${grouped[$peer]}" in ONLINE | RECOVERING) left=false ;; esac
  done
  if [ ${#silent[@]} = 0 ] && $left; then
    state "waiting: the others have left the group; leaving it, too"
    ask "STOP GROUP_REPLICATION"
  else
    state "alone: in the minority of the group, and read-only until there is a majority"
  fi
}

start_group() {
  ask "STOP GROUP_REPLICATION" 2>/dev/null
  sql 600 <<SQL
$1
START GROUP_REPLICATION USER = 'replication', PASSWORD = '$(secret replication-password)';
SET GLOBAL group_replication_bootstrap_group = OFF;
SQL
}

# With the source outside the group goes the relay log of what was received from it.
leave_source() {
  [ "$source" = - ] && return
  ask "STOP REPLICA IO_THREAD FOR CHANNEL ''"
  has_applied_all "before it is in the group" && stop_replica
}

join() {
  leave_source || return
  state "starting: joining the group"
  local problem
  if ! problem=$(start_group "" 2>&1); then
    state "refused: the group does not take this node; the server's log says why: $problem"
    sleep 5
  fi
}

# Nobody is in the group, and everybody has answered, or a person has said to do without who has not (npm run database
# -- recover): whoever holds all that any of them has may begin it again, and only one of those. All members come to the
# same answer, because nobody can write meanwhile.
begin_group() {
  local mine peer theirs
  mine=$(ask "SELECT $HELD") || return
  local -a equals=("$MEMBER")
  for peer in "${!grouped[@]}"; do
    theirs=$(ask_peer "$peer" "SELECT $HELD") || return
    if [ "$(ask "SELECT GTID_SUBSET('$theirs', '$mine')")" != 1 ]; then
      state "waiting: $peer has transactions that this node has not, and begins the group if it has all"
      return
    fi
    if [ "$(ask "SELECT GTID_SUBSET('$mine', '$theirs')")" = 1 ]; then equals+=("$peer"); fi
  done
  local chosen
  chosen=$(printf '%s\n' "${equals[@]}" | sort | head -n 1)
  if printf '%s\n' "${equals[@]}" | grep -qxF "$promoted"; then chosen=$promoted; fi
  if [ "$chosen" = "$MEMBER" ]; then
    leave_source || return
    state "starting: beginning the group, for this node holds everything"
    start_group "SET GLOBAL group_replication_bootstrap_group = ON;"
  else
    state "waiting: $chosen begins the group"
  fi
}

# A primary sees to it that all know it, once in each term. An arbiter that became one, because nobody else was
# there, gives it away.
lead() {
  if [ "$ARBITER" = true ]; then
    hand_over
    return
  fi
  if [ "${led:-}" = "$term" ]; then return; fi
  complete_accounts
  if [ "$promoted" = "$MEMBER" ]; then
    note_acknowledgements | sql && led=$term
  else
    begin_term "$MEMBER" elected | sql
  fi
}

# Makes another member the primary that is on a server.
hand_over() {
  local other
  other=$(ask "SELECT MEMBER_ID FROM performance_schema.replication_group_members
    WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ROLE = 'SECONDARY' AND MEMBER_HOST <> '$ARBITER_MEMBER'
    ORDER BY MEMBER_HOST LIMIT 1")
  [ -n "$other" ] && ask "SELECT group_replication_set_as_primary('$other')"
}
