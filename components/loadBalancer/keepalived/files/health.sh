#!/usr/bin/env bash
# Succeeds if keepalived runs its protocol and the node has its own address. Argument: the address.
set -euo pipefail

kill -0 "$(</run/vrrp.pid)"
[ -n "$(ip -oneline -4 address show to "$1")" ]
