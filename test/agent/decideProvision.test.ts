import type { Step } from "../../agent/step.ts";
import { describeCases } from "./cases.ts";
import { EMPTY, EMPTY_PEER, ONE, THREE, TWO, transactions } from "./cluster.ts";

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
  "clones the primary if neither has everything": {
    situation: {
      ...{ ...INITIALISING, own: EMPTY, settings: { peers: [THREE, ONE] } },
      peers: { [ONE]: { executed: transactions(10) }, [THREE]: { executed: transactions(8, 1) } },
    },
    step: clone(ONE),
    state: /^cloning/,
  },
  "clones the one that has more if it was the primary itself": {
    situation: {
      ...{ ...INITIALISING, own: EMPTY, settings: { member: ONE, peers: [TWO, THREE] } },
      peers: { [TWO]: { executed: transactions(5) }, [THREE]: { executed: transactions(7) } },
    },
    step: clone(THREE),
    state: /^cloning/,
  },
  "clones none that has no data": {
    situation: {
      ...{ ...INITIALISING, own: EMPTY, settings: { peers: [ONE, THREE] } },
      peers: { [ONE]: EMPTY_PEER, [THREE]: {} },
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
  "starts again from an empty folder if the clone never began, and there were no data": {
    situation: { marks: CLONING, own: { clone: undefined } },
    step: { do: "empty-folder" },
    state: /^cloning: the clone is incomplete/,
  },
  "keeps the data over which a clone never began, which leaves no record": {
    situation: { marks: CLONING_OVER, own: { clone: undefined } },
    step: { do: "keep-data" },
    state: /the data is unchanged/,
  },
  "keeps a complete clone that a shell began, whose mark does not say when the one before began": {
    situation: {
      marks: { provisioning: { step: "cloning over data", earlier: undefined } },
      own: { clone: { began: "10:00", state: "Completed", hasDropped: true } },
    },
    step: { do: "keep-clone" },
    state: /^starting/,
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
