#!/usr/bin/env bash
# Asynchronous and semisynchronous replication: a primary and its replicas. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"
# shellcheck source=clone.sh
. "$(dirname "${BASH_SOURCE[0]}")/clone.sh"

keep_replicating() {
  # A replica that follows learns from its own tables which member is primary. A primary asks the others, because it may
  # have been replaced while it was away.
  [ "$follows" = 1 ] || survey
  case "$promoted" in
  "$MEMBER") be_primary ;;
  -) adopt ;;
  *) be_replica_of "$promoted" ;;
  esac
}

# apply_received: starts the applier, which does not start with MySQL. Received and confirmed transactions may exist
# nowhere else, so they are applied whichever member is primary.
apply_received() {
  if [ "$source" = - ] || [ "$applies" = 1 ] || [ "$cannot_apply" != - ]; then return; fi
  ask "START REPLICA SQL_THREAD FOR CHANNEL ''"
}

# has_applied_all WHEN: fails while received transactions are not applied yet, because then the relay log must stay.
has_applied_all() {
  local left
  left=$(ask "SELECT $UNAPPLIED") || return
  if [ "$left" = - ]; then return; fi
  if [ "$cannot_apply" = - ]; then
    progress "starting: applying the received transactions, $1: left are $left"
  else
    state "starting: the received transactions must be applied, $1, and cannot be: $cannot_apply"
  fi
  return 1
}

# A node opens for writes once in each term. The controller may close it later for a switchover, and so may a person.
be_primary() {
  # A switchover has made it a replica, perhaps of the next primary, whose term it has not received.
  if [ "$source" != - ] && ((term <= $(cat "$LED" 2>/dev/null || echo 0))); then
    # The controller goes on with a switchover from a closed primary alone.
    ask "SET GLOBAL super_read_only = ON"
    state "alone: it was the primary of term $term and became a replica of $source, which may be the primary now"
    return
  fi
  if ((term <= $(cat "$OPENED" 2>/dev/null || echo 0))); then
    if [ "$problem" != - ]; then
      state "out of place: promoted to primary, but it $problem"
      return
    fi
  else
    # If the controller has opened this node, it is the primary, although with semisync it cannot write before it has a
    # replica.
    open_as_primary || [ "$source $problem" = "- -" ] || return
    echo "$term" >"$OPENED"
    echo "$term" >"$LED"
    if [ -e "$DATA_LOST" ]; then rm "$DATA_LOST"; fi
  fi
  rm -f "$CONNECTED_WITH"
  state "primary, term $term"
  if [ "$REPLICATION" = semisync ]; then release_writers; fi
}

open_as_primary() {
  local known=$term
  if [ "$source" != - ]; then
    ask "STOP REPLICA IO_THREAD FOR CHANNEL ''"
    has_applied_all "before it becomes the primary" || return
    # The transactions that were just applied may have brought a newer term.
    look || return
    if ((term > known)) && [ "$promoted" != "$MEMBER" ]; then return 1; fi
  fi
  has_all_of_peers || return
  # The order matters: the controller believes that it has closed a node itself if the node is closed and has no source.
  ask "SET GLOBAL super_read_only = OFF" || return
  if [ "$source" != - ]; then stop_replica || return; fi
  complete_schema || return
  { note_acknowledgements; semisync_source; echo "SET GLOBAL read_only = OFF;"; } | sql
}

# has_all_of_peers: a node that lost its data has a clone of it, with as much as the donor had applied. A peer may have
# received and confirmed more, which would be lost if this node took writes without it.
has_all_of_peers() {
  if [ ! -e "$DATA_LOST" ]; then return; fi
  local mine peer theirs server
  local -a away=()
  mine=$(ask "SELECT $HELD") || return
  for peer in $PEERS; do
    # A peer without any transactions has lost its data, too. The empty set would pass the comparison below.
    theirs=$(ask_peer "$peer" "SELECT $HELD" 2>/dev/null)
    if [ -z "$theirs" ]; then
      away+=("$peer")
      continue
    fi
    case "$(ask "SELECT GTID_SUBSET('$theirs', '$mine')")" in
    1) ;;
    0)
      server=${peer#mysql-}
      state "refused: its own data was lost, and $peer has more transactions: npm run database -- failover ${server%%.*}"
      return 1
      ;;
    *) return 1 ;;
    esac
  done
  if [ ${#away[@]} -gt 0 ]; then
    state "alone: its own data was lost; silent: ${away[*]}"
    return 1
  fi
}

# release_writers: if a replica's connection breaks between a transaction and its acknowledgement, the replica has the
# transaction and never acknowledges it. The source then waits until a later transaction is acknowledged: for ever, if
# every client waits. So this function writes a transaction that changes nothing.
release_writers() {
  local before
  before=$(acknowledgements)
  case "$before" in
  "" | "0 "* | *" 0 "*)
    # No session waits, or there is no replica.
    patience=1
    return
    ;;
  esac
  sleep 0.5
  if [ "$(acknowledgements)" != "$before" ] || ((SECONDS < ${next_release:-0})); then return; fi
  echo "node: writers wait although there is a replica: writing a transaction for it to acknowledge"
  # If the replica hangs, this session waits, too: the growing pause keeps the number of such sessions low.
  next_release=$((SECONDS + ${patience:=1}))
  patience=$((patience * 2))
  sql 86400 <<<"DROP TABLE IF EXISTS cluster.nothing" &
}

