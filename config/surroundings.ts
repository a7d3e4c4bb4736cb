import { type DockerDefault, LOCAL_DOCKER } from "./endpoints.ts";

/** What is around a stack: the user's engine, and what is in use there, so that an error proposes free ones. */
export interface Surroundings {
  /** The engine of hosts without a setting. */
  readonly docker: DockerDefault;
  /** IPv4 subnets of the engine's other networks and of this machine's interfaces. */
  readonly subnets: readonly string[];
  /** The present subnets of the stack's own networks. */
  readonly own: readonly string[];
  /** The host's ports in use: those of containers, and those among PROPOSED_PORTS that any process has. */
  readonly ports: ReadonlySet<number>;
}

/** The surroundings of an engine that was not asked. */
export const UNKNOWN: Surroundings = { docker: LOCAL_DOCKER, subnets: [], own: [], ports: new Set() };

/** Ports that are proposed instead of one that is set twice. No setting has one of them by default. */
export const PROPOSED_PORTS: readonly number[] = Array.from({ length: 100 }, (_, index) => 8500 + index);
