#!/usr/bin/env bash
# Prints the state of this node, and succeeds if it takes part in the cluster, or if there is no other member yet. The
# agent writes the state, and touches the file whenever the server answers. Without an agent the file grows old; then the
# server itself is asked whether it answers, so that a dead agent makes no database unhealthy.
set -euo pipefail
run=/var/run/mysqld
# The age in seconds from which the state is stale: more than the agent's pause and a slow answer.
STALE=15

state=$(cat "$run/state")
echo "$state"
case "$state" in primary* | replica* | member* | new* | alone*) ;; *) exit 1 ;; esac
printf -v now '%(%s)T' -1
[ $((now - $(stat --format=%Y "$run/state"))) -lt $STALE ] && exit
echo "the agent has not looked for $STALE s"
timeout 5 mysqladmin --no-defaults --socket="$run/mysqld.sock" --user=node ping >/dev/null
