import assert from "node:assert/strict";
import { needsPeers } from "../../agent/decide/decide.ts";
import type { Step } from "../../agent/step.ts";
import type { Term } from "../../agent/vocabulary.ts";
import { describeCases } from "./cases.ts";
import { decided, ONE, observation, PRIMARY, type Situation, STARTED, THREE, TWO, term } from "./cluster.ts";

const WAIT: Step = { do: "wait" };
const CLOSE: Step = { do: "close" };
const AS_ONE = { member: ONE, peers: [TWO, THREE] } as const;
const CLOSED = { ...PRIMARY, ...STARTED } as const;

describeCases("a former primary that starts again", {
  "does not open while nobody answers who knows its successor": {
    situation: { settings: AS_ONE, own: CLOSED, marks: { knownTerm: term(2, TWO) } },
    step: WAIT,
    state: /^alone: mysql-server2\S*, the primary, does not answer$/,
  },
  "is closed first if it is open to administrators": {
    situation: { settings: AS_ONE, own: { ...CLOSED, isClosed: false }, marks: { knownTerm: term(2, TWO) } },
    step: CLOSE,
    state: /^starting: following mysql-server2/,
  },
  "does not open if a switchover has given it a source since it was open": {
    situation: { settings: AS_ONE, own: { ...CLOSED, source: TWO, isApplying: true }, marks: { ledIn: 1 } },
    step: WAIT,
    state: /^out of place: promoted to primary, but a switchover has made it a replica of mysql-server2/,
  },
  "is closed then, so that the controller goes on": {
    situation: {
      ...{ settings: AS_ONE, marks: { ledIn: 1 } },
      own: { ...CLOSED, source: TWO, isApplying: true, isClosed: false },
    },
    step: CLOSE,
    state: /^out of place/,
  },
  "does not open before its source answers if it has received nothing from it": {
    situation: { settings: AS_ONE, own: { ...CLOSED, source: TWO, isApplying: true, hasReceived: false } },
    step: WAIT,
    state: /^alone: it may have been replaced by mysql-server2\S*, its source, which does not answer$/,
  },
  "opens if its source answers and was not promoted": {
    situation: {
      ...{ settings: AS_ONE, peers: { [TWO]: {} } },
      own: { ...CLOSED, source: TWO, isApplying: true, hasReceived: false },
    },
    step: { do: "open", term: 1, source: TWO },
    state: /^starting: opening/,
  },
  "does not open in a term that its own data have lost, although another one has it": {
    situation: {
      ...{ settings: AS_ONE, peers: { [TWO]: { term: term(3, ONE) } } },
      own: { ...CLOSED, term: term(1, TWO), source: TWO, isApplying: true },
    },
    step: WAIT,
    state: /^refused: mysql-server1\S* was promoted in term 3, and has lost the data of it/,
  },
  "says to a person that its successor has lost its data": {
    situation: { settings: AS_ONE, own: CLOSED, marks: { knownTerm: term(2, TWO) }, peers: { [TWO]: {} } },
    step: WAIT,
    state:
      /^refused: mysql-server2\S* was promoted in term 2, and has lost the data of it: npm run database -- failover$/,
  },
});

const RIVAL = { [TWO]: { term: term(1, TWO) } } as const;

describeCases("two members that were promoted in terms of the same number", {
  "stay closed, and a person is told": {
    situation: { settings: AS_ONE, own: CLOSED, peers: RIVAL },
    step: WAIT,
    state:
      /^refused: mysql-server1\S* and mysql-server2\S* were both promoted in term 1; .* recover server1 or server2$/,
  },
  "stay closed while the other one is silent": {
    situation: { settings: AS_ONE, own: CLOSED, marks: { knownTerm: term(1, TWO) } },
    step: WAIT,
    state: /^refused/,
  },
  "go on where one is open and the other one is not": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, openedIn: 1 }, peers: RIVAL },
    step: WAIT,
    state: /^primary: term 1$/,
  },
  "close where both are open": {
    situation: { settings: AS_ONE, own: PRIMARY, peers: { [TWO]: { term: term(1, TWO), writes: true } } },
    step: CLOSE,
    state: /^refused/,
  },
  "open again when the other one has this one's data": {
    situation: { settings: AS_ONE, own: CLOSED, peers: { [TWO]: {} }, marks: { knownTerm: term(1, TWO) } },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting/,
  },
  "are followed where one is open": {
    situation: {
      ...{ settings: { member: THREE, peers: [ONE, TWO] }, own: { term: term(0, ONE), isReceiving: false } },
      peers: { [ONE]: { writes: true }, [TWO]: { term: term(1, TWO) } },
    },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^starting/,
  },
  "are not followed by one that cannot tell which is right": {
    situation: {
      ...{ settings: { member: THREE, peers: [ONE, TWO] }, own: { term: term(0, ONE), isReceiving: false } },
      peers: { [ONE]: {}, [TWO]: { term: term(1, TWO) } },
    },
    step: WAIT,
    state: /^refused/,
  },
});

describeCases("a replica whose source is not the primary any more", {
  "follows the primary instead, although replication from the source before has failed": {
    situation: {
      ...{ settings: { peers: [ONE, THREE] }, memory: { resumedIn: 2 } },
      own: { isReceiving: false, broken: "1236 the replica has more" },
      peers: { [ONE]: {}, [THREE]: { term: term(2, THREE), writes: true } },
    },
    step: { do: "follow", source: THREE, how: "instead" },
    state: /^starting: following mysql-server3/,
  },
});

describe("the newest primary term", () => {
  for (const [name, situation, learned] of [
    ["is learned from a member that answers", { peers: { [ONE]: { term: term(2, ONE) } } }, term(2, ONE)],
    [
      "is not learned twice",
      { peers: { [ONE]: { term: term(2, ONE) } }, marks: { knownTerm: term(2, ONE) } },
      undefined,
    ],
    ["is not learned if it is in the data", { peers: { [ONE]: {} } }, undefined],
    [
      "is learned although another one was promoted in it",
      { settings: AS_ONE, own: CLOSED, peers: RIVAL },
      term(1, TWO),
    ],
    ["is not learned from a rival by one that is open", { settings: AS_ONE, own: PRIMARY, peers: RIVAL }, undefined],
    [
      "is its own again when the rival has its data",
      { settings: AS_ONE, own: CLOSED, peers: { [TWO]: {} }, marks: { knownTerm: term(1, TWO) } },
      term(1, ONE),
    ],
    [
      "is in the data of a group",
      { settings: { replication: "group" }, peers: { [ONE]: { term: term(2, ONE) } } },
      undefined,
    ],
  ] as const satisfies readonly (readonly [string, Situation, Term | undefined])[]) {
    it(name, () => assert.deepEqual(decided(situation).learned, learned));
  }
});

describe("the other members", () => {
  for (const [name, situation, isAsked] of [
    ["are not asked by a replica of the primary", {}, false],
    ["are asked by a replica of a former primary", { own: { term: term(2, THREE) } }, true],
    ["are asked by a replica that has seen a newer term", { marks: { knownTerm: term(2, THREE) } }, true],
    ["are asked by a primary", { settings: AS_ONE, own: { ...PRIMARY, openedIn: 1 } }, true],
  ] as const satisfies readonly (readonly [string, Situation, boolean])[]) {
    it(name, () => assert.equal(needsPeers(observation(situation)), isAsked));
  }
});
