#!/bin/sh
# With NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE set, as many workers as the container may use processors: nginx's
# `auto` counts those of the machine.
set -eu

[ -n "${NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE:-}" ] || exit 0
log() { [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$(basename "$0"): $*"; }
file=/etc/nginx/nginx.conf

if ! touch "$file" 2>/dev/null; then
  log "can not modify $file (read-only file system?)"
  exit 0
fi

workers=$(nproc)
if [ -r /sys/fs/cgroup/cpu.max ]; then
  read -r quota period </sys/fs/cgroup/cpu.max
elif [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then
  quota=$(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us)
  period=$(cat /sys/fs/cgroup/cpu/cpu.cfs_period_us)
fi
case "${quota:-max}" in
  max | -1) ;;
  *)
    allowed=$(((quota + period - 1) / period))
    [ "$allowed" -ge "$workers" ] || workers=$allowed
    ;;
esac

changed=$(sed -E "s/^worker_processes[[:space:]].*;/worker_processes $workers;/" "$file")
printf '%s\n' "$changed" >"$file"
log "worker_processes $workers"
