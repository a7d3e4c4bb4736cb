import type { CloneRecord, GroupState, Memory } from "../../../agent/observation.ts";
import type { Decision, Step } from "../../../agent/step.ts";
import type { Provisioning, Term } from "../../../agent/vocabulary.ts";
import type { Action } from "./action.ts";
import { NONE, type Transactions } from "./ledger.ts";

/** No node. */
export const NOBODY = -1;

/** What is on the disk of a node: a crash keeps it. */
export interface Folder {
  /** The origin of the transactions that this server writes outside a group. */
  readonly uuid: number;
  /** In the binary log: executed, or waiting for an acknowledgement. */
  logged: Transactions;
  executed: Transactions;
  /** Executed, and not in the binary log: a clone has no log. */
  purged: Transactions;
  /** Received from the source, in the relay log, and applied or not. */
  relayed: Transactions;
  /** Received in a group, and applied or not. */
  grouped: Transactions;
  /** The configured source, or nobody. */
  source: number;
  provisioning: Provisioning | undefined;
  isDataLost: boolean;
  knownTerm: Term;
  ledIn: number;
  clone: CloneRecord | undefined;
  /** Whether members can ask this server. */
  isPrepared: boolean;
  /** Whether the next transaction that it receives cannot be applied to these data. */
  isPoisoned: boolean;
}

/** A session that waits for the acknowledgement of a replica. */
export interface Session {
  readonly bit: Transactions;
  readonly isClient: boolean;
  readonly since: number;
}

/** A group as its majority knows it. */
export interface Group {
  members: number[];
  /** By node: which run of the server is the member. */
  readonly runs: number[];
  /** By node: rounds without contact. */
  readonly missing: number[];
  primary: number;
  /** Everything that the group has agreed on. */
  certified: Transactions;
  /** The members that form the majority in this round. */
  majority: readonly number[];
}

/** A server as long as its process lives. */
export interface Server {
  readonly run: number;
  isReadOnly: boolean;
  isSuperReadOnly: boolean;
  /** Whether it waits for acknowledgements as a semisync source. */
  isSource: boolean;
  /** Whether it has given up waiting until a replica has caught up. */
  isDegraded: boolean;
  sessions: Session[];
  /** Whether somebody closes it, who waits for the commits on their way: no more begin. */
  isClosing: boolean;
  /** The primary terms in which it was opened for writes, and in which a switchover has begun to close it; 0: none. */
  openedIn: number;
  closingIn: number;
  acknowledged: number;
  /** Whether the receiver's thread runs, and the run of the source that it is connected to; 0: none. */
  receives: boolean;
  connectedTo: number;
  isApplying: boolean;
  broken: string | undefined;
  cannotApply: string | undefined;
  /** What the applier may apply in this round: what was received in the round before. */
  appliable: Transactions;
  group: Group | undefined;
  groupState: GroupState;
  role: "PRIMARY" | "SECONDARY" | undefined;
  hasMajority: boolean;
  /** The members that it sees in its group. */
  view: readonly number[];
  /** Rounds that it recovers in its group. */
  recovering: number;
  withoutDonor: number;
  /** Whether the next start of the group begins a new one. */
  bootstraps: boolean;
  donation: Donation | undefined;
}

/** A clone of a server, as the donor knows it. */
export interface Donation {
  /** The node that clones it. */
  readonly to: number;
  /** Once its files are copied: the transactions on their way then, for whose end it waits. */
  awaits: Transactions | undefined;
}

/** What vanishes with the container of the server. */
export interface Container {
  givenUp: readonly string[];
  isToRegroup: boolean;
  connectedWith: "present" | undefined;
}

/** A power cut or a crash in the middle of a step. */
export interface Armed {
  readonly what: "machine" | "server" | "agent";
  /** The kind of the step. undefined: the next one, of any kind. */
  readonly of: Step["do"] | undefined;
  /** After this many acts of the step. */
  readonly after: number;
  readonly rounds: number;
  readonly until: number;
}

export interface Agent {
  isAlive: boolean;
  memory: Memory;
  action: Action | undefined;
  decision: Decision | undefined;
  /** Why the last step failed. */
  failure: string | undefined;
  armed: Armed | undefined;
  /** Until this round, it acts late and slowly. */
  lagsUntil: number;
}

export interface Node {
  readonly index: number;
  readonly name: string;
  readonly peers: readonly string[];
  readonly isArbiter: boolean;
  folder: Folder;
  /** undefined: it does not run. */
  server: Server | undefined;
  container: Container;
  readonly agent: Agent;
  /** A clone that goes on although the agent that asked for it has ended. */
  orphan: Action | undefined;
  isFrozen: boolean;
  /** When the server, the machine and the agent start again. */
  startsAt: number;
  agentStartsAt: number;
  /** Whether the power is off until `startsAt`. */
  isPowered: boolean;
  /** A person has given it up: what it alone has counts as lost, until a group has it again. */
  isGivenUp: boolean;
  /** Killed by a failover, until it has ended. */
  isFenced: boolean;
  /** Until these rounds the applier rests, and the next acknowledgement is lost. */
  appliesAgainAt: number;
  losesAckUntil: number;
  /** Until this round, the next clone of this node ends in its middle, with an error of this donor. */
  abortsCloneUntil: number;
  /** A person has closed it for maintenance, in this run of the server. undefined: nobody has. */
  closedByHand: { readonly run: number; readonly term: number; readonly until: number } | undefined;
  /** The last round in which nobody could tell it that a failover has replaced it. */
  isolatedAt: number;
  /** Until this round, answers of others are lost or late. */
  hearsBadlyUntil: number;
}

export function emptyFolder(uuid: number): Folder {
  return {
    ...{ uuid, logged: NONE, executed: NONE, purged: NONE, relayed: NONE, grouped: NONE, source: NOBODY },
    ...{ provisioning: { step: "initialising", earlier: undefined }, isDataLost: false, clone: undefined },
    ...{ knownTerm: { number: 0, promoted: undefined }, ledIn: 0 },
    ...{ isPrepared: false, isPoisoned: false },
  };
}

export function newContainer(): Container {
  return { givenUp: [], isToRegroup: false, connectedWith: undefined };
}

/** A server that has just started: read-only for clients, and not for administrators. */
export function newServer(run: number, isInGroupMode: boolean): Server {
  return {
    ...{
      run,
      isReadOnly: true,
      isSuperReadOnly: false,
      isSource: false,
      isDegraded: false,
      sessions: [],
      isClosing: false,
      openedIn: 0,
      closingIn: 0,
    },
    ...{ acknowledged: 0, receives: false, connectedTo: 0, isApplying: false, broken: undefined },
    ...{ cannotApply: undefined, appliable: NONE, group: undefined, groupState: isInGroupMode ? "OFFLINE" : "NONE" },
    ...{
      role: undefined,
      hasMajority: false,
      view: [],
      recovering: 0,
      withoutDonor: 0,
      bootstraps: false,
      donation: undefined,
    },
  };
}

/** Everything on the disk of a node. */
export function storedIn({ logged, executed, relayed, grouped }: Folder): Transactions {
  return logged | executed | relayed | grouped;
}

/** Everything that the server says it has. */
export function heldIn({ executed, relayed, grouped }: Folder): Transactions {
  return executed | relayed | grouped;
}

export function takesWrites(server: Server | undefined): boolean {
  return server !== undefined && !server.isReadOnly && !server.isSuperReadOnly;
}
