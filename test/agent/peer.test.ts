import assert from "node:assert/strict";
import { ownServer } from "../../agent/observe/own.ts";
import { peerServer } from "../../agent/observe/peer.ts";
import { ONE, term } from "./cluster.ts";

const ORIGIN = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const ANSWER = {
  ...{ logged: `${ORIGIN}:1-5`, executed: `${ORIGIN}:1-4`, held: `${ORIGIN}:1-4`, terms: 1, term: `1 ${ONE}` },
  ...{ writes: 1, group: "NONE", sees: 0 },
};
const EXTRAS = { unclonable: ["shop.old (MyISAM)"], former: 0 };

describe("what a member answers", () => {
  it("is its state, with what versions with views say of their tables and passwords", () => {
    const { term: known, writes, unclonable, takesFormerPassword } = peerServer(ANSWER, EXTRAS);
    assert.deepEqual([known, writes, unclonable], [term(1, ONE), true, ["shop.old (MyISAM)"]]);
    assert.equal(takesFormerPassword, false);
  });

  it("of an older version says nothing of its tables and its passwords, and is an answer", () => {
    const { term: known, unclonable, takesFormerPassword } = peerServer(ANSWER, undefined);
    assert.deepEqual([known, unclonable, takesFormerPassword], [term(1, ONE), [], undefined]);
  });

  it("with another password than this node knows says nothing of the one before", () => {
    assert.equal(peerServer(ANSWER, { ...EXTRAS, former: null }).takesFormerPassword, undefined);
  });

  it("may have more than this version knows", () => {
    const newer = { ...ANSWER, term: `1 ${ONE} later`, mood: "good" };
    const { mood: _, ...known } = newer;
    assert.deepEqual(peerServer(newer, { ...EXTRAS, more: 1 }), peerServer(known, EXTRAS));
  });

  it("without something that decisions need, or with a word that this version does not know, is no answer", () => {
    const { held: _, ...without } = ANSWER;
    assert.throws(() => peerServer(without, EXTRAS), /held/);
    assert.throws(() => peerServer({ ...ANSWER, group: "DREAMING" }, EXTRAS), /group/);
    assert.throws(() => peerServer(undefined, EXTRAS));
    assert.throws(() => ownServer(JSON.stringify(ANSWER), true));
  });
});
