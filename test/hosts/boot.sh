#!/usr/bin/env bash
# What process 1 of a host does, in namespaces of its own: it becomes a machine with its own /run, /etc and devices, and
# starts an ssh server and an engine. Whoever ends this process ends everything there.
# Arguments: the host's name, its home, its control group, the ssh server, and the folder of that one's libraries or "".
set -euo pipefail
name=$1 home=$2 group=$3 sshd=$4 libraries=$5
disk=$home/disk

# What this machine's engine and others have mounted would live as long as this host.
awk '$2 ~ "^/(run|var/lib/docker)/" { print $2 }' /proc/self/mounts | tac | while read -r place; do
  umount --lazy "$place" || true
done
mount -t tmpfs tmpfs /run
mkdir /run/lock /run/sshd /run/groups
# The file system of this network's devices. Control groups stay those of the whole machine.
mount --rbind /sys/fs/cgroup /run/groups
mount -t sysfs sysfs /sys
mount --move /run/groups /sys/fs/cgroup

mkdir -p "$disk/etc" "$disk/work" "$disk/engine" "$disk/docker"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$disk/etc,workdir=$disk/work" /etc
mkdir -p /etc/docker
mount --bind "$disk/engine" /etc/docker
rm -f /etc/resolv.conf
: >/etc/resolv.conf
printf '127.0.0.1 localhost\n%s %s\n' "$(cut -d / -f 1 "$home/address")" "$name" >/etc/hosts
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
hostname "$name"
echo 1 >/proc/sys/net/ipv4/ip_forward

LD_LIBRARY_PATH=$libraries "$sshd" -f "$home/sshd_config" -E "$home/sshd.log"
dockerd --data-root "$disk/docker" --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$group" \
  --host unix:///var/run/docker.sock --host "unix://$home/docker.sock" >>"$home/engine.log" 2>&1 &

# As systemd does with a unit of the type oneshot after the engine's: it takes "$$" and "%%" for "$" and "%".
boot_unit() {
  until docker version >/dev/null 2>&1; do sleep 0.2; done
  sh -ec "$(sed -n -e 's/\$\$/$/g' -e 's/%%/%/g' -e 's/^ExecStart=//p' "$home/boot.service")"
}
if [ -e "$home/boot.service" ]; then boot_unit >>"$home/unit.log" 2>&1 & fi

# As process 1 bash waits for the processes that lose their parents.
sleep infinity &
wait "$!"
