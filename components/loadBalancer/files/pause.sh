#!/usr/bin/env bash
# Holds the network namespace that HAProxy's container shares, and serves in its place while it is missing. After its own
# restart the engine starts containers in any order, and does not try again to start one that shares a namespace which was
# not there yet (moby issue 50326). While it watches, and somebody serves or is about to, it notes the time for the
# container's health check. Arguments: the port of HAProxy's health, the file of its configuration.
set -u
printf -v port '%04X' "$1"
config=$2
spare=
missing=0
unserved=0

# The sockets that listen on the port, by the kernel's table. Those that listen come first; thousands may follow.
count_listeners() {
  local address state
  listeners=0
  {
    read -r _
    while read -r _ address _ state _ && [ "$state" = 0A ]; do
      if [ "${address#*:}" = "$port" ]; then listeners=$((listeners + 1)); fi
    done
  } </proc/net/tcp
}

trap 'kill $spare 2>/dev/null; exit 0' TERM INT USR1
# Reading what never comes waits without a process.
exec {never}<> <(:)

while :; do
  read -rt 1 -u "$never" || true
  count_listeners
  if [ "$listeners" -gt 0 ]; then unserved=0; else unserved=$((unserved + 1)); fi
  if [ "$unserved" -lt 10 ]; then printf '%(%s)T\n' -1 >/run/haproxy/watched; fi
  if [ -n "$spare" ]; then
    if [ "$listeners" -gt 1 ]; then
      echo "hold: HAProxy is back"
      kill -USR1 "$spare"
    elif kill -0 "$spare" 2>/dev/null; then
      continue
    fi
    spare=
    missing=0
  elif [ "$listeners" -gt 0 ]; then
    missing=0
  elif [ "$((++missing))" -ge 3 ]; then
    echo "hold: HAProxy is missing; serving in its place"
    haproxy -W -db -f "$config" &
    spare=$!
  fi
done
