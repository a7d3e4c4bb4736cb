import type { Step } from "../../agent/step.ts";
import { describeCases } from "./cases.ts";
import { ALONE, MEMBER, ONE, THREE, TWO, term, transactions } from "./cluster.ts";

const WAIT: Step = { do: "wait" };
const GROUP = { replication: "group", peers: [ONE, THREE] } as const;
const ONLINE = { group: "ONLINE", seesThisNode: false } as const;
const OUTSIDE = { group: "OFFLINE" } as const;

describeCases("an online member", {
  "is in its place": { situation: { settings: GROUP, own: MEMBER }, step: WAIT, state: /^member: SECONDARY$/ },
  "settles: what was said in an outage holds for that outage only": {
    situation: { settings: GROUP, own: MEMBER, marks: { givenUp: [ONE] } },
    step: { do: "settle-in-group" },
    state: /^member/,
  },
  "has its data back when the group has it": {
    situation: { settings: GROUP, own: MEMBER, marks: { isDataLost: true } },
    step: { do: "settle-in-group" },
    state: /^member/,
  },
  "leaves and comes back when a command asks for it": {
    situation: { settings: GROUP, own: MEMBER, marks: { isToRegroup: true } },
    step: { do: "join-group" },
    state: /^starting/,
  },
  "does not leave before its own account has the password with which it comes back": {
    situation: {
      settings: GROUP,
      own: { ...MEMBER, hasReplicationPassword: false },
      marks: { isToRegroup: true },
    },
    step: WAIT,
    state: /^starting: giving the account replication the password/,
  },
  "does not leave as the primary": {
    situation: {
      ...{ settings: { ...GROUP, member: ONE, peers: [TWO, THREE] }, memory: { ledIn: 1 } },
      own: { ...MEMBER, role: "PRIMARY", writes: true, isClosed: false },
      marks: { isToRegroup: true },
    },
    step: WAIT,
    state: /^member: PRIMARY$/,
  },
  "waits until the elected primary takes writes": {
    situation: { settings: GROUP, own: { ...MEMBER, role: "PRIMARY" } },
    step: WAIT,
    state: /^starting: this node is the primary of the group, and takes no writes/,
  },
  "records that it was elected": {
    situation: { settings: GROUP, own: { ...MEMBER, role: "PRIMARY", writes: true, isClosed: false } },
    step: { do: "record-election" },
    state: /^member: PRIMARY/,
  },
  "leads once in a term": {
    situation: {
      settings: GROUP,
      own: { ...MEMBER, role: "PRIMARY", writes: true, isClosed: false, term: term(3, TWO) },
      memory: { ledIn: 2 },
    },
    step: { do: "lead", term: 3 },
    state: /^member: PRIMARY/,
  },
  "hands over if it is an arbiter": {
    situation: {
      settings: { ...GROUP, isArbiter: true },
      own: { ...MEMBER, role: "PRIMARY", writes: true, isClosed: false },
    },
    step: { do: "hand-over" },
    state: /^member/,
  },
  "waits while it catches up": {
    situation: { settings: GROUP, own: { ...MEMBER, group: "RECOVERING" } },
    step: WAIT,
    state: /^starting: catching up/,
  },
});

const MINORITY = { settings: GROUP, own: { ...MEMBER, hasMajority: false } } as const;

describeCases("a member without the majority", {
  "waits for silent ones, which may take writes": {
    situation: { ...MINORITY, peers: { [ONE]: OUTSIDE } },
    step: WAIT,
    state: /^alone: in the minority/,
  },
  "waits while another one is in the group": {
    situation: { ...MINORITY, peers: { [ONE]: OUTSIDE, [THREE]: ONLINE } },
    step: WAIT,
    state: /^alone/,
  },
  "leaves a group that all others have left": {
    situation: { ...MINORITY, peers: { [ONE]: OUTSIDE, [THREE]: OUTSIDE } },
    step: { do: "leave-group" },
    state: /^waiting: the others have left the group/,
  },
});

const outside = { settings: GROUP, own: ALONE } as const;

