import { join } from "node:path";
import type { AgentSettings } from "../settings.ts";

/** Where a node keeps its marks and what others read of it. */
export interface Paths {
  /** In the data folder until the first provisioning is complete, or a clone over data. It has the present step. */
  readonly provisioning: string;
  /** In a data folder with cloned data, until the data certainly has everything that the lost data had. */
  readonly dataLost: string;
  /** In the data folder: the newest primary term that the node has ever seen, as PRIMARY_TERM has it. */
  readonly knownTerm: string;
  /** In the data folder: the number of the newest primary term in which the node was open for writes. */
  readonly led: string;
  /** The members that a person has given up, one a line. */
  readonly givenUp: string;
  /** A command asks the node to leave its group and to come back. */
  readonly regroup: string;
  /** The mark of the password that the node replicates with. */
  readonly connectedWith: string;
  /** The mark of the password that the node joins its group with, until it has come online. */
  readonly joinsWith: string;
  /** A read-only server is open to administrators for a moment. */
  readonly unlocked: string;
  /** What the node is doing, for health and commands. */
  readonly state: string;
  /** The last decisions, for `npm run database -- why`. */
  readonly decisions: string;
  readonly socket: string;
}

/** Settings with the two folders that a node keeps its files in. */
interface Located {
  readonly folders: Pick<AgentSettings["folders"], "data" | "run">;
}

export function pathsOf({ folders: { data, run } }: Located): Paths {
  return {
    provisioning: join(data, ".provisioning"),
    dataLost: join(data, ".data-lost"),
    knownTerm: join(data, ".known-term"),
    led: join(data, ".led"),
    givenUp: join(run, "given-up"),
    regroup: join(run, "regroup"),
    connectedWith: join(run, "connected-with"),
    joinsWith: join(run, "connected-with.next"),
    unlocked: join(run, "unlocked"),
    state: join(run, "state"),
    decisions: join(run, "decisions"),
    socket: join(run, "mysqld.sock"),
  };
}
