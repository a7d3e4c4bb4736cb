import type { OwnServer, PeerServer } from "../observation.ts";
import type { Decision } from "../step.ts";
import type { Provisioning } from "../vocabulary.ts";
import { answersOf, newestTerm, type Seen, silentOf, take, wait } from "./decision.ts";

/**
 * A node without data clones that of another. Only if every other node has answered that it has none, the configured
 * first node begins a new cluster: a silent node may have all of the data.
 */
export function provision(seen: Seen, mark: Provisioning): Decision {
  if (mark.step !== "initialising") return afterClone(seen, mark);
  const { own, settings } = seen;
  if (!own.isPrepared) {
    return take(seen, { do: "prepare" }, "preparing an empty node", "members cannot ask this node yet");
  }
  const donor = chooseDonor(seen);
  if (donor !== undefined) {
    return cloneFrom(seen, donor, "cloning", "this node has no data, and that member has the most");
  }
  const silent = silentOf(seen);
  if (silent.length > 0) {
    return wait(
      seen,
      "new",
      `waiting for ${silent.join(" ")} to say whether there is data`,
      "silent nodes may have data",
    );
  }
  if (settings.desiredPrimary !== settings.member) {
    return wait(seen, "new", `waiting for ${settings.desiredPrimary} to begin`, "nobody has data");
  }
  return take(
    seen,
    { do: "begin-cluster" },
    "creating the accounts and the databases",
    "every node has answered that it has no data, and this one is to begin",
  );
}

/** The outcome of a clone, as MySQL recorded it: a clone ends the server, and may have been interrupted anywhere. */
function afterClone(seen: Seen, mark: Provisioning): Decision {
  const record = recordOf(seen.own, mark);
  if (record?.state === "In Progress") return wait(seen, "cloning", "the clone goes on", "MySQL says so");
  if (record?.state === "Completed") {
    return take(seen, { do: "keep-clone" }, "keeping the cloned data", "the clone is complete");
  }
  if (mark.step === "cloning over data" && record?.hasDropped !== true) {
    return take(seen, { do: "keep-data" }, "the clone did not begin; the data is unchanged", "MySQL dropped no data");
  }
  return {
    ...take(seen, { do: "empty-folder" }, "", "the clone is incomplete, and the data before it are gone"),
    state: { word: "cloning", text: "the clone is incomplete; starting again" },
  };
}

/** The record of the clone that the mark is about; undefined: it left none, and the record is that of an earlier one. */
function recordOf({ clone }: OwnServer, { earlier }: Provisioning): OwnServer["clone"] {
  return clone?.began === earlier ? undefined : clone;
}

/** The member to clone: the primary, unless another member has applied everything that it has, and more. */
function chooseDonor(seen: Seen): string | undefined {
  const { promoted } = newestTerm(seen);
  const withData = answersOf(seen).filter(([, { terms }]) => terms > 0);
  const [first, ...others] = [
    ...withData.filter(([peer]) => peer === promoted),
    ...withData.filter(([peer]) => peer !== promoted),
  ];
  if (first === undefined) return undefined;
  const [donor] = others.reduce((best, other) => (hasMore(other[1], best[1]) ? other : best), first);
  return donor;
}

function hasMore({ executed }: PeerServer, { executed: than }: PeerServer): boolean {
  return than.isSubsetOf(executed) && !executed.isSubsetOf(than);
}

/** Replaces all data by those of another member, unless the clone would lack rows. */
export function cloneFrom(seen: Seen, donor: string, step: Provisioning["step"], reason: string): Decision {
  const lacking = seen.peers?.get(donor)?.unclonable ?? [];
  if (lacking.length > 0) {
    const text = `a clone of ${donor} would lack the rows of ${lacking.join(", ")}; on the primary: ALTER TABLE … ENGINE = InnoDB`;
    return wait(seen, "refused", text, "a clone has the rows of InnoDB's tables alone");
  }
  return {
    ...take(seen, { do: "clone", donor, mark: { step, earlier: seen.own.clone?.began } }, "", reason),
    state: { word: "cloning", text: `all data from ${donor}` },
  };
}
