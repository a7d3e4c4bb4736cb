import type { Step } from "../../agent/step.ts";
import { describeCases } from "./cases.ts";
import { EMPTY_PEER, ONE, PRIMARY, STARTED, THREE, TWO, term, transactions } from "./cluster.ts";

const WAIT: Step = { do: "wait" };
const AS_ONE = { member: ONE, peers: [TWO] } as const;
const OPENED = { ...PRIMARY, openedIn: 1 } as const;
const PROMOTED = { term: term(2, TWO), source: ONE } as const;

describeCases("a primary", {
  "opens once it has started, with its peer silent": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED } },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting: opening/,
  },
  "records that it is open": {
    situation: { settings: AS_ONE, own: PRIMARY, memory: { triedIn: 1 } },
    step: { do: "note-open", term: 1 },
    state: /^starting: open/,
  },
  serves: {
    situation: { settings: AS_ONE, own: OPENED },
    step: WAIT,
    state: /^primary: term 1$/,
  },
  "is not opened again after somebody has closed it": {
    situation: { settings: AS_ONE, own: { ...OPENED, writes: false } },
    step: WAIT,
    state: /^out of place: promoted to primary, but it takes no writes/,
  },
  "is opened in another term, although somebody has closed it in the one before": {
    situation: {
      settings: AS_ONE,
      own: { ...PRIMARY, ...STARTED, term: term(4, ONE), openedIn: 3 },
      marks: { ledIn: 3 },
    },
    step: { do: "open", term: 4, source: undefined },
    state: /^starting: opening/,
  },
  "is opened in another term, although a switchover has made it a replica in the one before": {
    situation: {
      ...{ settings: AS_ONE, marks: { ledIn: 3 }, peers: { [TWO]: { term: term(3, ONE) } } },
      own: { ...PRIMARY, ...STARTED, source: TWO, isApplying: true, term: term(4, ONE) },
    },
    step: { do: "open", term: 4, source: TWO },
    state: /^starting: opening/,
  },
  "is opened once more in its term after a restart, since nobody has replaced one without a source": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED, term: term(3, ONE) }, marks: { ledIn: 3 } },
    step: { do: "open", term: 3, source: undefined },
    state: /^starting: opening/,
  },
  "tries again after it could not be opened, and does not count as open": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, memory: { triedIn: 1 } },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting: opening/,
  },
  "that was replaced while it was away does not open": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, peers: { [TWO]: { term: term(2, TWO) } } },
    step: { do: "follow", source: TWO, how: "first" },
    state: /^starting: following mysql-server2/,
  },
  "that was replaced while it takes writes is closed first": {
    situation: { settings: AS_ONE, own: OPENED, peers: { [TWO]: { term: term(2, TWO) } } },
    step: { do: "close" },
    state: /^starting/,
  },
  "receives no more before it opens": {
    situation: { own: PROMOTED },
    step: { do: "stop-receiver" },
    state: /^starting/,
  },
  "applies everything that it received before it opens": {
    situation: { own: { ...PROMOTED, isReceiving: false, unapplied: transactions(3) } },
    step: WAIT,
    state: /^starting: applying the received transactions, before it becomes the primary: left are/,
  },
  "says why it cannot apply what it received": {
    situation: {
      own: {
        ...{ ...PROMOTED, isReceiving: false, isApplying: false },
        ...{ unapplied: transactions(3), cannotApply: "1062 Duplicate entry" },
      },
    },
    step: WAIT,
    state: /^starting: .* and cannot be: 1062 Duplicate entry/,
  },
  "opens when everything is applied": {
    situation: { own: { ...PROMOTED, isReceiving: false } },
    step: { do: "open", term: 2, source: ONE },
    state: /^starting/,
  },
});

const LOST = { isDataLost: true } as const;

describeCases("a primary that lost its data and has a clone", {
  "asks every peer before it opens": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, marks: LOST },
    step: WAIT,
    state: /^alone: its own data was lost; silent: mysql-server2/,
  },
  "does not open if a peer has received more": {
    situation: {
      ...{ settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, marks: LOST },
      peers: { [TWO]: { held: transactions(11) } },
    },
    step: WAIT,
    state: /^refused: .* mysql-server2\S* has more transactions: npm run database -- failover server2$/,
  },
  "does not take a peer without data for one that has no more": {
    situation: {
      ...{ settings: { member: ONE, peers: [TWO, THREE] }, own: { ...PRIMARY, ...STARTED }, marks: LOST },
      peers: { [TWO]: {}, [THREE]: EMPTY_PEER },
    },
    step: WAIT,
    state: /^alone: .* silent: mysql-server3/,
  },
  "opens if it has everything that every peer has": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, marks: LOST, peers: { [TWO]: {} } },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting/,
  },
});

const WRITERS = {
  settings: { ...AS_ONE, replication: "semisync", withoutReplica: "wait" },
  own: { ...OPENED, semisync: { replicas: 1, waiting: 3, acknowledged: 7, holdsClone: false } },
} as const;

const ALONE = { replicas: 0, waiting: 3, acknowledged: 7, holdsClone: true } as const;

describeCases("a semisync primary whose writers wait", {
  "looks at them first": { situation: WRITERS, step: WAIT, state: /^primary/ },
  "frees them if nothing was acknowledged since": {
    situation: { ...WRITERS, memory: { waiting: { acknowledged: 7, since: 99, pause: 1 } } },
    step: { do: "release-writers" },
    state: /^primary/,
  },
  "lets them wait if something was": {
    situation: { ...WRITERS, memory: { waiting: { acknowledged: 6, since: 90, pause: 1 } } },
    step: WAIT,
    state: /^primary/,
  },
  "forgets them when they wait no more": {
    situation: { ...WRITERS, own: { ...OPENED, semisync: { ...ALONE, waiting: 0 } } },
    step: WAIT,
    state: /^primary/,
  },
  "does not try again at once": {
    situation: { ...WRITERS, memory: { waiting: { acknowledged: 7, since: 90, pause: 4, next: 101 } } },
    step: WAIT,
    state: /^primary/,
  },
  "lets them wait while there is no replica": {
    situation: {
      ...WRITERS,
      own: { ...OPENED, semisync: { ...ALONE, holdsClone: false } },
      memory: { waiting: { acknowledged: 7, since: 90, pause: 1 } },
    },
    step: WAIT,
    state: /^primary/,
  },
  "ends them while a clone waits for them, since only that clone could acknowledge": {
    situation: { ...WRITERS, own: { ...OPENED, semisync: ALONE } },
    step: { do: "free-clone" },
    state: /^primary: term 1$/,
  },
  "lets them go on by themselves, clone or not, where a primary goes on alone": {
    situation: {
      ...WRITERS,
      settings: { ...WRITERS.settings, withoutReplica: "degrade" },
      own: { ...OPENED, semisync: ALONE },
    },
    step: WAIT,
    state: /^primary/,
  },
  "opens again after it has ended them": {
    situation: { ...WRITERS, own: { ...PRIMARY, writes: false, isClosed: true }, marks: { ledIn: 1 } },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting: opening/,
  },
});
