#!/usr/bin/env bash
# Finds the databases that data can be taken from. A replica or the arbiter is preferred to the primary.

# shellcheck disable=SC2034,SC2153 # The variables are for scripts that source this one; WRITES comes from common.sh.

ask_member() { sql_at "$1" backup "${3:-3}" <<<"$2"; }

# look_at_members: sets $primary (empty if no database takes writes), $head (the GTIDs that it has executed) and
# $others.
look_at_members() {
  local member writes executed
  primary='' head='' others=()
  for member in $MEMBERS; do
    read -r writes executed < <(ask_member "$member" "SELECT $WRITES, REPLACE(@@global.gtid_executed, '\n', '')" 2>/dev/null) || continue
    if [ "$writes" = 1 ]; then
      primary=$member head=$executed
    else
      others+=("$member")
    fi
  done
}

# has MEMBER GTIDS SECONDS: whether the member has these transactions, or gets them in time.
has() {
  [ "$(ask_member "$1" "SELECT WAIT_FOR_EXECUTED_GTID_SET('$2', $3)" $(($3 + 3)) 2>/dev/null)" = 0 ]
}
