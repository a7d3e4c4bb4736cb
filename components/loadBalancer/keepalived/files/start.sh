#!/usr/bin/env bash
# Becomes keepalived once the node's own address is there. What the engine called its interface goes into the definition
# that keepalived.conf reads. HAProxy's spare runs beside it, as HAProxy's user
# and in root's group, which may read the certificate. Arguments: the address, and hold.sh's.
set -euo pipefail
address=$1

for ((attempt = 0; attempt < 50; attempt++)); do
  read -r _ interface _ < <(ip -oneline -4 address show to "$address") && break
  sleep 0.1
done
if [ -z "${interface:-}" ]; then
  echo "start: no interface has the address $address" >&2
  exit 1
fi
echo "\$EDGE=$interface" >/run/edge.conf

install --directory --mode=1777 /run/haproxy
setpriv --reuid=99 --regid=99 --groups=0 bash /etc/foobar/hold.sh "$2" "$3" &

exec keepalived --use-file=/etc/foobar/keepalived.conf --vrrp --vrrp_pid=/run/vrrp.pid --dont-fork --log-console --no-syslog
