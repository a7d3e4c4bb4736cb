/** An alert that explains others, which nobody is told of then. */
export interface Inhibition {
  readonly alert: string;
  readonly hides: readonly string[];
  /** The labels in which both have to agree. */
  readonly equal: readonly string[];
}

export const INHIBITIONS: readonly Inhibition[] = [
  { alert: "ServerDown", hides: ["InstanceDown", "ServerOutOfRotation"], equal: ["server"] },
  {
    alert: "SiteDown",
    hides: ["ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly", "Slow", "NoServerReady", "WayDown"],
    equal: [],
  },
  { alert: "GroupWithoutMajority", hides: ["GroupMemberLost"], equal: [] },
  { alert: "LoadBalancerAlone", hides: ["WayDown"], equal: [] },
  // Without figures nothing is there.
  { alert: "NoNewFigures", hides: ["SiteUnwatched", "BackupMissing"], equal: [] },
];
