# Whether this HAProxy serves. Asked by its own socket, since a successor answers on the same ports.

# The owner of the network namespace was started anew, and this process is left in the old one, which has no way out:
# ended, it comes back in the new one.
if ! ls /sys/class/net | grep -q '^eth'; then
    kill -TERM 1
    exit 1
fi

echo 'show info' | socat -T2 - UNIX-CONNECT:/run/haproxy/admin.sock | grep -q '^Stopping: 0'
