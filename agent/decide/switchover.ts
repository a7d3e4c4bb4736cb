import type { Controlled, ControlledServer, SwitchDecision, SwitchStep } from "../controlled.ts";
import type { Term } from "../vocabulary.ts";

/** Seconds in which a replica must catch up while writes are blocked. */
export const CATCH_UP_SECONDS = 10;

/** Seconds for which a replica that had everything counts as near enough to close its primary. */
const NEAR_SECONDS = 5;

type Member = readonly [name: string, server: ControlledServer];

/**
 * Decides how the wanted member becomes the primary: once for each change of the configuration, so that a later failover
 * is not undone. A pure function. A switchover that was interrupted anywhere is carried out again from what is seen.
 */
export function decideSwitchover(seen: Controlled): SwitchDecision {
  const { wanted, members, isByHand } = seen;
  const present = primaryOf(seen);
  if (present === undefined) return wait("no member takes writes");
  const [name, primary] = present;
  const closedAt = primary.isClosed && !primary.writes ? (seen.closedAt ?? seen.at) : undefined;
  const isDone = !isByHand && primary.configured === wanted;
  const decision =
    name === wanted || isDone
      ? keep(seen, present)
      : seen.replication === "group"
        ? elect(wanted, members.get(wanted))
        : switchReplicas({ ...seen, closedAt }, present, members.get(wanted));
  return { ...decision, closedAt };
}

function wait(reason: string): SwitchDecision {
  return taken({ do: "wait" }, reason);
}

function taken(step: SwitchStep, reason: string): SwitchDecision {
  return { step, reason, closedAt: undefined };
}

/** The present primary stays. A switchover away from it may have been given up in the middle. */
function keep(seen: Controlled, [name, primary]: Member): SwitchDecision {
  const { wanted, isByHand } = seen;
  if (!primary.writes && isClosedBySwitchover(primary) && isStillPrimary(seen, primary)) {
    return taken(
      { do: "reopen", member: name, term: primary.term.number },
      `a switchover has closed ${name}, which is to go on`,
    );
  }
  if (primary.writes && isSigned(primary)) {
    return taken(
      { do: "call-off", member: name, term: primary.term.number },
      `a switchover was to close ${name}, which goes on`,
    );
  }
  // A primary without a source opens by itself, or when the person opens it who has closed it. With one, it was made a replica by a switchover.
  const isSure = primary.writes || primary.source === undefined;
  if (!isByHand && primary.configured === wanted && isSure) {
    return taken({ do: "settled" }, `${wanted} was promoted`);
  }
  if (isClosedByHand(primary)) return wait(closedByHand(name));
  if (!primary.writes) return wait(`${name} is promoted, and does not take writes yet`);
  return isByHand
    ? taken({ do: "settled" }, `${name} takes writes`)
    : taken({ do: "record" }, `${name} is the primary already, and the configuration names it`);
}

/**
 * The member that takes writes. Outside a group, where no member does, it is the one promoted last: a switchover that
 * was interrupted left it closed.
 */
function primaryOf({ members, replication }: Controlled): Member | undefined {
  const all = [...members];
  const writer = all.find(([, { writes }]) => writes);
  if (writer !== undefined || replication === "group") return writer;
  const newest = all.reduce<Term>((most, [, { term }]) => (term.number > most.number ? term : most), {
    number: 0,
    promoted: undefined,
  });
  return all.find(([name]) => name === newest.promoted);
}

function elect(wanted: string, target: ControlledServer | undefined): SwitchDecision {
  if (target === undefined) return wait(`${wanted} does not answer: it cannot become the primary`);
  if (target.group !== "ONLINE") return wait(`${wanted} is not online in the group: it cannot become the primary yet`);
  return taken({ do: "elect", member: wanted }, `the configured primary is ${wanted}`);
}

/**
 * Whether a closed primary is the primary still. One that was not opened in its term may have lost its data, or may have
 * been replaced: its agent and a person decide about it. A switchover first makes a primary a replica of the next one,
 * which then is promoted: so its source alone could have been, and says whether it was.
 */
