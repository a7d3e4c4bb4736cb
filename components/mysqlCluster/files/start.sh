#!/usr/bin/env bash
# Runs mysqld as the image does, and beside it provision.sh, which makes the node what the plan says.
#
# A node whose first provisioning was cut short has never taken a write, and it would be served with half of its
# accounts: it starts again from nothing. $marker tells such a node from one that holds data.
set -euo pipefail

data=/var/lib/mysql
marker=$data/.provisioning

if [ -e "$marker" ] && [ "$(cat "$marker")" != cloned ]; then
  echo "start: the first provisioning was interrupted; starting again from an empty data folder"
  find "$data" -mindepth 1 -delete
fi
if [ -z "$(ls -A "$data")" ]; then
  echo initialising >"$marker"
fi

(bash /etc/mysql/conf.d/provision.sh &)
exec docker-entrypoint.sh mysqld
