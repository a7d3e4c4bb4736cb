import type { Facts } from "../operations/status/facts.ts";
import type { Topology } from "../topology/plan.ts";
import { wellFacts } from "./statusFacts.ts";
import { DEV, HA, MACHINES } from "./statusStacks.ts";

export const ON_SERVER1 = ["web-server1", "app-server1", "router-server1", "mysql-server1"];

/** A state of a stack, and what its status has to be. */
export interface Case {
  readonly state: string;
  readonly topology: Topology;
  readonly facts: Facts;
  readonly exit: 0 | 1 | 2 | 3;
  /** What the screen says. */
  readonly says: readonly RegExp[];
}

export const well = { dev: wellFacts(DEV), ha: wellFacts(HA), machines: wellFacts(MACHINES) };
