import assert from "node:assert/strict";
import { ownServer } from "../../agent/observe/own.ts";
import { askPeer, peerServer } from "../../agent/observe/peer.ts";
import { ONE, TWO, term } from "./cluster.ts";
import { serverError } from "./fakeNode.ts";

const ORIGIN = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const ANSWER = {
  ...{ logged: `${ORIGIN}:1-5`, executed: `${ORIGIN}:1-4`, held: `${ORIGIN}:1-4`, terms: 1, term: `1 ${ONE}` },
  ...{ writes: 1, group: "NONE", sees: 0 },
};
const TABLES = ["shop.old (MyISAM)"];
const LACKING = { unclonable: TABLES };

describe("what a member answers", () => {
  /** @param errors the errors of the statements about tables and about passwords */
  const asked = (errors: { readonly tables?: number; readonly passwords?: number }, former: unknown[] = [0]) =>
    askPeer(
      async (statement) => {
        if (statement.includes("AS peer")) return [{ peer: ANSWER }];
        const isOfTables = statement.includes("uncloned_tables");
        const error = isOfTables ? errors.tables : errors.passwords;
        if (error !== undefined) throw serverError(error);
        return isOfTables ? [{ lacking: { unclonable: TABLES } }] : former.map((takes_former) => ({ takes_former }));
      },
      TWO,
      "mark",
    );

  it("is its state, its tables that a clone would lack, and whether it takes another password", async () => {
    const { term: known, writes, unclonable, takesFormerPassword } = await asked({});
    assert.deepEqual([known, writes, unclonable, takesFormerPassword], [term(1, ONE), true, TABLES, false]);
  });

  for (const [what, number] of [
    ["no view", 1146],
    ["no right to a view", 1142],
    ["a view of something that is gone", 1356],
    ["a view without the column", 1054],
  ] as const) {
    it(`of an older version with ${what} is an answer, with what that version can say`, async () => {
      const withoutPasswords = await asked({ passwords: number });
      assert.deepEqual([withoutPasswords.unclonable, withoutPasswords.takesFormerPassword], [TABLES, undefined]);
      const withoutTables = await asked({ tables: number });
      assert.deepEqual([withoutTables.unclonable, withoutTables.takesFormerPassword], [[], false]);
    });
  }

  it("with another password than this node knows says nothing of the one before", async () => {
    assert.equal((await asked({}, [])).takesFormerPassword, undefined);
  });

  it("is none if it fails in another way", async () => {
    await assert.rejects(asked({ tables: 1290 }), /1290/);
  });

  it("may have more than this version knows", () => {
    const newer = { ...ANSWER, term: `1 ${ONE} later`, mood: "good" };
    assert.deepEqual(peerServer(newer, LACKING, 0), peerServer(ANSWER, LACKING, 0));
  });

  it("without something that decisions need, or with a word that this version does not know, is no answer", () => {
    const { held: _, ...without } = ANSWER;
    assert.throws(() => peerServer(without, LACKING, 0), /held/);
    assert.throws(() => peerServer({ ...ANSWER, group: "DREAMING" }, LACKING, 0), /group/);
    assert.throws(() => peerServer(undefined, LACKING, 0));
    assert.throws(() => ownServer(ANSWER, true));
  });
});
