#!/bin/sh
# Runs Nginx so that it stops without losing a request. The first stop signal turns readiness red; Nginx serves on until
# the load balancer has noticed, then finishes what it has begun. A second signal ends it at once.
set -u

draining=/tmp/draining
rm -f "$draining"

# shellcheck disable=SC2317,SC2329 # The trap calls it.
stop() {
  trap 'kill -TERM "$nginx"' QUIT TERM INT
  touch "$draining"
  {
    sleep "$DRAIN_SECONDS"
    kill -QUIT "$nginx"
  } &
}

nginx -c /etc/foobar/nginx.conf -g "daemon off;" &
nginx=$!
trap stop QUIT TERM INT

# A signal ends the waiting, not Nginx.
while
  wait "$nginx"
  status=$?
  kill -0 "$nginx" 2>/dev/null
do :; done
exit "$status"
