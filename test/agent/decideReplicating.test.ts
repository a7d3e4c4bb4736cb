import { GtidSet } from "../../agent/gtidSet.ts";
import type { Step } from "../../agent/step.ts";
import { describeCases } from "./cases.ts";
import { ONE, PRIMARY, STARTED, THREE, TWO, term, transactions } from "./cluster.ts";

const WAIT: Step = { do: "wait" };
const LOST = { isDataLost: true } as const;
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
  "closes before it applies: MySQL would wait for the transaction that the applier is in": {
    situation: { own: { ...STARTED, isClosed: false } },
    step: { do: "close" },
    state: /^starting: applying what was received/,
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
  "with errant transactions receives no more from a former primary, which would take that for an acknowledgement": {
    situation: { settings: OF_THREE, own: { held: transactions(10, 2) }, peers: NEW_PRIMARY },
    step: { do: "stop-receiver" },
    state: /^starting: receiving no more from mysql-server1/,
  },
  "with errant transactions says so when it has left a former primary": {
    situation: {
      ...{ settings: OF_THREE, own: { held: transactions(10, 2), isReceiving: false }, peers: NEW_PRIMARY },
      memory: { partedIn: 2 },
    },
    step: WAIT,
    state: /^diverged/,
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
  "tries once again in each term": {
    situation: {
      ...{ own: { isReceiving: false, broken: BROKEN, term: term(2, ONE) }, memory: { resumedIn: 1 } },
      peers: { [ONE]: { term: term(2, ONE) } },
    },
    step: { do: "follow", source: ONE, how: "again" },
    state: /^starting/,
  },
  "is not cloned over if the clone would lack rows": {
    situation: {
      ...{ own: { isReceiving: false, broken: BROKEN }, memory: { resumedIn: 1 } },
      peers: { [ONE]: { unclonable: ["shop.old (MyISAM)"] } },
    },
    step: WAIT,
    state: /^refused: a clone of mysql-server1.* would lack the rows of shop.old \(MyISAM\)/,
  },
  "is not cloned over while the primary is silent": {
    situation: { own: { isReceiving: false, broken: BROKEN }, memory: { resumedIn: 1 } },
    step: WAIT,
    state: /^alone/,
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
  "does not connect again while the primary does not answer, which may not take the password yet": {
    situation: { marks: { connectedWith: "former" } },
    step: WAIT,
    state: /^replica/,
  },
  "connects again if nobody knows its password, and the primary takes two": {
    situation: { marks: { connectedWith: undefined }, peers: { [ONE]: { takesFormerPassword: true } } },
    step: { do: "reconnect" },
    state: /^replica/,
  },
  "connects again if nobody knows its password, and a primary of an older version cannot say": {
    situation: { marks: { connectedWith: undefined }, peers: { [ONE]: { takesFormerPassword: undefined } } },
    step: { do: "reconnect" },
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
    situation: { settings: { member: ONE, peers: [TWO] }, own: { ...PRIMARY, ...STARTED, ...WITHOUT_TERM } },
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
