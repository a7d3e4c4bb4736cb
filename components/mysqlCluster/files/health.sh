#!/usr/bin/env bash
# Succeeds if this node does what it can: it takes part, or there is nobody yet to take part with. node.sh says so, and
# touches what it said whenever the server answers: another question here would be one more client every two seconds.
set -euo pipefail

# Seconds; more than node.sh's pause and a slow answer.
STALE=15

case "$(cat /tmp/state)" in
primary* | replica* | member* | new* | alone*) ;;
*) exit 1 ;;
esac
printf -v now '%(%s)T' -1
[ $((now - $(stat --format=%Y /tmp/state))) -lt $STALE ]
