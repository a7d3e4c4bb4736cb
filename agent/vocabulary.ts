/**
 * The words of the databases' agent: the agent itself, commands, health, status and tests share them. The states that a
 * person reads are explained in docs/operations.md.
 */

/** How far the first provisioning of a node has come, or a clone over its data. */
export interface Provisioning {
  /** initialising: the folder may be emptied. cloning over data: the data before may still be there, unharmed. */
  readonly step: "initialising" | "cloning" | "cloning over data";
  /** When the clone before began, as the server says it. */
  readonly earlier: string | undefined;
}

/** A primary term that a server knows. Number 0: none, and no member is promoted. */
export interface Term {
  readonly number: number;
  readonly promoted: string | undefined;
}

/** The marks of a node: files that tell its next agent what an earlier one has begun. */
export interface Marks {
  /** In the data folder. undefined: the first provisioning is complete. */
  readonly provisioning: Provisioning | undefined;
  /** In the data folder: its own data was lost, and the clone may lack what a peer has received and confirmed. */
  readonly isDataLost: boolean;
  /**
   * In the data folder: the newest primary term that this node has ever seen, from whomever. A term that only a silent
   * member has in its data would be forgotten otherwise when this node starts again.
   */
  readonly knownTerm: Term;
  /**
   * In the data folder: the newest primary term in which this node was open for writes. A node with this term and a
   * source was made a replica since, whatever its data say.
   */
  readonly ledIn: number;
  /** In the container of the server: the members that a person has given up in this outage. */
  readonly givenUp: readonly string[];
  /** In the container of the server: a command asks the node to leave its group and to come back. */
  readonly isToRegroup: boolean;
  /** In the container of the server: the mark of the password that it replicates with. undefined: not known. */
  readonly connectedWith: "present" | "former" | undefined;
}

/** The first word of a state, by which health and commands tell what a node does. */
export const STATES = [
  "starting",
  "new",
  "cloning",
  "primary",
  "replica",
  "member",
  "waiting",
  "alone",
  "diverged",
  "out of place",
  "refused",
] as const;
export type StateWord = (typeof STATES)[number];

/** What a node is doing, as a person reads it: the word, and the rest of the sentence. */
export interface State {
  readonly word: StateWord;
  readonly text: string;
}

/** A node with these states takes part in the cluster, or there is no other member yet. */
export const HEALTHY: readonly StateWord[] = ["primary", "replica", "member", "new", "alone"];
