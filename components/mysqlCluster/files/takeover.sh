#!/usr/bin/env bash
# Makes this replica the primary because the primary is lost: applies all that was received, then appoints itself. A
# person decides that, knowing what is lost: `npm run database -- takeover`.
set -euo pipefail

. "$(dirname "$0")/common.sh"
ask() {
  timeout 60 mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword=%s\n' "$(secret root-password)") \
    --batch --skip-column-names <<<"$1"
}

ask "STOP REPLICA IO_THREAD FOR CHANNEL ''; START REPLICA SQL_THREAD FOR CHANNEL ''"
received=$(ask "SELECT REPLACE(RECEIVED_TRANSACTION_SET, '\n', '')
  FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''")
if [ "$(ask "SELECT WAIT_FOR_EXECUTED_GTID_SET('$received', 50)")" != 0 ]; then
  echo "takeover: what was received could not be applied within 50 s" >&2
  exit 1
fi
ask "$(promotion "$MEMBER" takeover)"