function isStillPrimary(seen: Controlled, primary: ControlledServer): boolean {
  const { isClosed, source, term, unapplied } = primary;
  if (!isClosed || term.number < newestNumber(seen)) return false;
  if (source === undefined) return isOpenedInTerm(primary);
  const next = seen.members.get(source);
  return next !== undefined && next.term.number <= term.number && unapplied.isEmpty;
}

/** Whether this primary was opened for writes in its present term, in this run of its server. */
function isOpenedInTerm({ openedIn, term }: ControlledServer): boolean {
  return openedIn !== 0 && openedIn === term.number;
}

/** Whether a switchover has begun to end the present term of this primary. */
function isSigned({ closingIn, term }: ControlledServer): boolean {
  return closingIn !== 0 && closingIn === term.number;
}

/**
 * Whether a switchover has closed the primary: it has left its sign, or has made it a replica of the next one. One that
 * was opened in its term before was closed by a person otherwise, for maintenance for example: it stays closed until that
 * person opens it.
 */
function isClosedBySwitchover(primary: ControlledServer): boolean {
  return primary.isClosed && (primary.source !== undefined || isSigned(primary));
}

function isClosedByHand(primary: ControlledServer): boolean {
  const { writes, isClosed } = primary;
  return !writes && isClosed && isOpenedInTerm(primary) && !isClosedBySwitchover(primary);
}

function closedByHand(name: string): string {
  return `${name} was closed by hand, and stays closed until it is opened by hand`;
}

/** Writes are blocked until the replica has everything. If that takes too long, the old primary stays. */
function switchReplicas(
  seen: Controlled,
  [name, primary]: Member,
  target: ControlledServer | undefined,
): SwitchDecision {
  const { wanted, at, closedAt, caughtUpAt } = seen;
  // A primary that takes no writes is replaced only if somebody has closed it. Otherwise its agent may be about to open
  // it. It is replaced, too, if a person has closed it: the configuration, or a person, wants another one.
  if (!primary.writes && !isStillPrimary(seen, primary)) {
    return wait(`${name} is promoted, but not open for writes yet: it keeps its place`);
  }
  const hasAll = target !== undefined && primary.executed.isSubsetOf(target.executed);
  const isReady = target?.source === name && target.isReceiving && target.isApplying;
  const isLate = closedAt !== undefined && at - closedAt > CATCH_UP_SECONDS;
  if (isLate && isClosedBySwitchover(primary) && !primary.writes && !(hasAll && isReady)) {
    const reason = `${wanted} did not get the last transactions of ${name} in time: ${name} goes on`;
    return taken({ do: "reopen", member: name, term: primary.term.number }, reason);
  }
  if (primary.writes && isSigned(primary) && !(hasAll && isReady)) {
    return taken(
      { do: "call-off", member: name, term: primary.term.number },
      `${name} could not be closed in time, and goes on`,
    );
  }
  if (target === undefined) return wait(`${wanted} does not answer: it cannot become the primary`);
  if (!isReady && isClosedByHand(primary)) {
    return wait(`${closedByHand(name)}; ${wanted} does not replicate from it without trouble`);
  }
  if (!isReady) return wait(`${wanted} does not replicate from ${name} without trouble: it cannot become the primary`);
  // Under constant writes a replica lacks the last of them at every look, until the primary is closed.
  const isNear = hasAll || (caughtUpAt !== undefined && at - caughtUpAt <= NEAR_SECONDS);
  if (primary.writes && isNear) {
    const reason = `${wanted} has everything of ${name} so far`;
    return taken({ do: "close", member: name, term: primary.term.number }, reason);
  }
  if (!hasAll) {
    const step = { do: "catch-up", member: wanted, seconds: CATCH_UP_SECONDS } as const;
    return taken(step, `${wanted} lacks ${primary.executed.subtract(target.executed)}`);
  }
  const reason = `${name} is closed, and ${wanted} has everything of it`;
  return taken({ do: "promote", from: name, to: wanted, after: newestNumber(seen) }, reason);
}

function newestNumber({ members }: Controlled): number {
  return Math.max(0, ...[...members.values()].map(({ term }) => term.number));
}
