/** Memory and CPUs of every container but the databases' data nodes, whose memory is a setting. */
export const SIZES = {
  pause: { memoryMb: 128, cpus: "1.0" },
  haproxy: { memoryMb: 128, cpus: "1.0" },
  web: { memoryMb: 128, cpus: "0.5" },
  application: { memoryMb: 256, cpus: "1.0" },
  router: { memoryMb: 64, cpus: "0.5" },
  database: { cpus: "1.0" },
  /** The arbiter has all data, but serves no clients. */
  arbiter: { memoryMb: 768, cpus: "1.0" },
  controller: { memoryMb: 32, cpus: "0.5" },
  /** The backup container starts a MySQL server of its own. */
  backup: { memoryMb: 768, cpus: "1.0" },
} as const;
