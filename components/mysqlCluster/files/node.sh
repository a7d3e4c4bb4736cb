#!/usr/bin/env bash
# Gives this node its role in the cluster and keeps it there: primary, replica or member of the group. It never chooses
# the primary itself: the configuration, a person or MySQL's own group promotes it.
#
# Environment: MEMBER (this node's name among the members), PEERS (the others'), ARBITER (true or false), REPLICATION
# (async, semisync, group), WITHOUT_REPLICA (wait, degrade), APPLICATION_DATABASE, ROUTER_TABLES (that the routers'
# account may read), ACCOUNT_HOSTS (account=subnet of each). In /etc/mysql/desired, whose files
# change while it runs, the file primary names the first member that takes writes, databases lists those of the
# application, and sizing.cnf has sizes. /tmp/state
# contains the node's state; health.sh reads its first word.
set -uo pipefail
: "${PEERS?}" "${APPLICATION_DATABASE:?}" "${ROUTER_TABLES:?}" "${ACCOUNT_HOSTS:?}"

scripts=$(dirname "$0")
# shellcheck source=common.sh
. "$scripts/common.sh"
# shellcheck source=observed.sh
. "$scripts/observed.sh"
# shellcheck source=accounts.sh
. "$scripts/accounts.sh"
# shellcheck source=events.sh
. "$scripts/events.sh"
# shellcheck source=timeZones.sh
. "$scripts/timeZones.sh"
# shellcheck source=replica.sh
. "$scripts/replica.sh"
# shellcheck source=group.sh
. "$scripts/group.sh"
# shellcheck source=tls.sh
. "$scripts/tls.sh"
# shellcheck source=passwords.sh
. "$scripts/passwords.sh"

read -ra peers <<<"$PEERS"

# state TEXT: sets the state, and logs it if it has changed.
state() {
  [ "$(cat /tmp/state)" = "$*" ] && return
  echo "$*" >/tmp/state
  echo "node: $*"
}

# progress TEXT: sets the state of work that goes on, and logs it at most every 30 s.
progress() {
  local before=
  read -r before 2>/dev/null </tmp/state
  echo "$*" >/tmp/state
  if [ "$before" = "$*" ] || ((SECONDS < ${next_progress:-0})); then return; fi
  next_progress=$((SECONDS + 30))
  echo "node: $*"
}

fresh() { [ -e "$MARKER" ]; }

# sql [SECONDS [OPTION…]]: runs the statements of standard input as root on this node; 0 seconds are no limit.
sql() {
  timeout "${1:-60}" mysql \
    --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(secret root-password)") \
    --binary-mode --batch --skip-column-names "${@:2}"
}
ask() { sql <<<"$1"; }
ask_peer() { sql_at "$1" replication <<<"$2"; }

# look: observes this node (observed.sh).
look() {
  local answer
  answer=$(ask "SELECT $PRIMARY_TERM, $GROUP_STATE, $GROUP_ROLE, $MAJORITY, $SOURCE, $APPLIES, $FOLLOWS, $PROBLEM; SELECT $BROKEN;
    SELECT $CANNOT_APPLY; SELECT $ACCOUNT_STATES" 2>/dev/null) || return
  {
    read -r term promoted group role majority source applies follows problem
    read -r broken
    read -r cannot_apply
    read -r accounts
  } <<<"$answer"
}

# survey: observes every peer (observed.sh). A primary term that is newer than the known one replaces it.
survey() {
  holds=() writable=() grouped=() sees=() silent=()
  local peer answer their_term their_promoted
  for peer in "${peers[@]}"; do
    if answer=$(ask_peer "$peer" "SELECT (SELECT COUNT(*) FROM $TERMS_TABLE), $WRITES, $GROUP_STATE,
      (SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_HOST = '$MEMBER'), $PRIMARY_TERM" 2>/dev/null); then
      read -r holds["$peer"] writable["$peer"] grouped["$peer"] sees["$peer"] their_term their_promoted <<<"$answer"
      if ((their_term > term)); then
        term=$their_term
        promoted=$their_promoted
      fi
    else
      silent+=("$peer")
    fi
  done
}

desired_primary() { cat /etc/mysql/desired/primary; }

# resize: applies the sizes of the desired state.
resize() {
  local statements
  statements=$(sed -nE 's/^([a-z_]+) = ([0-9]+)$/SET GLOBAL \1 = \2;/p; s/^([a-z_]+) = ([0-9]+)M$/SET GLOBAL \1 = \2 * 1048576;/p' \
    /etc/mysql/desired/sizing.cnf)
  if [ "$statements" = "${sized:-}" ]; then return; fi
  ask "$statements" && sized=$statements
}

# provision: a node without data clones that of another. Only if every other node has answered that it has none, the
# configured first node begins a new cluster: a silent node may have all of the data.
provision() {
  case "$(cat "$MARKER")" in
  cloning*)
    finish_clone
    return
    ;;
  esac
  prepare_fresh
  look || return
  touch /tmp/state
  survey
  local donor
  donor=$(choose_donor)
  if [ -n "$donor" ]; then
    clone "$donor"
  elif [ ${#silent[@]} -gt 0 ]; then
    state "new: waiting for ${silent[*]} to say whether there is data"
  elif [ "$(desired_primary)" = "$MEMBER" ]; then
    begin_cluster || return
    rm "$MARKER"
  else
    state "new: waiting for $(desired_primary) to begin"
  fi
}

until [ "$(answers 'SELECT 1')" = 1 ]; do
  refuse_stranger
  sleep 0.2
done

while :; do
  lock_again
  keep_root
  if fresh; then
    provision
  elif look; then
    resize
    complete_accounts
    complete_time_zones
    settle_databases
    apply_received
    reload_certificates
    if [ "$REPLICATION" = group ]; then keep_in_group; else keep_replicating; fi
    case "$(cat /tmp/state)" in
    primary* | "member, PRIMARY") lead_databases ;;
    *) rest_events ;;
    esac
    # For health.sh: the server answers.
    touch /tmp/state
    keep_accounts
  else
    # Perhaps because root has another password.
    unset 'taken[root]'
  fi
  case "$(cat /tmp/state)" in
  primary* | replica* | member*) sleep 2 ;;
  *) sleep 1 ;;
  esac
done
