import type { Controlled, SwitchDecision } from "../../../agent/controlled.ts";
import type { FailoverDecision, FailoverMemory } from "../../../agent/decide/failover.ts";
import type { Observation, OwnServer } from "../../../agent/observation.ts";
import type { Decision } from "../../../agent/step.ts";

/** What is simulated: the decisions of the agents, of the controller and of a failover. Tests put faults into them. */
export interface Deciders {
  readonly decide: (observation: Observation) => Decision;
  readonly needsPeers: (observation: Omit<Observation, "peers">) => boolean;
  readonly isStillToBegin: (observation: Observation) => boolean;
  readonly isRefusal: (hasDropped: boolean | undefined) => boolean;
  readonly decideSwitchover: (seen: Controlled) => SwitchDecision;
  readonly decideFailover: (own: OwnServer, known: number, memory: FailoverMemory, at: number) => FailoverDecision;
}

/** The decisions of the program. */
export async function realDeciders(): Promise<Deciders> {
  const { decide, isStillToBegin, needsPeers } = await import("../../../agent/decide/decide.ts");
  const { isRefusal } = await import("../../../agent/decide/cloning.ts");
  const { decideSwitchover } = await import("../../../agent/decide/switchover.ts");
  const { decideFailover } = await import("../../../agent/decide/failover.ts");
  return { decide, needsPeers, isStillToBegin, isRefusal, decideSwitchover, decideFailover };
}
