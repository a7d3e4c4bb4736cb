#!/usr/bin/env bash
# request.sh full|archive|storage: requests a full backup or a round of archiving now, waits for it, and prints its outcome.
set -euo pipefail

request=$(date +%s%N)
echo "$request" >"/tmp/$1.requests"
until [ -e "/tmp/answers/$request" ]; do sleep 0.2; done
cat "/tmp/answers/$request"
rm "/tmp/answers/$request"
