#!/usr/bin/env bash
# Becomes keepalived in its host's network, once the host has its own address. The interface with that address, and the
# length of its mask, go into the definitions that keepalived.conf reads. Arguments: the address, and the interface that
# gets the virtual addresses; without one it is the one with the address.
set -euo pipefail
address=$1

for ((attempt = 0; attempt < 50; attempt++)); do
  read -r _ interface _ subnet _ < <(ip -oneline -4 address show to "$address/32") && break
  sleep 0.2
done
if [ -z "${interface:-}" ]; then
  echo "start: no interface of this host has the address $address; its addresses: $(ip -brief -4 address | tr -s ' \n' ' ')" >&2
  exit 1
fi
echo "\$EDGE=${2:-$interface}" >/run/edge.conf
echo "\$BITS=${subnet#*/}" >>/run/edge.conf

exec keepalived --use-file=/etc/foobar/keepalived.conf --vrrp --vrrp_pid=/run/vrrp.pid --dont-fork --log-console --no-syslog
