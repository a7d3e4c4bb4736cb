#!/bin/sh
# Adds IPv6 to the stock server, where the machine has IPv6 and nobody has changed the file.
set -eu

log() { [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$(basename "$0"): $*"; }
file=/etc/nginx/conf.d/default.conf

if [ ! -f /proc/net/if_inet6 ]; then
  log "no IPv6 here"
elif [ ! -f "$file" ] || [ ! -w "$file" ]; then
  log "$file is absent or not writable, left as it is"
elif ! touch "$file" 2>/dev/null; then
  log "can not modify $file (read-only file system?)"
elif grep -q '^    listen 80;$' "$file" && ! grep -q 'listen \[' "$file"; then
  # Written through, not renamed: the file may be mounted.
  changed=$(sed 's/^    listen 80;$/&\n    listen [::]:80;/' "$file")
  printf '%s\n' "$changed" >"$file"
  log "listening on IPv6 too"
else
  log "$file is not the stock one, left as it is"
fi
