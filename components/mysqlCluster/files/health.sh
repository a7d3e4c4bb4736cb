#!/usr/bin/env bash
# Succeeds if this node is what the plan says: a primary that takes writes, or a replica that is connected and applies.
set -euo pipefail

[ ! -e /var/lib/mysql/.provisioning ]

case "$DATABASE_ROLE" in
primary) query="SELECT NOT @@read_only" ;;
replica)
  query="SELECT COUNT(*) = 1 FROM performance_schema.replication_connection_status c
    JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
    WHERE c.SERVICE_STATE = 'ON' AND a.SERVICE_STATE = 'ON' AND @@super_read_only"
  ;;
esac
[ "$(mysql --user=health --batch --skip-column-names <<<"$query")" = 1 ]
