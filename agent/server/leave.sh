#!/usr/bin/env bash
# Runs before mysqld is stopped. Environment: ARBITER_MEMBER, the member that is never the primary of a group.
set -uo pipefail
: "${ARBITER_MEMBER:?}"
members=performance_schema.replication_group_members
ask() {
  timeout 15 mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(cat /run/secrets/root-password)") \
    --binary-mode --batch --skip-column-names <<<"$1"
}

# The primary of a group hands over to another member, which takes a tenth of the time of an election.
other=$(ask "SELECT o.MEMBER_ID FROM $members AS o WHERE o.MEMBER_STATE = 'ONLINE' AND o.MEMBER_ROLE = 'SECONDARY'
  AND o.MEMBER_HOST <> '$ARBITER_MEMBER' AND EXISTS (SELECT 1 FROM $members AS p
    WHERE p.MEMBER_ID = @@server_uuid AND p.MEMBER_ROLE = 'PRIMARY') ORDER BY o.MEMBER_HOST LIMIT 1")
if [ -n "$other" ]; then ask "SELECT group_replication_set_as_primary('$other')"; fi
# mysqld gives its clients 8 s to end before it disconnects its replicas, and counts the event scheduler as a client.
ask "SET GLOBAL event_scheduler = OFF"
