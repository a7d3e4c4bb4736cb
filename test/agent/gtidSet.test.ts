import assert from "node:assert/strict";
import { GtidSet } from "../../agent/gtidSet.ts";

const A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const B = "99999999-71ca-11e1-9e33-c80aa9429562";
const set = (text: string) => GtidSet.parse(text);

describe("a set of transactions", () => {
  it("is read as MySQL writes it, and written in the same way", () => {
    for (const text of ["", `${A}:1`, `${A}:1-5:7-9`, `${A}:1-5,${B}:2`, `${A}:1-5,${A}:tag:1-3`]) {
      assert.equal(String(set(text)), text);
    }
    assert.equal(String(set(`${A}:7-9:1-5,\n${A}:6`)), `${A}:1-9`);
    assert.equal(String(set(`${A.toUpperCase()}:1-2:tag:4`)), `${A}:1-2,${A}:tag:4`);
  });

  it("is refused if it is none", () => {
    assert.throws(() => set("nothing"), /no set of transactions: nothing/);
  });

  it("has others in it, or not", () => {
    assert.ok(set("").isSubsetOf(set(`${A}:1`)));
    assert.ok(set(`${A}:2-3`).isSubsetOf(set(`${A}:1-5`)));
    assert.ok(!set(`${A}:2-7`).isSubsetOf(set(`${A}:1-5:7-9`)));
    assert.ok(!set(`${A}:1`).isSubsetOf(set(`${B}:1`)));
    assert.ok(!set(`${A}:tag:1`).isSubsetOf(set(`${A}:1`)), "a tag is an origin of its own");
    assert.ok(set(`${A}:1-2`).equals(set(`${A}:1,${A}:2`)));
  });

  it("is joined with others, and lessened by them", () => {
    assert.equal(String(set(`${A}:1-3`).union(set(`${A}:4-5,${B}:1`))), `${A}:1-5,${B}:1`);
    assert.equal(String(set(`${A}:1-9,${B}:1`).subtract(set(`${A}:1-2:5,${B}:1-4`))), `${A}:3-4:6-9`);
    assert.ok(set(`${A}:1-3`).subtract(set(`${A}:1-9`)).isEmpty);
    assert.equal(set(`${A}:1-3:7,${B}:1`).size, 5);
  });

  it("does not change", () => {
    const one = set(`${A}:1-3`);
    one.union(set(`${A}:4`));
    one.subtract(set(`${A}:1`));
    assert.equal(String(one), `${A}:1-3`);
  });
});
