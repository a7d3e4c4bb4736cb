#!/usr/bin/env bash
# Runs mysqld as the image does, and node.sh beside it. On a stop signal, the node hands over before mysqld stops.
#
# A node whose first provisioning was interrupted has never taken a write, and has only a part of its accounts: it
# starts again from an empty folder. The marker distinguishes such a node from one that holds data.
set -euo pipefail

scripts=$(dirname "$0")
# shellcheck source=definitions.sh
. "$scripts/definitions.sh"
data=/var/lib/mysql
echo starting >/tmp/state

# A mistake in the configuration would end every start of MySQL. The reason stays in sight, and the other nodes serve.
if ! answer=$(mysqld --tmpdir=/tmp --validate-config 2>&1); then
  echo "refused: MySQL does not accept its configuration (mysql.settings): $(grep -E '\[ERROR\]|^mysqld:' <<<"$answer" | head -n 1 | sed 's/.*\] //')" |
    tee /tmp/state
  exec sleep infinity
fi

# What a crash has left.
rm -rf "$TEMPORARY"
if [ -e "$MARKER" ] && [[ "$(cat "$MARKER")" != cloning* ]]; then
  echo "start: the first provisioning was interrupted; starting again from an empty data folder"
  find "$data" -mindepth 1 -delete
fi
# The image would initialise the data, too, but root's password would stay in the environment of mysqld. MySQL ignores
# the marker in an empty folder. Without the first statement the second one would be an errant transaction.
if [ -z "$(ls -A "$data")" ]; then
  echo "starting: creating an empty database" >/tmp/state
  echo initialising >"$MARKER"
  mkdir -m 700 "$TEMPORARY"
  mysqld --initialize-insecure \
    --init-file=<(printf "SET sql_log_bin = 0;\nALTER USER 'root'@'localhost' IDENTIFIED BY '%s';\n" "$(cat /run/secrets/root-password)")
fi
[ -d "$TEMPORARY" ] || mkdir -m 700 "$TEMPORARY"
echo starting >/tmp/state
rm -f "$OPENED"

while :; do
  bash "$scripts/node.sh"
  sleep 1
done &
docker-entrypoint.sh mysqld &
server=$!
# shellcheck disable=SC2317,SC2329 # The trap calls it.
stop() {
  bash "$scripts/leave.sh" || true
  kill -TERM "$server"
}
trap stop TERM

status=0
wait "$server" || status=$?
# A signal ends the first wait, not the server.
while kill -0 "$server" 2>/dev/null; do
  status=0
  wait "$server" || status=$?
done
exit "$status"
