#!/usr/bin/env bash
# A failover: promotes this replica because the primary is lost. The script applies all that was received, however long
# that takes, and records the new term; node.sh then opens the node. A person decides on it, knowing what may be lost:
# `npm run database -- failover`.
set -euo pipefail

# The longest time in seconds without progress in applying, and the longest time until node.sh opens the node.
STANDSTILL=60
OPENING=60

scripts=$(dirname "$0")
# shellcheck source=common.sh
. "$scripts/common.sh"
ask() {
  timeout 60 mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(secret root-password)") \
    --binary-mode --batch --skip-column-names <<<"$1"
}
fail() {
  echo "failover: $1" >&2
  exit 1
}

# Prints the state of the applier's threads, as MySQL names it.
applying() {
  ask "SELECT COALESCE(GROUP_CONCAT(DISTINCT PROCESSLIST_STATE), 'they do not run') FROM performance_schema.threads
    WHERE NAME IN ('thread/sql/replica_sql', 'thread/sql/replica_worker')"
}

if [ "$(ask "SELECT $SOURCE")" != - ]; then
  ask "STOP REPLICA IO_THREAD FOR CHANNEL ''; START REPLICA SQL_THREAD FOR CHANNEL ''"
fi
before='' since=$SECONDS
while :; do
  left=$(ask "SELECT $UNAPPLIED")
  [ "$left" != - ] || break
  broken=$(ask "SELECT $CANNOT_APPLY")
  [ "$broken" = - ] || fail "the received transactions cannot be applied: $broken"
  if [ "$left" != "$before" ]; then
    before=$left since=$SECONDS
  elif ((SECONDS - since > STANDSTILL)); then
    fail "nothing was applied for $STANDSTILL s, and $left is left; the applier's threads: $(applying)"
  fi
  sleep 0.5
done

# The node opens with the data that it has now: a person has accepted the loss.
rm -f "$DATA_LOST"
# node.sh does not know of the new term yet, and may close the node in between.
for _ in 1 2 3 4 5; do
  if problem=$(ask "SET GLOBAL super_read_only = OFF; $(begin_term "$MEMBER" "$FAILOVER_REASON" 2)" 2>&1); then
    problem=
    break
  fi
  sleep 0.3
done
[ -z "$problem" ] || fail "it cannot be promoted: $problem"

for ((since = SECONDS; SECONDS - since < OPENING; )); do
  [ "$(ask "SELECT $WRITES")" = 1 ] && exit
  sleep 0.2
done
fail "it is promoted, but does not open for writes: $(cat /tmp/state)"
