import { GtidSet } from "../../agent/gtidSet.ts";
import type { Step } from "../../agent/step.ts";
import { describeCases } from "./cases.ts";
import { EMPTY, EMPTY_PEER, ONE, PRIMARY, STARTED, THREE, TWO, term, transactions } from "./cluster.ts";

const WAIT: Step = { do: "wait" };
const INITIALISING = { marks: { provisioning: { step: "initialising", earlier: undefined } } } as const;
const clone = (donor: string): Step => ({
  ...{ do: "clone", donor },
  mark: { step: "cloning", earlier: undefined },
});

describeCases("a node without data", {
  "is prepared first, so that others can ask it": {
    situation: { ...INITIALISING, own: { ...EMPTY, isPrepared: false } },
    step: { do: "prepare" },
    state: /^starting/,
  },
  "clones the one that has data": {
    situation: { ...INITIALISING, own: EMPTY, peers: { [ONE]: {} } },
    step: clone(ONE),
    state: /^cloning: all data from mysql-server1/,
  },
  "waits for a silent one, which may have all of the data": {
    situation: { ...INITIALISING, own: EMPTY, settings: { member: ONE, peers: [TWO] } },
    step: WAIT,
    state: /^new: waiting for mysql-server2/,
  },
  "clones although another one is silent": {
    situation: { ...INITIALISING, own: EMPTY, settings: { peers: [THREE, ONE] }, peers: { [ONE]: {} } },
    step: clone(ONE),
    state: /^cloning/,
  },
  "clones the primary, and not another one with as much": {
    situation: { ...INITIALISING, own: EMPTY, settings: { peers: [THREE, ONE] }, peers: { [ONE]: {}, [THREE]: {} } },
    step: clone(ONE),
    state: /^cloning/,
  },
  "clones one that has applied more than the primary": {
    situation: {
      ...{ ...INITIALISING, own: EMPTY, settings: { peers: [ONE, THREE] } },
      peers: { [ONE]: {}, [THREE]: { executed: transactions(12) } },
    },
    step: clone(THREE),
    state: /^cloning/,
  },
  "does not clone one whose clone would lack rows": {
    situation: { ...INITIALISING, own: EMPTY, peers: { [ONE]: { unclonable: ["shop.old (MyISAM)"] } } },
    step: WAIT,
    state: /^refused: a clone of mysql-server1.* would lack the rows of shop.old \(MyISAM\)/,
  },
  "begins the cluster if every other has said that it has none": {
    situation: {
      ...{ ...INITIALISING, own: EMPTY, settings: { member: ONE, peers: [TWO] } },
      peers: { [TWO]: EMPTY_PEER },
    },
    step: { do: "begin-cluster" },
    state: /^starting: creating/,
  },
  "does not begin if another one is the configured primary": {
    situation: { ...INITIALISING, own: EMPTY, peers: { [ONE]: EMPTY_PEER } },
    step: WAIT,
    state: /^new: waiting for mysql-server1.* to begin/,
  },
});

const CLONING = { provisioning: { step: "cloning", earlier: undefined } } as const;
const CLONING_OVER = { provisioning: { step: "cloning over data", earlier: "09:00" } } as const;

describeCases("a node that was cloned into", {
  "keeps a complete clone": {
    situation: { marks: CLONING, own: { clone: { began: "10:00", state: "Completed", hasDropped: true } } },
    step: { do: "keep-clone" },
    state: /^starting/,
  },
  "waits while the clone goes on, although its agent is another one": {
    situation: { marks: CLONING, own: { clone: { began: "10:00", state: "In Progress", hasDropped: true } } },
    step: WAIT,
    state: /^cloning/,
  },
  "starts again from an empty folder if the clone was interrupted": {
    situation: { marks: CLONING, own: { clone: { began: "10:00", state: "Failed", hasDropped: true } } },
    step: { do: "empty-folder" },
    state: /^cloning: the clone is incomplete/,
  },
  "keeps the data over which a clone never began, whatever the record of an earlier clone says": {
    situation: { marks: CLONING_OVER, own: { clone: { began: "09:00", state: "Completed", hasDropped: true } } },
    step: { do: "keep-data" },
    state: /the data is unchanged/,
  },
  "keeps the data if the clone failed before it dropped them": {
    situation: { marks: CLONING_OVER, own: { clone: { began: "10:00", state: "Failed", hasDropped: false } } },
    step: { do: "keep-data" },
    state: /the data is unchanged/,
  },
  "starts again if the data before are gone": {
    situation: { marks: CLONING_OVER, own: { clone: { began: "10:00", state: "Failed", hasDropped: true } } },
    step: { do: "empty-folder" },
    state: /^cloning/,
  },
});

