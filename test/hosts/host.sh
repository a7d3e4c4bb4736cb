#!/usr/bin/env bash
# Several machines on one: the power, the cables and the disks of hosts that are made of namespaces. It needs root.
#
#   host.sh lan               the LAN, and this machine's address in it
#   host.sh on HOST           boots a host; ends when its engine answers
#   host.sh off HOST          a power cut: the cable first, so that nobody is told; its disk stays
#   host.sh cut|mend HOST     pulls the network cable, puts it back
#   host.sh wipe HOST         an empty disk for a host that is off, which then boots
#   host.sh in HOST COMMAND…  a command in the host
#   host.sh down              all hosts and the LAN away; the disks stay
#
# HOST is a host's name or its address.
#
# Settings come from the environment: HOSTS_NAME, which is the beginning of the names of all namespaces and control
# groups; HOSTS_FOLDER with a home for each host, HOME/address being its address with the prefix length, and
# HOME/sshd_config; HOSTS_LINK, this machine's network device in the LAN, HOSTS_ADDRESS, its address with the prefix
# length; HOSTS_SSHD and HOSTS_SSHD_LIBRARIES, an ssh server and the folder of its libraries, if it needs one.
set -euo pipefail

BOOT=$(dirname "$(readlink -f "$0")")/boot.sh
# Tenths of a second in which an engine has to answer: one that boots first attaches its containers to their networks.
PATIENCE=1800

# The name of a host's network namespace, and of its control group. That of the LAN is $HOSTS_NAME itself.
space() { echo "$HOSTS_NAME.$1"; }

fail() {
  echo "$1" >&2
  exit 1
}

# Whether a network namespace exists.
exists() { [ -e "/run/netns/$1" ]; }

# The numbers of the processes in a network namespace.
processes() { if exists "$1"; then ip netns pids "$1"; fi; }

# The number of process 1 of the host in a namespace, which is the one that has just one more number, and that is 1; none:
# the host is off.
first() {
  local pid
  for pid in $(processes "$1"); do
    if grep -qsE '^NSpid:\s+[0-9]+\s+1$' "/proc/$pid/status"; then echo "$pid"; fi
  done
}

# Ends all that runs in a namespace. With process 1 of a host everything in the host ends, and with that, its parent.
end() {
  local pid parent
  pid=$(first "$1")
  if [ -n "$pid" ]; then
    parent=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")
    kill -KILL "$pid"
    while [ -e "/proc/$parent/ns/net" ]; do sleep 0.05; done
  fi
  for pid in $(processes "$1"); do kill -KILL "$pid" 2>/dev/null || true; done
  while [ -n "$(processes "$1")" ]; do sleep 0.05; done
}

# The bridge has a namespace of its own: in this machine's, the engine's firewall would drop what it forwards. There, the
# end of each host's cable has the host's name, at most 15 characters without an underscore.
lan() {
  ip netns add "$HOSTS_NAME"
  ip -netns "$HOSTS_NAME" link add _bridge up type bridge
  ip link add "$HOSTS_LINK" type veth peer name _machine netns "$HOSTS_NAME"
  ip -netns "$HOSTS_NAME" link set _machine master _bridge up
  ip address add "$HOSTS_ADDRESS" dev "$HOSTS_LINK"
  ip link set "$HOSTS_LINK" up
}

# A host's network, with a new cable. A machine that boots has no devices of the engine that has run before.
network() {
  local name=$1 space
  space=$(space "$name")
  if ip -netns "$HOSTS_NAME" link show "$name" >/dev/null 2>&1; then ip -netns "$HOSTS_NAME" link delete "$name"; fi
  if exists "$space"; then ip netns delete "$space"; fi
  ip netns add "$space"
  ip -netns "$HOSTS_NAME" link add "$name" type veth peer name eth0 netns "$space"
  ip -netns "$HOSTS_NAME" link set "$name" master _bridge up
  ip -netns "$space" link set lo up
  ip -netns "$space" address add "$(cat "$HOSTS_FOLDER/$name/address")" dev eth0
  ip -netns "$space" link set eth0 up
  ip -netns "$space" route add default via "${HOSTS_ADDRESS%/*}"
}

boot() {
  local name=$1 home=$HOSTS_FOLDER/$1 space
  space=$(space "$name")
  network "$name"
  # A machine that boots knows no variables of a user's.
  setsid env --ignore-environment "PATH=$PATH" \
    nsenter --net="/run/netns/$space" \
    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc \
    bash "$BOOT" "$name" "$home" "/$space" "$HOSTS_SSHD" "${HOSTS_SSHD_LIBRARIES:-}" \
    </dev/null >>"$home/boot.log" 2>&1 &
}

# A switch that is on already stays on.
on() {
  local name=$1 home=$HOSTS_FOLDER/$1 tenth
  if [ -z "$(first "$(space "$name")")" ]; then boot "$name"; fi
  for ((tenth = 0; tenth < PATIENCE; tenth++)); do
    if docker --host "unix://$home/docker.sock" version >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  tail -n 20 "$home/boot.log" "$home/engine.log" >&2 || true
  fail "the engine of $name does not answer"
}

off() {
  cable "$1" down
  end "$(space "$1")"
  remove_groups "$(space "$1")"
}

cable() { ip -netns "$HOSTS_NAME" link set "$1" "$2"; }

wipe() {
  [ -z "$(first "$(space "$1")")" ] || fail "$1 is on"
  rm -rf "${HOSTS_FOLDER:?}/$1/disk"
  on "$1"
}

inside() {
  local pid
  pid=$(first "$(space "$1")")
  [ -n "$pid" ] || fail "$1 is off"
  shift
  nsenter --target "$pid" --mount --uts --ipc --net --pid -- "$@"
}

# Control groups outlive the processes in them.
remove_groups() {
  find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null || true
}

down() {
  local space
  # The kernel takes the devices of a namespace away some time later than the namespace.
  if exists "$HOSTS_NAME"; then ip -netns "$HOSTS_NAME" link delete _machine 2>/dev/null || true; fi
  for space in $(ip netns list | cut -d ' ' -f 1 | grep -E "^${HOSTS_NAME//./\\.}(\.|$)"); do
    end "$space"
    # Another test run may clear up at the same time.
    ip netns delete "$space" 2>/dev/null || ! exists "$space"
  done
  remove_groups "$HOSTS_NAME"
}

# The name of a host that is given by its name or its address.
named() {
  local place
  for place in "$HOSTS_FOLDER"/*/address; do
    if [ "$(cut -d / -f 1 "$place")" = "$1" ]; then basename "$(dirname "$place")" && return; fi
  done
  echo "$1"
}

command=$1
shift
if [ $# -gt 0 ]; then set -- "$(named "$1")" "${@:2}"; fi
case $command in
  lan | on | off | wipe | down) "$command" "$@" ;;
  cut) cable "$1" down ;;
  mend) cable "$1" up ;;
  in) inside "$@" ;;
  *) fail "there is no command $command" ;;
esac
