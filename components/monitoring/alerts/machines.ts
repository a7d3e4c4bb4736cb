import { type AlertGroup, type Subject, when } from "./alert.ts";

/** Seconds between two scrapes of what changes slowly. */
export const SLOW_SECONDS = 15;

/** File systems of programs' images, and of the kernel, are no disks. */
const DISK = 'fstype!~"overlay|squashfs|tmpfs|ramfs|iso9660|erofs|fuse.*|nsfs|proc|sysfs|devtmpfs|cgroup.*"';

/** Whether the machines have room. */
export function machineAlerts({ machines }: Subject): AlertGroup {
  const free = (at = "") => `node_filesystem_avail_bytes{${DISK}}${at}`;
  const share = `${free()} / node_filesystem_size_bytes`;
  return {
    name: "machines",
    intervalSeconds: SLOW_SECONDS,
    alerts: when(
      machines > 0,
      {
        name: "DiskFull",
        expr: `min by (instance, device) (${share}) < 0.1`,
        for: "1m",
        severity: "warn",
        summary: "{{ $labels.instance }}: {{ $value | humanizePercentage }} of {{ $labels.device }} is free",
        description: "A database on a full disk stops. The engine's images, volumes and logs are on it, too.",
      },
      {
        name: "DiskFullSoon",
        // Only with six hours to go by: a new stack fills a disk faster than it ever will again.
        expr: [
          `min by (instance, device) (predict_linear(${free("[6h]")}, 86400)) < 0`,
          `  and min by (instance, device) (${share}) < 0.4`,
          `  and min by (instance, device) (${free(" offset 6h")})`,
        ].join("\n"),
        for: "30m",
        severity: "warn",
        summary: "{{ $labels.instance }}: {{ $labels.device }} is full within a day",
        description: "The disk has filled evenly for six hours, and less than 40 % of it is free.",
      },
      {
        name: "MemoryShort",
        expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.08",
        for: "2m",
        severity: "warn",
        summary: "{{ $labels.instance }}: {{ $value | humanizePercentage }} of the memory is free",
        description: "The machine will soon end processes, those of databases first.",
      },
      {
        name: "OutOfMemory",
        // Containers' limits count here, too.
        expr: "increase(node_vmstat_oom_kill[2m]) > 0",
        severity: "warn",
        summary: "{{ $labels.instance }}: the kernel ended a process that wanted more memory than it may have",
        description: "A container reached its limit of memory, or the machine's memory ran out.",
      },
      {
        name: "MachineRestarted",
        // Against the figure before: a machine that was new with its stack has not restarted.
        expr: "node_boot_time_seconds - node_boot_time_seconds offset 15m > 60",
        severity: "info",
        summary: "{{ $labels.instance }} was started again",
        description: "The machine has booted within the last 15 minutes.",
      },
    ),
  };
}
