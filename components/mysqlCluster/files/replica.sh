#!/usr/bin/env bash
# Asynchronous and semisynchronous replication: a primary, and replicas that follow it. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

keep_replicating() {
  # A replica that follows is told by its own tables who the primary is. A primary asks: it may have been replaced while
  # it was away.
  [ "$follows" = 1 ] || survey
  case "$promoted" in
  "$MEMBER") be_primary ;;
  -) adopt ;;
  *) be_replica_of "$promoted" ;;
  esac
}

# What a replica has received and confirmed may be nowhere else any more, so it is applied whoever is primary. MySQL
# starts without its threads.
apply_received() {
  if [ "$source" = - ] || [ "$applies" = 1 ] || [ "$cannot_apply" != - ]; then return; fi
  ask "START REPLICA SQL_THREAD FOR CHANNEL ''"
}

# has_applied_all WHEN: fails while there is something that was received and is not applied, whose relay log must stay.
has_applied_all() {
  local left
  left=$(ask "SELECT $UNAPPLIED") || return
  if [ "$left" = - ]; then return; fi
  if [ "$cannot_apply" = - ]; then
    state "starting: applying what was received, $1"
  else
    state "starting: what was received has to be applied, $1, and cannot be: $cannot_apply"
  fi
  return 1
}

# A node opens for writes once in each term. The controller may close it later for a switchover, and so may a person.
be_primary() {
  if ((term <= $(cat "$OPENED" 2>/dev/null || echo 0))); then
    if [ "$problem" != - ]; then
      state "out of place: promoted to primary, but it $problem"
      return
    fi
  else
    # The controller may have opened it: then it is the primary, though it cannot write while no replica is there.
    open_as_primary || [ "$source $problem" = "- -" ] || return
    echo "$term" >"$OPENED"
    if [ -e "$DATA_LOST" ]; then rm "$DATA_LOST"; fi
  fi
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
  # In this order: one that is closed and follows nobody the controller takes for one that it has closed itself.
  ask "SET GLOBAL super_read_only = OFF" || return
  if [ "$source" != - ]; then stop_replica || return; fi
  complete_accounts || return
  { note_acknowledgements; semisync_source; echo "SET GLOBAL read_only = OFF;"; } | sql
}

# What a node that lost its data has, came from a clone: as much as the donor had applied. A peer may have received and
# confirmed more, and it would be lost if this node took writes without it.
has_all_of_peers() {
  if [ ! -e "$DATA_LOST" ]; then return; fi
  local mine peer theirs server
  local -a away=()
  mine=$(ask "SELECT $HELD") || return
  for peer in $PEERS; do
    # One that has nothing has lost it, too: nothing is a part of everything.
    theirs=$(ask_peer "$peer" "SELECT $HELD" 2>/dev/null)
    if [ -z "$theirs" ]; then
      away+=("$peer")
      continue
    fi
    case "$(ask "SELECT GTID_SUBSET('$theirs', '$mine')")" in
    1) ;;
    0)
      server=${peer#mysql-}
      state "refused: its own data were lost, and $peer has more transactions: npm run database -- failover ${server%%.*}"
      return 1
      ;;
    *) return 1 ;;
    esac
  done
  if [ ${#away[@]} -gt 0 ]; then
    state "alone: its own data were lost; silent: ${away[*]}"
    return 1
  fi
}

# A replica whose connection breaks between a transaction and its acknowledgement has the transaction, and never
# acknowledges it. The source waits until a later one is acknowledged: for ever, when everybody waits who could write one.
# So this writes one that changes nothing.
release_writers() {
  local before
  before=$(acknowledgements)
  case "$before" in
  "" | "0 "* | *" 0 "*)
    # Nobody waits, or there is no replica.
    patience=1
    return
    ;;
  esac
  sleep 0.5
  if [ "$(acknowledgements)" != "$before" ] || ((SECONDS < ${next_release:-0})); then return; fi
  echo "node: writers wait though there is a replica: writing what it acknowledges"
  # If the replica hangs, this waits like the others: there should not be many.
  next_release=$((SECONDS + ${patience:=1}))
  patience=$((patience * 2))
  sql 86400 <<<"DROP TABLE IF EXISTS cluster.nothing" &
}

# Replicas that can acknowledge, sessions that wait for them, transactions that were acknowledged.
acknowledgements() {
  ask "SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME SEPARATOR ' ') FROM performance_schema.global_status
    WHERE VARIABLE_NAME IN ('Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions', 'Rpl_semi_sync_source_yes_tx')"
}

