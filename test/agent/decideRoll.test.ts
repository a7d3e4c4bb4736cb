import { describeCases } from "./cases.ts";
import { ONE, PRIMARY, STARTED, THREE, TWO, term, transactions } from "./cluster.ts";

const OF_THREE = { peers: [ONE, THREE] } as const;

describeCases("a node beside members of other versions, or after one of its own", {
  "follows one that an older version's failover has promoted, which leaves no number out": {
    situation: {
      settings: OF_THREE,
      own: { isReceiving: false },
      peers: { [ONE]: {}, [THREE]: { term: term(2, THREE) } },
    },
    step: { do: "follow", source: THREE, how: "instead" },
    state: /^starting: following mysql-server3/,
  },
  "follows one that this version's failover has promoted, whatever an older one says meanwhile": {
    situation: {
      ...{ settings: OF_THREE, own: { isReceiving: false, term: term(2, ONE) } },
      peers: { [ONE]: { term: term(2, ONE) }, [THREE]: { term: term(3, THREE) } },
    },
    step: { do: "follow", source: THREE, how: "instead" },
    state: /^starting: following mysql-server3/,
  },
  "waits for a primary that its own configuration does not have yet": {
    situation: { own: { isReceiving: false, term: term(4, "mysql-server9.replication") } },
    step: { do: "wait" },
    state: /^alone: mysql-server9\S*, the primary, does not answer$/,
  },
  "opens once more if it takes writes and nobody knows how far the one before came": {
    situation: { settings: { member: ONE, peers: [TWO] }, own: PRIMARY },
    step: { do: "open", term: 1, source: undefined },
    state: /^starting: opening/,
  },
  "stays closed as the replica that a shell's switchover made of it, although only the shell's mark says so": {
    situation: {
      ...{ settings: { member: ONE, peers: [TWO] }, marks: { ledIn: 1, connectedWith: undefined } },
      own: { ...PRIMARY, ...STARTED, source: TWO, isApplying: true, hasReceived: true },
    },
    step: { do: "wait" },
    state: /^out of place: promoted to primary, but a switchover has made it a replica of mysql-server2/,
  },
  "compares with every member before it opens with a clone that a shell began and left": {
    situation: {
      ...{ settings: { member: ONE, peers: [TWO] }, marks: { isDataLost: true } },
      own: { ...PRIMARY, ...STARTED },
      peers: { [TWO]: { held: transactions(12), takesFormerPassword: undefined } },
    },
    step: { do: "wait" },
    state: /^refused: its own data was lost, and mysql-server2\S* has more transactions/,
  },
});
