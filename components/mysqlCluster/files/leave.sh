#!/usr/bin/env bash
# Runs before mysqld is stopped.
set -uo pipefail

scripts=$(dirname "$0")
# shellcheck source=common.sh
. "$scripts/common.sh"
# shellcheck source=group.sh
. "$scripts/group.sh"
ask() {
  timeout 15 mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(secret root-password)") \
    --binary-mode --batch --skip-column-names <<<"$1"
}

# The primary of a group hands over to another member, which takes a tenth of the time of an election.
if [ "$REPLICATION" = group ] && [ "$(ask "SELECT $GROUP_ROLE")" = PRIMARY ]; then hand_over; fi

# mysqld gives its clients 8 s to end before it disconnects its replicas, and counts the event scheduler as a client.
ask "SET GLOBAL event_scheduler = OFF"