# Clusters of the first versions of the program have no primary term yet.
adopt() {
  if [ "$source" != - ]; then
    ask "START REPLICA FOR CHANNEL ''"
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
    keep_data "$1"
    return
  fi
  is_covered_by "$1" || return
  if [ "$broken" != - ]; then
    echo "node: replication stopped: $broken"
    # A source that has just taken its data from this node broke off what it was sending: once is no reason to clone.
    if [ "$source $cannot_apply" = "$1 -" ] && [ "${resumed:-}" != "$term" ]; then
      resumed=$term
      receiving_again | sql
      return
    fi
    # It may still have received and confirmed, which a clone would take away.
    ask "STOP REPLICA IO_THREAD FOR CHANNEL ''" || return
    is_covered_by "$1" || return
    clone "$1"
    return
  fi
  # The controller may have done it meanwhile, and a connection that is broken off costs the writers a pause.
  look || return
  if [ "$source $follows" = "$1 1" ]; then return; fi
  state "starting: following $1"
  case "$source" in
  -) following "$1" ;;
  "$1") receiving_again ;;
  *) going_on_from "$1" ;;
  esac | sql
}

# is_covered_by MEMBER: whether it has all transactions that this node has; else says why it is not followed.
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

# keep_data PRIMARY: with all that the primary has, data that came from a clone are as good as those that were lost.
keep_data() {
  if [ ! -e "$DATA_LOST" ]; then return; fi
  local theirs
  theirs=$(ask_peer "$1" "SELECT REPLACE(@@global.gtid_executed, '\n', '')" 2>/dev/null)
  if [ -n "$theirs" ] && [ "$(ask "SELECT GTID_SUBSET('$theirs', $HELD)")" = 1 ]; then rm "$DATA_LOST"; fi
}

stop_replica() { ask "STOP REPLICA FOR CHANNEL ''; RESET REPLICA ALL FOR CHANNEL ''"; }

# Whom to take data from: the primary, unless another has applied all that it has, and more.
choose_donor() {
  local peer applied donor='' most=''
  for peer in "$promoted" $PEERS; do
    [ "${holds[$peer]:-0}" != 0 ] || continue
    applied=$(ask_peer "$peer" "SELECT REPLACE(@@global.gtid_executed, '\n', '')" 2>/dev/null)
    if [ -z "$donor" ] ||
      [ "$(ask "SELECT GTID_SUBSET('$most', '$applied') AND NOT GTID_SUBSET('$applied', '$most')")" = 1 ]; then
      donor=$peer most=$applied
    fi
  done
  echo "$donor"
}

# When the last clone began; - where there was none.
LAST_CLONE="COALESCE((SELECT REPLACE(BEGIN_TIME, ' ', 'T') FROM performance_schema.clone_status), '-')"

# Takes all data from another node. MySQL ends when it is done, and the engine starts the container again. The marker
# says what to think of the data folder if that does not come to its end, and which clone was the last before.
clone() {
  local before doing="cloning over data" earlier answer
  before=$(cat "$MARKER" 2>/dev/null)
  earlier=$(ask "SELECT $LAST_CLONE") || return
  state "cloning: all data from $1"
  if [ -n "$before" ]; then doing=cloning; fi
  printf '%s\n' "$doing" "$earlier" >"$MARKER"
  answer=$(
    sql 86400 2>&1 <<SQL
SET GLOBAL clone_valid_donor_list = '$1:3306';
SET GLOBAL super_read_only = OFF;
CLONE INSTANCE FROM 'replication'@'$1':3306 IDENTIFIED BY '$(secret replication-password)' REQUIRE SSL;
SQL
  )
  case "$answer" in
  *"ERROR 3862"*)
    # The donor refused before anything was taken, for it gives to one at a time.
    state "starting: $1 cannot give its data now: $answer"
    if [ -n "$before" ]; then echo "$before" >"$MARKER"; else rm "$MARKER"; fi
    ;;
  *)
    # 3707: it is done, and MySQL ends because nobody in the container starts it again.
    echo "$answer"
    end_server
    ;;
  esac
}

# MySQL keeps what became of a clone. One that never began, because the server was told to stop, took nothing away.
finish_clone() {
  local doing earlier became dropped began
  { read -r doing; read -r earlier; } <"$MARKER"
  read -r became dropped began < <(ask "SELECT COALESCE((SELECT STATE FROM performance_schema.clone_status), 'None'),
    (SELECT COUNT(*) FROM performance_schema.clone_progress WHERE STAGE = 'DROP DATA' AND STATE <> 'Not Started'), $LAST_CLONE") || return
  # That is what became of the one before.
  if [ "$began" = "$earlier" ]; then became=None dropped=0; fi
  if [ "$became" = Completed ]; then
    # The donor's source came with its data.
    stop_replica || return
    touch "$DATA_LOST"
    rm "$MARKER"
  elif [ "$doing $dropped" = "cloning over data 0" ]; then
    state "starting: the clone did not begin; the data are as they were"
    rm "$MARKER"
  else
    state "cloning: it did not complete; starting again"
    echo initialising >"$MARKER"
    end_server
  fi
}

end_server() {
  ask SHUTDOWN 2>/dev/null || true
  sleep 60
}
