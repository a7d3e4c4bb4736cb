#!/bin/sh
# Prepares nginx by the scripts of /docker-entrypoint.d, then runs it; any other program runs without them.
# The preparation's scripts tell what they do through entrypoint_log, unless NGINX_ENTRYPOINT_QUIET_LOGS is set.
set -eu

entrypoint_log() {
  [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $*"
}

prepare() {
  for script in $(find /docker-entrypoint.d -follow -type f | sort -V); do
    case "$script" in
      *.envsh | *.sh) ;;
      *)
        entrypoint_log "ignoring $script"
        continue
        ;;
    esac
    if [ ! -x "$script" ]; then
      entrypoint_log "ignoring $script: it is not executable"
      continue
    fi
    entrypoint_log "running $script"
    case "$script" in
      *.envsh)
        # Sourced: what it exports is for the scripts after it, and for nginx.
        # shellcheck source=/dev/null
        . "$script"
        ;;
      *) "$script" ;;
    esac
  done
}

case "${1:-}" in
  nginx | nginx-debug) prepare ;;
esac

exec "$@"