const AS_ONE = { member: ONE, peers: [TWO] } as const;
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
    situation: { settings: AS_ONE, own: PRIMARY, marks: { openedIn: 1 } },
    step: WAIT,
    state: /^primary: term 1$/,
  },
  "is not opened again after somebody has closed it": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, writes: false }, marks: { openedIn: 1 } },
    step: WAIT,
    state: /^out of place: promoted to primary, but it takes no writes/,
  },
  "that was replaced while it was away does not open": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED }, peers: { [TWO]: { term: term(2, TWO) } } },
    step: { do: "follow", source: TWO, how: "first" },
    state: /^starting: following mysql-server2/,
  },
  "that was replaced while it takes writes is closed first": {
    situation: { settings: AS_ONE, own: PRIMARY, marks: { openedIn: 1 }, peers: { [TWO]: { term: term(2, TWO) } } },
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
  settings: { ...AS_ONE, replication: "semisync" },
  own: { ...PRIMARY, semisync: { replicas: 1, waiting: 3, acknowledged: 7 } },
  marks: { openedIn: 1 },
} as const;

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
  "does not try again at once": {
    situation: { ...WRITERS, memory: { waiting: { acknowledged: 7, since: 90, pause: 4, next: 101 } } },
    step: WAIT,
    state: /^primary/,
  },
  "lets them wait while there is no replica": {
    situation: {
      ...WRITERS,
      own: { ...PRIMARY, semisync: { replicas: 0, waiting: 3, acknowledged: 7 } },
      memory: { waiting: { acknowledged: 7, since: 90, pause: 1 } },
    },
    step: WAIT,
    state: /^primary/,
  },
});

const BROKEN = "13114 Got fatal error 1236 from source";
const NEW_PRIMARY = { [ONE]: {}, [THREE]: { term: term(2, THREE), writes: true } } as const;
const OF_THREE = { peers: [ONE, THREE] } as const;

describeCases("a replica", {
  "is in its place": { situation: {}, step: WAIT, state: /^replica: of mysql-server1/ },
  "starts to apply what it has received, whoever is primary": {
    situation: { own: STARTED },
    step: { do: "start-applier" },
    state: /^starting/,
  },
  "receives again after its start": {
    situation: { own: { isReceiving: false }, peers: { [ONE]: {} } },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^starting: following/,
  },
  "waits for a silent primary": {
    situation: { own: { isReceiving: false } },
    step: WAIT,
    state: /^alone: mysql-server1\S*, the primary, does not answer$/,
  },
  "follows another primary, and keeps what it received": {
    situation: { settings: OF_THREE, own: { isReceiving: false }, peers: NEW_PRIMARY },
    step: { do: "follow", source: THREE, how: "instead" },
    state: /^starting: following mysql-server3/,
  },
  "with errant transactions is left alone": {
    situation: { own: { isReceiving: false, held: transactions(10, 2) }, peers: { [ONE]: {} } },
    step: WAIT,
    state: /^diverged: this node has errant transactions, which mysql-server1\S* has not: 9{8}-.*:1-2$/,
  },
  "is not errant with transactions that wait on the primary for its acknowledgement": {
    situation: {
      own: { isReceiving: false, held: transactions(11) },
      peers: { [ONE]: { executed: transactions(10), logged: transactions(11) } },
    },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^starting/,
  },
  "tries once again after an error of the connection: a clone of its data may have broken it": {
    situation: { own: { isReceiving: false, broken: BROKEN }, peers: { [ONE]: {} } },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^starting/,
  },
  "is cloned over if that does not help": {
    situation: { own: { isReceiving: false, broken: BROKEN }, peers: { [ONE]: {} }, memory: { resumedIn: 1 } },
    step: { do: "clone", donor: ONE, mark: { step: "cloning over data", earlier: undefined } },
    state: /^cloning/,
  },
  "receives no more before it is cloned over": {
    situation: {
      own: { isApplying: false, broken: "1062 Duplicate", cannotApply: "1062 Duplicate" },
      peers: { [ONE]: {} },
    },
    step: { do: "stop-receiver" },
    state: /^starting/,
  },
  "is not cloned over while the primary lacks something": {
    situation: {
      own: { isReceiving: false, broken: BROKEN, held: transactions(10, 1) },
      peers: { [ONE]: {} },
      memory: { resumedIn: 1 },
    },
    step: WAIT,
    state: /^diverged/,
  },
  "connects again with another password": {
    situation: { marks: { connectedWith: "former" }, peers: { [ONE]: {} } },
    step: { do: "reconnect" },
    state: /^replica/,
  },
  "does not connect again if the primary takes no other password": {
    situation: { marks: { connectedWith: undefined }, peers: { [ONE]: {} } },
    step: { do: "note-connected" },
    state: /^replica/,
  },
  "forgets a stored password": {
    situation: { own: { storesPassword: true } },
    step: { do: "forget-password" },
    state: /^replica/,
  },
  "with a clone is whole when it has everything that the primary has": {
    situation: { marks: LOST, peers: { [ONE]: {} } },
    step: { do: "clear-data-lost" },
    state: /^replica/,
  },
  "with a clone is not whole before": {
    situation: { marks: LOST, own: { held: transactions(9) }, peers: { [ONE]: {} } },
    step: WAIT,
    state: /^replica/,
  },
});

const WITHOUT_TERM = { term: { number: 0, promoted: undefined } } as const;

describeCases("data of the first versions, without a term", {
  "goes on replicating": {
    situation: { own: { ...WITHOUT_TERM, isReceiving: false } },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^replica: of mysql-server1/,
  },
  "gets a term from the configured primary": {
    situation: { settings: AS_ONE, own: { ...PRIMARY, ...STARTED, ...WITHOUT_TERM } },
    step: { do: "adopt" },
    state: /^starting/,
  },
  "is refused where nobody is primary": {
    situation: { own: { ...PRIMARY, ...STARTED, ...WITHOUT_TERM, held: GtidSet.EMPTY } },
    step: WAIT,
    state: /^refused: no member has been promoted/,
  },
});

describeCases("a server that does not answer", {
  "is waited for": { situation: { own: undefined }, step: WAIT, state: /^starting: MySQL does not answer$/ },
});
