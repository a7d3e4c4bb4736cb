#!/usr/bin/env bash
# Becomes a machine of its own, and runs a command there: with its own network, mounts, processes and /run, and so
# without an engine. Whoever ends this process ends everything there. It needs root.
# Arguments: folders that are to be elsewhere, each as FOLDER:PLACE, then -- and the command.
set -euo pipefail

mount --make-rprivate /
mount -t proc proc /proc
# The file system of this network's devices. Control groups stay those of the whole machine.
groups=$(mktemp -d)
mount --rbind /sys/fs/cgroup "$groups"
mount -t sysfs sysfs /sys
mount --rbind "$groups" /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir /run/lock
while [ "$1" != -- ]; do
  mkdir -p "${1#*:}"
  mount --bind "${1%%:*}" "${1#*:}"
  shift
done
shift
ip link set lo up
# An engine closes the way through a machine for others' packets if it is the one that has opened it.
echo 0 >/proc/sys/net/ipv4/ip_forward

# As process 1 bash waits for the processes that lose their parents.
"$@" &
wait "$!"
