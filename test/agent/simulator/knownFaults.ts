import { GtidSet } from "../../../agent/gtidSet.ts";
import type { Observation, OwnServer } from "../../../agent/observation.ts";
import type { Decision } from "../../../agent/step.ts";
import { KEEPS_USABLE } from "./cloning.ts";
import type { Deciders } from "./deciders.ts";
import { KEEPS_RECEIVED, KEEPS_THE_LAST, KEEPS_UNHARMED } from "./deleting.ts";
import { COMES_INTO_PLACE, COUNTS_AS_INCOMPLETE } from "./judging.ts";
import { KEEPS_ACKNOWLEDGED } from "./writing.ts";

/** Puts a fault into the decisions. */
export type Breaking = (real: Deciders) => Deciders;

/** A fault, and the promises that it breaks, each in some schedules. */
export interface KnownFault {
  readonly breaks: readonly string[];
  readonly put: Breaking;
}

/** Faults that decisions have had, or could have: the simulator has to find each, by a promise that it breaks. */
export const KNOWN_FAULTS: Readonly<Record<string, KnownFault>> = {
  "relay logs are thrown away when another source is followed": {
    breaks: [KEEPS_RECEIVED, KEEPS_THE_LAST],
    put: changing((decision) => {
      const { step } = decision;
      return step.do === "follow" && step.how === "instead"
        ? { ...decision, step: { ...step, how: "first" } }
        : decision;
    }),
  },
  "a takeover without the received transactions": {
    breaks: [KEEPS_RECEIVED, KEEPS_THE_LAST, KEEPS_ACKNOWLEDGED],
    put: (real) => ({
      ...real,
      decide: (observation) => real.decide(seeing(observation, withoutReceived)),
      decideFailover: (own, ...more) => real.decideFailover(withoutReceived(own), ...more),
    }),
  },
  "a receiver that does not receive counts as broken": {
    breaks: [KEEPS_USABLE],
    put: (real) => ({
      ...real,
      needsPeers: (observation) => real.needsPeers(observation) || observation.own?.isReceiving === false,
      decide: (observation) => {
        const { own, memory } = observation;
        if (own?.source === undefined || own.isReceiving) return real.decide(observation);
        const resumedIn = own.term.number;
        return real.decide({ ...observation, own: { ...own, broken: "silence" }, memory: { ...memory, resumedIn } });
      },
    }),
  },
  "the first member begins the group, whoever has everything": {
    breaks: [KEEPS_ACKNOWLEDGED],
    put: (real) => ({
      ...changing((decision, { settings }) => {
        const isFirst = settings.peers.every((peer) => settings.member < peer);
        if (!isFirst || decision.state.word !== "waiting" || !/begins the group/.test(decision.state.text))
          return decision;
        return { ...decision, step: { do: "begin-group" } };
      })(real),
      isStillToBegin: () => true,
    }),
  },
  "a node whose data was lost opens without asking the others": {
    breaks: [KEEPS_ACKNOWLEDGED],
    put: (real) => ({
      ...real,
      decide: (observation) => {
        const decision = real.decide(observation);
        if (!/its own data was lost/.test(decision.state.text)) return decision;
        return real.decide({ ...observation, marks: { ...observation.marks, isDataLost: false } });
      },
    }),
  },
  "a folder is emptied after any incomplete provisioning": {
    breaks: [KEEPS_UNHARMED, KEEPS_THE_LAST],
    put: changing((decision) =>
      decision.step.do === "keep-data" ? { ...decision, step: { do: "empty-folder" } } : decision,
    ),
  },
  "a primary never ends the writers that a clone of it waits for": {
    breaks: [COMES_INTO_PLACE],
    put: changing((decision) => (decision.step.do === "free-clone" ? { ...decision, step: { do: "wait" } } : decision)),
  },
  "a donor that ends a clone in its middle counts as one that has refused it": {
    breaks: [COUNTS_AS_INCOMPLETE],
    put: (real) => ({ ...real, isRefusal: () => true }),
  },
};

export function changing(change: (decision: Decision, observation: Observation) => Decision): Breaking {
  return (real) => ({ ...real, decide: (observation) => change(real.decide(observation), observation) });
}

export function seeing(observation: Observation, see: (own: OwnServer) => OwnServer): Observation {
  return observation.own === undefined ? observation : { ...observation, own: see(observation.own) };
}

function withoutReceived(own: OwnServer): OwnServer {
  return { ...own, unapplied: GtidSet.EMPTY };
}
