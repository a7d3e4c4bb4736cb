import type { GtidSet } from "./gtidSet.ts";
import type { Marks, Term } from "./vocabulary.ts";

export type Replication = "async" | "semisync" | "group";

/** What the configuration says of a node. It does not change while the agent runs, but for the primary. */
export interface NodeSettings {
  /** This node's name among the members. */
  readonly member: string;
  /** The other members. */
  readonly peers: readonly string[];
  readonly isArbiter: boolean;
  readonly replication: Replication;
  /** What a semisync primary does without a replica that acknowledges. */
  readonly withoutReplica: "wait" | "degrade";
  /** The configured primary: it begins a cluster that has no data yet. */
  readonly desiredPrimary: string;
}

export type GroupState = "NONE" | "OFFLINE" | "RECOVERING" | "ONLINE" | "ERROR" | "UNREACHABLE";

/** What a server tells of the last clone into it. */
export interface CloneRecord {
  /** When it began, as the server says it: it tells two clones apart. */
  readonly began: string;
  readonly state: "In Progress" | "Completed" | "Failed" | "Not Started";
  /** Whether the data that were there before are gone, in part or all. */
  readonly hasDropped: boolean;
}

/** The node's own server, asked over its socket. */
export interface OwnServer {
  /** The newest primary term that it knows. */
  readonly term: Term;
  readonly group: GroupState;
  readonly role: "PRIMARY" | "SECONDARY" | undefined;
  readonly hasMajority: boolean;
  /** The members that it sees in its group, in any state. */
  readonly sees: readonly string[];
  /** The member that it replicates from outside a group. undefined: none. */
  readonly source: string | undefined;
  readonly isReceiving: boolean;
  readonly isApplying: boolean;
  /** Why replication cannot continue by itself. */
  readonly broken: string | undefined;
  /** Why received transactions cannot be applied. */
  readonly cannotApply: string | undefined;
  /** Whether it takes writes of clients. */
  readonly writes: boolean;
  /** The primary term in which it was opened for writes, in this run; 0: in none. */
  readonly openedIn: number;
  /** Whether nobody can write, not even an administrator, and it waits for no acknowledgements. */
  readonly isClosed: boolean;
  /** Whether an empty node has the schema and the account by which members ask it. */
  readonly isPrepared: boolean;
  /** Everything that it has committed or applied. */
  readonly executed: GtidSet;
  /** Everything that it has: executed, or only received and confirmed. */
  readonly held: GtidSet;
  /** Whether it has received anything from its source, applied or not. */
  readonly hasReceived: boolean;
  /** What it has received from its source and not applied. */
  readonly unapplied: GtidSet;
  readonly clone: CloneRecord | undefined;
  /** Where it waits for acknowledgements as a semisync source. */
  readonly semisync: Semisync;
  /** Whether the account by which members talk to each other has the present password. */
  readonly hasReplicationPassword: boolean;
  /** Whether the password of replication is stored in the server, as older versions did. */
  readonly storesPassword: boolean;
}

/** What a semisync source counts. */
export interface Semisync {
  /** Replicas that can acknowledge. */
  readonly replicas: number;
  /** Sessions that wait for an acknowledgement. */
  readonly waiting: number;
  /** Transactions that were acknowledged so far. */
  readonly acknowledged: number;
  /** Whether a member that clones this server has copied its files, and waits for the writers that were on their way. */
  readonly holdsClone: boolean;
}

/** Another member's server, asked over the replication network. */
export interface PeerServer {
  /** How many primary terms it knows; 0: it has no data. */
  readonly terms: number;
  readonly term: Term;
  readonly writes: boolean;
  readonly group: GroupState;
  /** Whether its group has this node. */
  readonly seesThisNode: boolean;
  readonly executed: GtidSet;
  /** Everything in its binary log, whether executed or waiting for an acknowledgement. */
  readonly logged: GtidSet;
  readonly held: GtidSet;
  /** The tables whose rows a clone of it would lack. */
  readonly unclonable: readonly string[];
  /** Whether it also takes the replication password before the present one. undefined: it cannot say. */
  readonly takesFormerPassword: boolean | undefined;
}

/** Everything that one decision is made from: data alone, so that a decision can be repeated and tested. */
export interface Observation {
  readonly settings: NodeSettings;
  /** Seconds on a clock that only goes forward. */
  readonly at: number;
  /** undefined: it does not answer. */
  readonly own: OwnServer | undefined;
  /** By member; those that do not answer are left out. undefined: nobody was asked. */
  readonly peers: ReadonlyMap<string, PeerServer> | undefined;
  readonly marks: Marks;
  readonly memory: Memory;
}

/** What an agent remembers of what it did. It begins empty with the agent, and nothing may be lost by that. */
export interface Memory {
  /** The primary term in which this node was opened for writes, or that was tried. */
  readonly triedIn?: number;
  /** The primary term in which replication was resumed after an error, instead of a clone. */
  readonly resumedIn?: number;
  /** The primary term in which this node stopped receiving from another source than the primary. */
  readonly partedIn?: number;
  /** The primary term in which this node recorded how it acknowledges writes, as the primary of a group. */
  readonly ledIn?: number;
  /** Writers that waited at the last look, and when to free them next. */
  readonly waiting?: {
    readonly acknowledged: number;
    readonly since: number;
    /** Seconds. */
    readonly pause: number;
    readonly next?: number;
  };
}
