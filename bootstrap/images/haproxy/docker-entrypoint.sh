#!/bin/sh
# Runs HAProxy as master and worker (-W) in the foreground (-db); any other program as it is given.
set -eu

case "${1:-}" in
  -*) ;;
  haproxy) shift ;;
  *) exec "$@" ;;
esac

exec haproxy -W -db "$@"