# Prints three numbers: replicas that can acknowledge, sessions that wait, and acknowledged transactions.
acknowledgements() {
  ask "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME SEPARATOR ' ') FROM performance_schema.global_status
    WHERE VARIABLE_NAME IN ('Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions', 'Rpl_semi_sync_source_yes_tx')"
}

# Clusters of the first versions of the program have no primary term yet.
adopt() {
  if [ "$source" != - ]; then
    connecting start_replica
    state "replica of $source"
  elif [ "$(desired_primary)" = "$MEMBER" ]; then
    ask "SET GLOBAL super_read_only = OFF"
    { cluster_schema; begin_term "$MEMBER" configured; } | sql
  else
    state "refused: no member has been promoted to primary, and this node replicates from none"
  fi
}

be_replica_of() {
  ask "SET GLOBAL super_read_only = ON; $(no_semisync_source)"
  if [ "$source $follows" = "$1 1" ]; then
    state "replica of $1"
    forget_stored_password
    renew_connection "$1"
    keep_data "$1"
    return
  fi
  is_covered_by "$1" || return
  # The error of a source before the present primary is no reason to clone.
  if [ "$broken" != - ] && { [ "$source" = "$1" ] || [ "$cannot_apply" != - ]; }; then
    echo "node: replication stopped: $broken"
    # A source that has just cloned this node's data has broken its connections: the first failure is no reason to
    # clone.
    if [ "$source $cannot_apply" = "$1 -" ] && [ "${resumed:-}" != "$term" ]; then
      resumed=$term
      connecting receiving_again
      return
    fi
    # The receiver may have received and confirmed more meanwhile, which a clone would delete.
    ask "STOP REPLICA IO_THREAD FOR CHANNEL ''" || return
    is_covered_by "$1" || return
    clone "$1"
    return
  fi
  # The controller may have made this node a replica meanwhile, and another connection would pause the writers.
  look || return
  if [ "$source $follows" = "$1 1" ]; then return; fi
  state "starting: following $1"
  case "$source" in
  -) connecting following "$1" ;;
  "$1") connecting receiving_again ;;
  *) connecting going_on_from "$1" ;;
  esac
}

# connecting FUNCTION…: runs the SQL that a function prints, which starts the receiver with the password of the file, and
# records the mark of that password. Without the record, the receiver counts as one with another password.
connecting() {
  local password
  password=$(secret replication-password)
  rm -f "$CONNECTED_WITH"
  "$@" | sql || return
  # shellcheck disable=SC2153 # From definitions.sh.
  mark "$password" >"$CONNECTED_WITH"
}

# renew_connection PRIMARY: MySQL connects again with the password that the receiver was started with. If the file has
# another one, which the primary accepts, the receiver is started again with it. The controller starts the receiver of a
# former primary, and records nothing: it had the present password if the primary takes no other. Another connection
# would pause the writers of a semisync primary.
renew_connection() {
  local password
  password=$(secret replication-password)
  if [ -z "$password" ] || [ "$(mark "$password")" = "$(cat "$CONNECTED_WITH" 2>/dev/null)" ]; then return; fi
  if [ ! -e "$CONNECTED_WITH" ] && [ "$(ask_peer "$1" "SELECT takes_former FROM $PASSWORDS_VIEW
    WHERE account = 'replication' AND mark = '$(mark "$password")'" 2>/dev/null)" = 0 ]; then
    mark "$password" >"$CONNECTED_WITH"
    return
  fi
  ask_peer "$1" "DO 0" 2>/dev/null && connecting receiving_again || return
  echo "node: replicating with the password of the file now"
}

# forget_stored_password: older versions of the program had MySQL store it. This happens while the applier runs, because
# the change would delete the relay log otherwise.
forget_stored_password() {
  local stored
  if [ -n "${forgot:-}" ]; then return; fi
  stored=$(ask "SELECT COUNT(*) FROM mysql.slave_master_info WHERE Channel_name = '' AND CONCAT(User_name, User_password) <> ''") || return
  if [ "$stored" != 0 ]; then
    echo "node: removing the stored password of replication"
    connecting forgetting || return
  fi
  forgot=yes
}

forgetting() {
  echo "STOP REPLICA IO_THREAD FOR CHANNEL ''; CHANGE REPLICATION SOURCE TO SOURCE_USER = '', SOURCE_PASSWORD = '' FOR CHANNEL '';"
  start_replica
}

# is_covered_by MEMBER: whether that member has all transactions of this node. If not, sets the state to the reason.
is_covered_by() {
  local mine
  mine=$(ask "SELECT $HELD") || return
  case "$(ask_peer "$1" "SELECT GTID_SUBSET('$mine', $LOGGED)" 2>/dev/null)" in
  1) return ;;
  0) state "diverged: this node has errant transactions, which $1 has not: $(ask_peer "$1" "SELECT REPLACE(GTID_SUBTRACT('$mine', $LOGGED), '\n', '')")" ;;
  *) state "alone: $1, the primary, does not answer" ;;
  esac
  return 1
}

# keep_data PRIMARY: cloned data with everything that the primary has is as good as the data that was lost.
keep_data() {
  if [ ! -e "$DATA_LOST" ]; then return; fi
  local theirs
  theirs=$(ask_peer "$1" "SELECT REPLACE(@@global.gtid_executed, '\n', '')" 2>/dev/null)
  if [ -n "$theirs" ] && [ "$(ask "SELECT GTID_SUBSET('$theirs', $HELD)")" = 1 ]; then rm "$DATA_LOST"; fi
}

stop_replica() { ask "STOP REPLICA FOR CHANNEL ''; RESET REPLICA ALL FOR CHANNEL ''"; }
