#!/bin/sh
# Succeeds if this HAProxy serves. It asks HAProxy's own socket, since others in the namespace answer on the same ports.

# Without eth0 the pause container was restarted, and this process is left in the old network namespace. When it ends,
# the engine starts it again in the new one. It ends at the second check, because the engine gives up a container whose
# namespace does not exist when it starts.
if [ ! -e /sys/class/net/eth0 ]; then
    [ -e /run/haproxy/alone ] && kill -TERM 1
    : >/run/haproxy/alone
    exit 1
fi
rm -f /run/haproxy/alone

echo 'show info' | socat -T2 - UNIX-CONNECT:/run/haproxy/admin.sock | grep -q '^Stopping: 0' || exit 1

# With arguments it also keeps and renews the certificate of ACME. Whatever comes of that, HAProxy serves.
if [ "$#" -gt 0 ]; then bash /etc/haproxy/acme.sh "$@"; fi
exit 0
