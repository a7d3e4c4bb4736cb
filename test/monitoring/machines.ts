import type { AlertCase } from "./case.ts";

const disk = (figure: string, fstype = "ext4") =>
  `node_filesystem_${figure}_bytes{instance="machine",device="/dev/sda1",fstype="${fstype}",mountpoint="/"}`;

export const machineCases: readonly AlertCase[] = [
  {
    name: "a disk that is nearly full is one alert, wherever it is mounted",
    every: "15s",
    series: {
      [disk("avail")]: "5x20",
      [disk("size")]: "100x20",
      [disk("avail").replace('mountpoint="/"', 'mountpoint="/srv"')]: "5x20",
      [disk("size").replace('mountpoint="/"', 'mountpoint="/srv"')]: "100x20",
      [disk("avail", "overlay").replace("/dev/sda1", "overlay")]: "0x20",
      [disk("size", "overlay").replace("/dev/sda1", "overlay")]: "100x20",
    },
    quiet: [["DiskFull", "45s"]],
    firing: [
      {
        alert: "DiskFull",
        at: "105s",
        labels: { instance: "machine", device: "/dev/sda1" },
        summary: "machine: 5% of /dev/sda1 is free",
      },
    ],
  },
  {
    name: "memory runs out",
    every: "15s",
    series: {
      'node_memory_MemAvailable_bytes{instance="machine"}': "5x20",
      'node_memory_MemTotal_bytes{instance="machine"}': "100x20",
    },
    quiet: [["MemoryShort", "60s"]],
    firing: [
      {
        alert: "MemoryShort",
        at: "165s",
        labels: { instance: "machine" },
        summary: "machine: 5% of the memory is free",
      },
    ],
  },
  {
    name: "the kernel ended a process",
    every: "15s",
    series: { 'node_vmstat_oom_kill{instance="machine"}': "0x3 1x20" },
    quiet: [["OutOfMemory", "30s", "5m"]],
    firing: [
      {
        alert: "OutOfMemory",
        at: "75s",
        labels: { instance: "machine" },
        summary: "machine: the kernel ended a process that wanted more memory than it may have",
      },
    ],
  },
  {
    name: "a machine that was started again, and one whose clock was corrected",
    every: "15s",
    series: {
      'node_boot_time_seconds{instance="machine"}': "1000x8 5000x100",
      'node_boot_time_seconds{instance="other"}': "1000x8 1001x100",
    },
    quiet: [["MachineRestarted", "60s"]],
    firing: [
      {
        alert: "MachineRestarted",
        at: "16m",
        labels: { instance: "machine" },
        summary: "machine was started again",
      },
    ],
  },
];

export const safetyCases: readonly AlertCase[] = [
  {
    name: "a certificate's last weeks",
    every: "15s",
    series: {
      'probe_ssl_earliest_cert_expiry{job="certificate",instance="lb1"}': "864000x5",
      'probe_ssl_earliest_cert_expiry{job="certificate",instance="lb2"}': "8640000x5",
    },
    firing: [
      {
        alert: "CertificateExpires",
        at: "60s",
        labels: { instance: "lb1" },
        summary: "The certificate of lb1 is good for 9d 23h 59m 0s more",
      },
    ],
    quiet: [["Restarting", "60s"]],
  },
  {
    name: "a backup that fails",
    every: "15s",
    series: {
      'foobar_backup_failing{part="archive"}': "1x20",
      'foobar_backup_failing{part="full"}': "0x20",
    },
    quiet: [["BackupFailing", "30s"]],
    firing: [{ alert: "BackupFailing", at: "90s", labels: { part: "archive" }, summary: "Backups fail: archive" }],
  },
  {
    name: "an archive that stands still",
    every: "15s",
    series: { 'foobar_backup_reach_timestamp_seconds{instance="machine"}': "0x60" },
    quiet: [["ArchiveBehind", "9m"]],
    firing: [{ alert: "ArchiveBehind", at: "14m", summary: "A restore now would lack the last 14m 0s" }],
  },
];

/** Alerts of hours. */
export const slowCases: readonly AlertCase[] = [
  {
    name: "a disk that fills evenly",
    every: "5m",
    series: { [disk("avail")]: "3500-20x170", [disk("size")]: "10000x170" },
    quiet: [["DiskFullSoon", "5h"]],
    firing: [
      {
        alert: "DiskFullSoon",
        at: "8h",
        labels: { instance: "machine", device: "/dev/sda1" },
        summary: "machine: /dev/sda1 is full within a day",
      },
    ],
  },
  {
    name: "a new stack fills a disk faster than it ever will again",
    every: "5m",
    series: { [disk("avail")]: "3500-90x30", [disk("size")]: "10000x30" },
    quiet: [["DiskFullSoon", "2h"]],
  },
  {
    name: "a backup that is half a day late",
    every: "4m",
    series: { foobar_backup_taken_timestamp_seconds: "0x600" },
    quiet: [["BackupOld", "35h"]],
    firing: [{ alert: "BackupOld", at: "37h", summary: "The last full backup is 1d 13h 0m 0s old" }],
  },
  {
    name: "no figures of backups are as bad as an old backup, but a first one takes its time",
    every: "1m",
    series: { 'up{job="machine"}': "1x200" },
    quiet: [["BackupMissing", "50m"]],
    firing: [{ alert: "BackupMissing", at: "70m", summary: "Nobody knows of a full backup" }],
  },
];
