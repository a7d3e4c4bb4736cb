import { decide } from "../../agent/decide/decide.ts";
import { GtidSet } from "../../agent/gtidSet.ts";
import type { Memory, NodeSettings, Observation, OwnServer, PeerServer } from "../../agent/observation.ts";
import type { Decision } from "../../agent/step.ts";
import type { Marks, Term } from "../../agent/vocabulary.ts";

export const ONE = "mysql-server1.replication";
export const TWO = "mysql-server2.replication";
export const THREE = "mysql-server3.replication";

const ORIGIN = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/** The transactions 1 to `last` of the cluster, and more of a server's own. */
export function transactions(last: number, own = 0): GtidSet {
  return GtidSet.of(ORIGIN, 1, last).union(GtidSet.of("99999999-71ca-11e1-9e33-c80aa9429562", 1, own));
}

export function term(number: number, promoted: string): Term {
  return { number, promoted };
}

const NO_TERM: Term = { number: 0, promoted: undefined };
const ALL = transactions(10);

/** A replica of the first server, in its place. */
export const REPLICA: OwnServer = {
  term: term(1, ONE),
  ...{ group: "NONE", role: undefined, hasMajority: false, sees: [] },
  ...{ source: ONE, isReceiving: true, isApplying: true, broken: undefined, cannotApply: undefined },
  ...{ writes: false, isClosed: true, isPrepared: true, openedIn: 0 },
  ...{ executed: ALL, held: ALL, unapplied: GtidSet.EMPTY, hasReceived: true },
  clone: undefined,
  semisync: { replicas: 0, waiting: 0, acknowledged: 0, holdsClone: false },
  ...{ hasReplicationPassword: true, storesPassword: false },
};

/** What differs in a server that has just started. */
export const STARTED = { isReceiving: false, isApplying: false, writes: false, isClosed: true } as const;

/** A primary that is open for writes. */
export const PRIMARY: OwnServer = {
  ...REPLICA,
  ...{ source: undefined, isReceiving: false, isApplying: false, writes: true, isClosed: false },
};

/** A node without data. */
export const EMPTY: OwnServer = {
  ...{ ...REPLICA, ...STARTED, source: undefined },
  ...{ term: NO_TERM, executed: GtidSet.EMPTY, held: GtidSet.EMPTY },
};

/** A member of a group. */
export const MEMBER: OwnServer = {
  ...{ ...REPLICA, source: undefined, isReceiving: false, isApplying: false },
  ...{ group: "ONLINE", role: "SECONDARY", hasMajority: true, sees: [ONE, TWO, THREE] },
};

/** A server whose group is gone. */
export const ALONE: OwnServer = { ...MEMBER, group: "OFFLINE", role: undefined, hasMajority: false, sees: [] };

export const PEER: PeerServer = {
  ...{ terms: 1, term: term(1, ONE), writes: false, group: "NONE", seesThisNode: false },
  ...{ executed: ALL, logged: ALL, held: ALL, unclonable: [], takesFormerPassword: false },
};

export const EMPTY_PEER: PeerServer = {
  ...{ ...PEER, terms: 0, term: NO_TERM },
  ...{ executed: GtidSet.EMPTY, logged: GtidSet.EMPTY, held: GtidSet.EMPTY },
};

const MARKS: Marks = {
  ...{ provisioning: undefined, isDataLost: false, givenUp: [], isToRegroup: false },
  ...{ connectedWith: "present", knownTerm: NO_TERM, ledIn: 0 },
};

const SETTINGS: NodeSettings = {
  ...{ member: TWO, peers: [ONE], isArbiter: false },
  ...{ replication: "async", withoutReplica: "degrade", desiredPrimary: ONE },
};

/** What a case says of an observation; the rest is that of the second server, a replica in its place. */
export interface Situation {
  readonly settings?: Partial<NodeSettings>;
  readonly at?: number;
  /** undefined: it does not answer. */
  readonly own?: Partial<OwnServer> | undefined;
  readonly peers?: Readonly<Record<string, Partial<PeerServer>>>;
  readonly marks?: Partial<Marks>;
  readonly memory?: Memory;
}

export function observation(situation: Situation): Observation {
  const { settings, at = 100, peers = {}, marks, memory = {} } = situation;
  const own = "own" in situation && situation.own === undefined ? undefined : { ...REPLICA, ...situation.own };
  return {
    settings: { ...SETTINGS, ...settings },
    ...{ at, own, marks: { ...MARKS, ...marks }, memory },
    peers: new Map(Object.entries(peers).map(([name, peer]) => [name, { ...PEER, ...peer }])),
  };
}

export const decided = (situation: Situation): Decision => decide(observation(situation));