describeCases("a node outside its group", {
  "joins the one that it finds": {
    situation: { ...outside, peers: { [ONE]: ONLINE } },
    step: { do: "join-group" },
    state: /^starting: joining/,
  },
  "joins it although another one recovers": {
    situation: { ...outside, peers: { [ONE]: { group: "RECOVERING" }, [THREE]: ONLINE } },
    step: { do: "join-group" },
    state: /^starting/,
  },
  "waits until the group has expelled its former run": {
    situation: { ...outside, peers: { [ONE]: { ...ONLINE, seesThisNode: true } } },
    step: WAIT,
    state: /^waiting: the group still lists the former run/,
  },
  "waits for one that is about to come online": {
    situation: { ...outside, peers: { [ONE]: { group: "RECOVERING" }, [THREE]: OUTSIDE } },
    step: WAIT,
    state: /^waiting: mysql-server1\S* is about to come online/,
  },
  "ends its other replication first, with everything applied": {
    situation: {
      ...{ ...outside, peers: { [ONE]: ONLINE } },
      own: { ...ALONE, source: ONE, isApplying: true, isReceiving: true },
    },
    step: { do: "stop-receiver" },
    state: /^starting/,
  },
  "does not end it while something is not applied": {
    situation: {
      ...{ ...outside, peers: { [ONE]: ONLINE } },
      own: { ...ALONE, source: ONE, isApplying: true, unapplied: transactions(2) },
    },
    step: WAIT,
    state: /before it is in the group: left are/,
  },
  "leaves its source when everything is applied": {
    situation: { ...outside, own: { ...ALONE, source: ONE, isApplying: true }, peers: { [ONE]: ONLINE } },
    step: { do: "leave-source" },
    state: /^starting/,
  },
  "does not join with a password that its own account does not have": {
    situation: { ...outside, own: { ...ALONE, hasReplicationPassword: false }, peers: { [ONE]: ONLINE } },
    step: WAIT,
    state: /^starting: giving the account replication the password/,
  },
  "replicates from a primary that is not in a group yet": {
    situation: { ...outside, peers: { [ONE]: { writes: true }, [THREE]: OUTSIDE } },
    step: { do: "follow", source: ONE, how: "first" },
    state: /^starting: following/,
  },
});

describeCases("a group that is nowhere", {
  "does not begin while a member is silent": {
    situation: { ...outside, peers: { [ONE]: OUTSIDE } },
    step: WAIT,
    state: /^alone: .* silent: mysql-server3/,
  },
  "does not begin if a person has given up another one than the silent one": {
    situation: { ...outside, peers: { [ONE]: OUTSIDE }, marks: { givenUp: [ONE] } },
    step: WAIT,
    state: /^alone/,
  },
  "begins without those that a person has given up": {
    situation: {
      ...{ ...outside, marks: { givenUp: [THREE] } },
      peers: { [ONE]: { ...OUTSIDE, held: transactions(9) } },
    },
    step: { do: "begin-group" },
    state: /^starting: beginning/,
  },
  "begins at the last primary if several have everything": {
    situation: { ...outside, peers: { [ONE]: OUTSIDE, [THREE]: OUTSIDE } },
    step: WAIT,
    state: /^waiting: mysql-server1\S* begins the group/,
  },
  "begins here if this node alone has everything, whoever was primary": {
    situation: {
      ...outside,
      peers: { [ONE]: { ...OUTSIDE, held: transactions(9) }, [THREE]: { ...OUTSIDE, held: transactions(9) } },
    },
    step: { do: "begin-group" },
    state: /^starting: beginning/,
  },
  "waits for one that received more before the outage": {
    situation: { ...outside, peers: { [ONE]: OUTSIDE, [THREE]: { ...OUTSIDE, held: transactions(11) } } },
    step: WAIT,
    state: /^waiting: mysql-server3\S* has transactions that this node lacks/,
  },
  "begins nowhere if each has something that the other lacks": {
    situation: {
      ...{ ...outside, own: { ...ALONE, held: transactions(10, 1) } },
      peers: { [ONE]: OUTSIDE, [THREE]: { ...OUTSIDE, held: transactions(11) } },
    },
    step: WAIT,
    state: /^waiting/,
  },
});
