#!/bin/sh
# Whether this HAProxy serves. Asked by its own socket, since others in the namespace answer on the same ports.

# The owner of the network namespace was started anew, and this process is left in the old one, which has no way out.
# Ended, it comes back in the new one; at the second look, because the engine gives up a container whose namespace is
# not there when it starts.
if [ ! -e /sys/class/net/eth0 ]; then
    [ -e /run/haproxy/alone ] && kill -TERM 1
    : >/run/haproxy/alone
    exit 1
fi
rm -f /run/haproxy/alone

echo 'show info' | socat -T2 - UNIX-CONNECT:/run/haproxy/admin.sock | grep -q '^Stopping: 0'
