#!/usr/bin/env bash
# Becomes HAProxy once there is a certificate to start with: the kept one, else the first one, which the stack's own
# authority has signed. Arguments: the file of the kept certificate, the file of the first one, HAProxy's command.
set -euo pipefail
kept=$1
first=$2
shift 2
umask 077
chmod 0700 "${kept%/*}"
# A file that was cut short, such as by a power failure, would keep HAProxy from starting.
if ! { grep -q "END CERTIFICATE" "$kept" && grep -q "END .*PRIVATE KEY" "$kept"; } 2>/dev/null; then
  cp "$first" "$kept.first"
  mv "$kept.first" "$kept"
fi
exec "$@"
