#!/usr/bin/env bash
# A check of a container's health. The first success is reported at once. After a reported success this script repeats
# the check for a while before it reports the next one, because the start of a process in a container costs the engine
# fifty times as much CPU as a check. A failure is always reported at once. So is a success while another process of this
# script watches: after a pause the engine begins anew, and knows nothing of that process.
# Arguments: the mark of a reported success, seconds to repeat the check, seconds that a check may take, and the check.
set -uo pipefail

mark=$1 end=$((SECONDS + $2)) longest=$3
shift 3

PAUSE=2

check() {
    said=$(timeout --kill-after=1 "$longest" "$@" 2>&1) && return
    local status=$?
    case $status in 124 | 137) said="no answer within $longest s" ;; esac
    rm -f "$mark"
    printf '%s\n' "$said"
    exit "$status"
}

check "$@"
if [ -e "$mark" ]; then
    rm -f "$mark"
    while [ "$SECONDS" -lt "$end" ]; do
        sleep "$PAUSE"
        check "$@"
    done
fi
: >"$mark"
printf '%s\n' "$said"
