#!/usr/bin/env bash
# Which of the databases to take data from: rather one that serves nobody than one that takes writes.

# shellcheck disable=SC2034,SC2153 # What it sets is for scripts that source it; WRITES is common.sh's.

ask_member() { sql_at "$1" backup "${3:-3}" <<<"$2"; }

# look_at_members: $primary (empty where no database takes writes), $head (the transactions that it has), $others.
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

# has MEMBER GTIDS SECONDS: whether it has these transactions, or gets them in time.
has() {
  [ "$(ask_member "$1" "SELECT WAIT_FOR_EXECUTED_GTID_SET('$2', $3)" $(($3 + 3)) 2>/dev/null)" = 0 ]
}
