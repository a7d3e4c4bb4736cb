#!/usr/bin/env bash
# Runs mysqld as the image does. On a stop signal, the node hands over before mysqld stops. The agent, which has a
# container of its own, decides everything about data. Its mark says whether the folder may be emptied: a node whose first
# provisioning was interrupted has never taken a write, and has only a part of its accounts.
set -euo pipefail
scripts=$(dirname "$0")
data=/var/lib/mysql run=/var/run/mysqld zones=/usr/share/zoneinfo

# What an earlier run has left in the folder that outlives it: the agent's marks, and a socket with a process's number that
# another process may have now.
rm -f "$run"/{given-up,regroup,connected-with,connected-with.next,unlocked} "$run"/mysqld.sock*
echo starting >"$run/state"

# A mistake in the configuration would end every start of MySQL. The reason stays in sight, and the other nodes serve.
if ! answer=$(mysqld --tmpdir=/tmp --validate-config 2>&1); then
  reason=$(grep -E '\[ERROR\]|^mysqld:' <<<"$answer" | head -n 1 | sed 's/.*\] //') || true
  echo "refused: MySQL does not accept its configuration (mysql.settings): ${reason:-$answer}" | tee "$run/state"
  exec sleep infinity
fi

# What a crash has left.
rm -rf "$data/.tmp"
if [ -e "$data/.provisioning" ] && [[ "$(cat "$data/.provisioning")" != cloning* ]]; then
  echo "start: the first provisioning was interrupted; starting again from an empty data folder"
  find "$data" -mindepth 1 -delete
fi
# The image would initialise the data, too, but root's password would stay in the environment of mysqld. MySQL ignores
# the mark in an empty folder. Without the first statement the second one would be an errant transaction.
if [ -z "$(ls -A "$data")" ]; then
  echo "starting: creating an empty database" >"$run/state"
  echo initialising >"$data/.provisioning"
  mkdir -m 700 "$data/.tmp"
  mysqld --initialize-insecure \
    --init-file=<(printf "SET sql_log_bin = 0;\nALTER USER 'root'@'localhost' IDENTIFIED BY '%s';\n" "$(cat /run/secrets/root-password)")
fi
[ -d "$data/.tmp" ] || mkdir -m 700 "$data/.tmp"
echo starting >"$run/state"

# keep_zones: leaves the named time zones of the image in the data folder, for the agent, which loads them.
keep_zones() {
  local version=unknown
  # Its first line: # version 2026a
  read -r _ _ version _ 2>/dev/null <"$zones/tzdata.zi" || true
  version=${version//[^A-Za-z0-9.]/}
  # A power cut may have left a part of it.
  if gzip --test "$data/.zones-$version.sql.gz" 2>/dev/null; then return; fi
  rm -f "$data"/.zones-*
  if mysql_tzinfo_to_sql "$zones" 2>/dev/null | gzip >"$data/.tmp/zones"; then
    mv "$data/.tmp/zones" "$data/.zones-$version.sql.gz"
  else
    echo "start: named time zones are missing, because this image has no $zones or no mysql_tzinfo_to_sql"
  fi
}
keep_zones &

docker-entrypoint.sh mysqld &
server=$!
# shellcheck disable=SC2317,SC2329 # The trap calls it.
stop() {
  bash "$scripts/leave.sh" || true
  kill -TERM "$server"
}
trap stop TERM
# A signal ends a wait, not the server.
while status=0; wait "$server" || status=$?; kill -0 "$server" 2>/dev/null; do :; done
exit "$status"
