#!/usr/bin/env bash
# Asks HAProxy how it is, on 127.0.0.1. It starts no process, so that nothing is left when keepalived, which runs it
# several times a second, cuts it off. Arguments: "listens" (succeeds if it takes connections) or "answers" (if it also
# says within 0.4 s that it is well), and the port of its health.
exec 3<>"/dev/tcp/127.0.0.1/$2" || exit 1
[ "$1" = listens ] && exit 0
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
read -r -t 0.4 _ status _ <&3 && [ "$status" = 200 ]
