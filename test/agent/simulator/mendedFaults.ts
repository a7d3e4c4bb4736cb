import type { ControlledServer } from "../../../agent/controlled.ts";
import type { OwnServer, PeerServer } from "../../../agent/observation.ts";
import type { Term } from "../../../agent/vocabulary.ts";
import type { Deciders } from "./deciders.ts";
import { type Breaking, changing, seeing } from "./knownFaults.ts";
import type { REPLAYS } from "./replays.ts";

const NO_TERM: Term = { number: 0, promoted: undefined };

/** Faults that the decisions have had, and that are mended: each can be put back. */
export const MENDED_FAULTS: Readonly<Record<keyof typeof REPLAYS, Breaking>> = {
  "a third node that follows a former primary asks nobody who is primary": (real) => ({
    ...real,
    needsPeers: (seen) => {
      const { own, marks } = seen;
      const isSettled = own?.isReceiving && own.isApplying && marks.connectedWith === "present";
      return real.needsPeers(seen) && !(isSettled && marks.provisioning === undefined && !marks.isDataLost);
    },
  }),
  "a node that starts again forgets a term that only a silent one has": forgetting((marks) => ({
    ...marks,
    knownTerm: NO_TERM,
  })),
  "a former primary does not see, when it starts again, that a switchover has replaced it": (real) =>
    withOwn((own) => ({ ...own, hasReceived: true }))(
      forgetting((marks) => ({ ...marks, knownTerm: NO_TERM, ledIn: 0 }))(real),
    ),
  "two failovers begin terms of the same number, and nobody notices": (real) => ({
    ...real,
    decide: (seen) => {
      const { own, peers } = seen;
      const same = ([name, peer]: [string, PeerServer]): [string, PeerServer] => [
        name,
        own !== undefined && peer.term.number === own.term.number ? { ...peer, term: own.term } : peer,
      ];
      return real.decide({ ...seen, peers: peers === undefined ? undefined : new Map([...peers].map(same)) });
    },
    decideFailover: (own, ...more) => {
      const decision = real.decideFailover(own, ...more);
      const { step } = decision;
      return step.do === "promote" ? { ...decision, step: { ...step, after: own.term.number } } : decision;
    },
  }),
  "a replaced primary does not close while its writers wait": changing((decision, { own }) =>
    decision.step.do === "close" && own !== undefined && own.semisync.waiting > 0
      ? { ...decision, step: { do: "wait" } }
      : decision,
  ),
  "a primary that a switchover has closed is never opened again": (real) => ({
    ...real,
    decideSwitchover: (seen) => {
      const decision = real.decideSwitchover(seen);
      return decision.step.do === "reopen" ? { ...decision, step: { do: "wait" } } : decision;
    },
  }),
  "the error of another source leads to a clone": changing((decision, { own }) => {
    const { step } = decision;
    if (step.do !== "follow" || own?.broken === undefined || own.cannotApply !== undefined) return decision;
    if (own.source === undefined || own.source === step.source) return decision;
    const mark = { step: "cloning over data", earlier: own.clone?.began } as const;
    return { ...decision, step: { do: "clone", donor: step.source, mark } };
  }),
  "a controller that starts again opens a primary that a person has closed": signing(({ term }) => term.number),
  "a switchover leaves no sign that it has closed a primary": signing(() => 0),
  "a controller takes a primary that was not opened since its start for one that a person has closed": controlling(
    (server) => ({ ...server, openedIn: server.term.number }),
  ),
  "a replica that has diverged goes on acknowledging to a replaced primary": (real) => ({
    ...real,
    decide: (seen) => {
      const { partedIn } = real.decide(seen).memory;
      return real.decide(partedIn === undefined ? seen : { ...seen, memory: { ...seen.memory, partedIn } });
    },
  }),
  "a slow agent begins its group from what it saw before": (real) => ({ ...real, isStillToBegin: () => true }),
};

/** A controller that sees other signs of switchovers than there are. */
function signing(sign: (server: ControlledServer) => number): Breaking {
  return controlling((server) => ({ ...server, closingIn: server.writes ? server.closingIn : sign(server) }));
}

/** A controller that sees other servers than there are. */
function controlling(see: (server: ControlledServer) => ControlledServer): Breaking {
  return (real) => ({
    ...real,
    decideSwitchover: (seen) => {
      const members = [...seen.members].map(([name, server]) => [name, see(server)] as const);
      return real.decideSwitchover({ ...seen, members: new Map(members) });
    },
  });
}

type Seen = Parameters<Deciders["needsPeers"]>[0];

/** The decisions of nodes that see other marks than they have. */
function forgetting(forget: (marks: Seen["marks"]) => Seen["marks"]): Breaking {
  return (real) => ({
    ...real,
    needsPeers: (seen) => real.needsPeers({ ...seen, marks: forget(seen.marks) }),
    decide: (seen) => real.decide({ ...seen, marks: forget(seen.marks) }),
  });
}

function withOwn(see: (own: OwnServer) => OwnServer): Breaking {
  return (real) => ({ ...real, decide: (observation) => real.decide(seeing(observation, see)) });
}
