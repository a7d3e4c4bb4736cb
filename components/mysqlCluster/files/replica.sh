#!/usr/bin/env bash
# Asynchronous and semisynchronous replication: a primary, and replicas that follow it. For node.sh.

# shellcheck source=observed.sh
. "$(dirname "${BASH_SOURCE[0]}")/observed.sh"

keep_replicating() {
  # A replica that follows is told by its own tables who the primary is. A primary asks: it may have been replaced while
  # it was away.
  [ "$follows" = 1 ] || survey
  case "$appointed" in
  "$MEMBER") be_primary ;;
  -) adopt ;;
  *) be_replica_of "$appointed" ;;
  esac
}

# What a replica has received and confirmed may be nowhere else any more, so it is applied whoever is primary. MySQL
# starts without its threads.
apply_received() {
  if [ "$source" = - ] || [ "$applies" = 1 ] || [ "$broken" != - ]; then return; fi
  ask "START REPLICA SQL_THREAD FOR CHANNEL ''"
}

# has_applied_all WHEN: fails while there is something that was received and is not applied, whose relay log must stay.
has_applied_all() {
  local left
  left=$(ask "SELECT $UNAPPLIED") || return
  if [ "$left" = - ]; then return; fi
  if [ "$broken" = - ]; then
    state "starting: applying what was received, $1"
  else
    state "starting: what was received has to be applied, $1, and cannot be: $broken"
  fi
  return 1
}

# A node opens as primary once. Later the steward closes it, for a switchover, or a person does.
be_primary() {
  case "$(cat /tmp/state)" in
  primary* | misplaced*)
    if [ "$problem" != - ]; then
      state "misplaced: appointed primary, and it $problem"
      return
    fi
    state "primary, by appointment $epoch"
    if [ "$REPLICATION" = semisync ]; then release_writers; fi
    return
    ;;
  esac
  if [ "$source" != - ]; then
    ask "STOP REPLICA IO_THREAD FOR CHANNEL ''"
    has_applied_all "before it becomes the primary" || return
    stop_replica
  fi
  ask "SET GLOBAL super_read_only = OFF"
  complete_accounts
  { note_acknowledgements; semisync_source; echo "SET GLOBAL read_only = OFF;"; } | sql
  state "primary, by appointment $epoch"
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

# An older version of the program appointed nobody.
adopt() {
  if [ "$source" != - ]; then
    ask "START REPLICA FOR CHANNEL ''"
    state "replica of $source"
  elif [ "$(intended)" = "$MEMBER" ]; then
    ask "SET GLOBAL super_read_only = OFF"
    { cluster_schema; appoint "$MEMBER" configured; } | sql
  else
    state "refused: nobody is appointed, and this node replicates from nobody"
  fi
}

be_replica_of() {
  ask "SET GLOBAL super_read_only = ON; $(no_semisync_source)"
  if [ "$source $follows" = "$1 1" ]; then
    state "replica of $1"
    return
  fi
  local mine
  mine=$(ask "SELECT $HELD") || return
  case "$(ask_peer "$1" "SELECT GTID_SUBSET('$mine', $LOGGED)" 2>/dev/null)" in
  1) ;;
  0)
    state "refused: this node has transactions that $1 has not: $(ask_peer "$1" "SELECT REPLACE(GTID_SUBTRACT('$mine', $LOGGED), '\n', '')")"
    return
    ;;
  *)
    state "alone: $1, the primary, does not answer"
    return
    ;;
  esac
  # From here on $1 has everything that this node has.
  if [ "$broken" != - ]; then
    echo "node: replication stopped: $broken"
    clone "$1"
    return
  fi
  # The steward may have done it meanwhile, and a connection that is broken off costs the writers a pause.
  look || return
  if [ "$source $follows" = "$1 1" ]; then return; fi
  state "starting: following $1"
  if [ "$source" = - ]; then following "$1" | sql; else going_on_from "$1" | sql; fi
}

stop_replica() { ask "STOP REPLICA FOR CHANNEL ''; RESET REPLICA ALL FOR CHANNEL ''"; }

# Takes all data from another node. MySQL ends when it is done, and the engine starts the container again. The marker
# says what to think of the data folder if that does not come to its end.
clone() {
  local before answer
  before=$(cat "$MARKER" 2>/dev/null)
  state "cloning: all data from $1"
  if [ -n "$before" ]; then echo cloning >"$MARKER"; else echo cloning over data >"$MARKER"; fi
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
  local became dropped
  read -r became dropped < <(ask "SELECT COALESCE((SELECT STATE FROM performance_schema.clone_status), 'None'),
    (SELECT COUNT(*) FROM performance_schema.clone_progress WHERE STAGE = 'DROP DATA' AND STATE <> 'Not Started')") || return
  if [ "$became" = Completed ]; then
    # The donor's source came with its data.
    ask "SET GLOBAL super_read_only = ON"
    stop_replica
    rm "$MARKER"
  elif [ "$(cat "$MARKER") $dropped" = "cloning over data 0" ]; then
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
