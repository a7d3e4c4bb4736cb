#!/usr/bin/env bash
# Runs an ssh server. It wants a user of its own, and only sees one: the machine's users stay as they are. It needs root.
# Arguments: the server's program, its configuration, a file for its log, and a copy of the machine's users.
set -euo pipefail
program=$1 config=$2 log=$3 users=$4

mount --make-rprivate /
cp /etc/passwd "$users"
if ! grep -q '^sshd:' "$users"; then echo 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin' >>"$users"; fi
mount --bind "$users" /etc/passwd
mkdir -p /run/sshd
exec "$program" -D -f "$config" -E "$log"
