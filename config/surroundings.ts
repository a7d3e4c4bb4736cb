/** What others have where the stack is to run, so that what an error proposes is free there. */
export interface Surroundings {
  /** IPv4 subnets of the engine's other networks and of this machine's interfaces. */
  readonly subnets: readonly string[];
  /** Subnets that the stack's own networks have now. */
  readonly own: readonly string[];
  /** Ports of the host that somebody has: those of containers, and of the ports that might be proposed any. */
  readonly ports: ReadonlySet<number>;
}

/** Where nobody was asked. */
export const UNKNOWN: Surroundings = { subnets: [], own: [], ports: new Set() };

/** Ports that are proposed in the place of one that is set twice. */
export const PROPOSED_PORTS: readonly number[] = Array.from({ length: 100 }, (_, index) => 8404 + index);
