import type { Memory } from "./observation.ts";
import type { Provisioning, State, Term } from "./vocabulary.ts";

/**
 * One act of an agent. After it, the agent observes again: an act may fail, or be cut off in its middle by a power cut,
 * so each has to be harmless wherever it ends.
 */
export type Step =
  /** Nothing to do but to look again. */
  | { readonly do: "wait" }
  // Provisioning
  /** Creates the schema and the accounts by which members ask this empty node. Not in the binary log. */
  | { readonly do: "prepare" }
  /** Creates databases and accounts, records the first term, and removes the mark of provisioning. */
  | { readonly do: "begin-cluster" }
  /** Sets the mark and replaces all data by those of the donor; the server ends after it. */
  | { readonly do: "clone"; readonly donor: string; readonly mark: Provisioning }
  /** Keeps the cloned data: ends their replication, marks own data as lost and removes the mark of provisioning. */
  | { readonly do: "keep-clone" }
  /** The clone never began: removes the mark, and keeps the data. */
  | { readonly do: "keep-data" }
  /** The clone is incomplete: sets the mark that lets the folder be emptied, and ends the server. */
  | { readonly do: "empty-folder" }
  // Primary and replicas
  | { readonly do: "start-applier" }
  | { readonly do: "stop-receiver" }
  /**
   * Opens this node for writes: it stops replicating, and records how it acknowledges, before the first write. The step
   * fails if the node has another source by now than it was decided from: then a switchover has replaced it meanwhile.
   */
  | { readonly do: "open"; readonly term: number; readonly source: string | undefined }
  /** Records that this node is open in this term, for this run and for ever, and that its data are complete. */
  | { readonly do: "note-open"; readonly term: number }
  /** Clusters of the first versions have no term: records the first one. */
  | { readonly do: "adopt" }
  /**
   * Lets nobody write here, and stops waiting for acknowledgements. Writers that wait for one lose their connections, and
   * are told nothing: MySQL could not be closed while they wait, and nobody acknowledges to a primary that was replaced.
   */
  | { readonly do: "close" }
  /** Replicates from a member: first, again after a stop, or in place of another source. */
  | { readonly do: "follow"; readonly source: string; readonly how: "first" | "again" | "instead" }
  /** Connects to the source again with the present password. */
  | { readonly do: "reconnect" }
  | { readonly do: "note-connected" }
  | { readonly do: "forget-password" }
  /** Writes a transaction that changes nothing, for a replica to acknowledge. */
  | { readonly do: "release-writers" }
  /**
   * Ends the connections that wait for an acknowledgement, because a clone of this node waits for them, and they for the
   * clone. Clients are told nothing. It closes this node, whose next step opens it again in the same term.
   */
  | { readonly do: "free-clone" }
  /** The data are as good as those that were lost: removes the mark. */
  | { readonly do: "clear-data-lost" }
  // Group
  | { readonly do: "leave-source" }
  | { readonly do: "join-group" }
  | { readonly do: "begin-group" }
  | { readonly do: "leave-group" }
  /** A group has this node: removes the marks of the outage. */
  | { readonly do: "settle-in-group" }
  | { readonly do: "hand-over" }
  | { readonly do: "record-election" }
  | { readonly do: "lead"; readonly term: number };

/** What an agent does next, and why. */
export interface Decision {
  readonly step: Step;
  /** What the node is doing now, for people. */
  readonly state: State;
  /** What it was decided from, in a sentence. */
  readonly reason: string;
  /**
   * A newer primary term than this node's data and marks know. It is recorded before the step, since the node may start
   * again when nobody is there who knows it. undefined: there is none.
   */
  readonly learned?: Term | undefined;
  /** What the agent remembers once the step has succeeded. */
  readonly memory: Memory;
}
