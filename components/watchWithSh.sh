#!/bin/sh
# As watch.sh, for images that have a POSIX shell and busybox, and no bash.
# Arguments: the mark of a reported success, seconds to repeat the check, seconds that a check may take, and the check.
set -u

mark=$1 longest=$3
end=$(($(date +%s) + $2))
shift 3

PAUSE=2

check() {
    said=$(timeout -s KILL "$longest" "$@" 2>&1) && return
    status=$?
    if [ "$status" = 137 ]; then said="no answer within $longest s"; fi
    rm -f "$mark"
    printf '%s\n' "$said"
    exit "$status"
}

check "$@"
if [ -e "$mark" ]; then
    rm -f "$mark"
    while [ "$(date +%s)" -lt "$end" ]; do
        sleep "$PAUSE"
        check "$@"
    done
fi
: >"$mark"
printf '%s\n' "$said"
