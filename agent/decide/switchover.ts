import type { Controlled, ControlledServer, SwitchDecision } from "../controlled.ts";

/** Seconds in which a replica must catch up while writes are blocked. */
export const CATCH_UP_SECONDS = 10;

const wait = (reason: string): SwitchDecision => ({ step: { do: "wait" }, reason });

/**
 * Decides how the wanted member becomes the primary: once for each change of the configuration, so that a later failover
 * is not undone. A pure function. A switchover that was interrupted anywhere is carried out again from what is seen.
 */
export function decideSwitchover(seen: Controlled): SwitchDecision {
  const { wanted, members, isByHand } = seen;
  const present = primaryOf(seen);
  if (present === undefined) return wait("no member takes writes");
  const [name, primary] = present;
  if (!isByHand && primary.configured === wanted) return { step: { do: "settled" }, reason: `${wanted} was promoted` };
  if (name === wanted) {
    return isByHand || !primary.writes
      ? settledIf(primary, wanted)
      : { step: { do: "record" }, reason: `${wanted} is the primary already, and the configuration names it` };
  }
  const target = members.get(wanted);
  if (target === undefined) return wait(`${wanted} does not answer: it cannot become the primary`);
  return seen.replication === "group" ? elect(wanted, target) : switchReplicas(seen, [name, primary], target);
}

function settledIf({ writes }: ControlledServer, wanted: string): SwitchDecision {
  return writes
    ? { step: { do: "settled" }, reason: `${wanted} takes writes` }
    : wait(`${wanted} is promoted, and does not take writes yet`);
}

/**
 * The member that takes writes. Outside a group, where no member does, it is the one promoted last: a switchover that
 * was interrupted left it closed.
 */
function primaryOf({ members, replication }: Controlled): readonly [string, ControlledServer] | undefined {
  const all = [...members];
  const writer = all.find(([, { writes }]) => writes);
  if (writer !== undefined || replication === "group") return writer;
  const newest = all.reduce((most, [, { term }]) => (term.number > most.number ? term : most), {
    number: 0,
    promoted: undefined as string | undefined,
  });
  return all.find(([name]) => name === newest.promoted);
}

function elect(wanted: string, { group }: ControlledServer): SwitchDecision {
  if (group !== "ONLINE") return wait(`${wanted} is not online in the group: it cannot become the primary yet`);
  return { step: { do: "elect", member: wanted }, reason: `the configured primary is ${wanted}` };
}

/** Writes are blocked until the replica has everything. If that takes too long, the old primary stays. */
function switchReplicas(
  { wanted, at, closedAt }: Controlled,
  [name, primary]: readonly [string, ControlledServer],
  target: ControlledServer,
): SwitchDecision {
  // A primary that takes no writes is replaced only if an interrupted switchover has closed it. Otherwise its agent may
  // be about to open it.
  const isFree = primary.source === undefined || (primary.source === wanted && primary.unapplied.isEmpty);
  if (!primary.writes && !(primary.isClosed && isFree)) {
    return wait(`${name} is promoted, but not open for writes yet: it keeps its place`);
  }
  const hasAll = primary.executed.isSubsetOf(target.executed);
  const isLate = closedAt !== undefined && at - closedAt > CATCH_UP_SECONDS;
  if (!primary.writes && closedAt !== undefined && !hasAll && isLate) {
    return {
      step: { do: "reopen", member: name },
      reason: `${wanted} did not get the last transactions of ${name} in time: ${name} goes on`,
    };
  }
  if (target.source !== name || !target.isReceiving || !target.isApplying) {
    return wait(`${wanted} does not replicate from ${name} without trouble: it cannot become the primary`);
  }
  if (hasAll && !primary.writes) {
    return {
      step: { do: "promote", from: name, to: wanted },
      reason: `${name} is closed, and ${wanted} has everything of it`,
    };
  }
  if (!hasAll) {
    const step = { do: "catch-up", member: wanted, seconds: CATCH_UP_SECONDS } as const;
    return { step, reason: `${wanted} lacks ${primary.executed.subtract(target.executed)}` };
  }
  return { step: { do: "close", member: name }, reason: `${wanted} has everything of ${name} so far` };
}
