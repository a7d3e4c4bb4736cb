#!/usr/bin/env bash
# As check.sh, but at an address of the host: keepalived is in the host's network, and on 127.0.0.1 the engine's own
# process takes connections even if nobody listens in the container. Arguments: "listens" or "answers", the port, and the
# address.
exec 3<>"/dev/tcp/$3/$2" || exit 1
[ "$1" = listens ] && exit 0
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
read -r -t 0.4 _ status _ <&3 && [ "$status" = 200 ]
