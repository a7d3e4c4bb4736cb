/** The alerts that no drill produces on a running stack, each with the reason. */
export const UNTRIED: Readonly<Record<string, string>> = {
  Watchdog: "it always fires",
  WayDown: "it needs one of several ways to be closed, and not its load balancer to be dead",
  ErrorBudgetBurnsFast: "it needs an hour of figures, and failures in them",
  ErrorBudgetBurnsSlowly: "it needs three days of figures, and failures in them",
  NoApplicationFigures: "it needs an application without the path of its figures",
  Slow: "it needs ten minutes in which visitors wait",
  ReplicationStopped:
    "a replica starts its replication again within seconds; only an error of its data keeps it from that",
  TwoPrimaries: "a replica makes itself read-only again within seconds",
  ReplicaMissing: "a database would have to give up its replication, and its data with it",
  DiskFull: "a full disk stops databases",
  DiskFullSoon: "it needs six hours of a disk that fills",
  MemoryShort: "a machine without memory ends processes, those of databases first",
  MachineRestarted: "drills of machines do it: reboot-host",
  CertificateExpires: "no certificate of the stack is that old",
  BackupOld: "it needs hours without a backup",
  BackupMissing: "it needs an hour without any backup",
  NotificationsFail: "it needs a receiver that is dead: npm run notify -- test says so",
  RuleFails: "no rule of the stack fails",
  FiguresLost: "it needs a disk that is full",
  NoNewFigures: "it needs a disk that is full",
};
