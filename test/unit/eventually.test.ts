import assert from "node:assert/strict";
import { eventually, untilTrue } from "../../engine/eventually.ts";
import { table } from "../../releases/table.ts";

const wait = async () => {};

describe("waiting for something", () => {
  it("ends with the first attempt that succeeds", async () => {
    let attempts = 0;
    const third = async () => {
      if (++attempts < 3) throw new Error("not yet");
      return attempts;
    };
    assert.equal(await eventually(third, 60, { wait }), 3);
  });

  it("ends with the last error when the time is over", () =>
    assert.rejects(
      eventually(() => Promise.reject(new Error("never")), 0, { everySeconds: 0.01 }),
      { message: "never" },
    ));

  it("ends at once when the wait between two attempts fails", () =>
    assert.rejects(
      eventually(() => Promise.reject(new Error("not yet")), 60, {
        wait: () => Promise.reject(new Error("interrupted")),
      }),
      { message: "interrupted" },
    ));

  it("says what is not so, and how long that was waited for", () =>
    assert.rejects(
      untilTrue("it is not healthy", () => false, 0.01, { everySeconds: 0.02 }),
      { message: "it is not healthy after 0.01 s" },
    ));
});

describe("a table", () => {
  it("has columns as wide as what is in them, and no spaces at the ends of its lines", () => {
    assert.deepEqual(
      table([
        ["a", "bcd", "e"],
        ["abc", "b", ""],
      ]),
      ["a    bcd  e", "abc  b"],
    );
    assert.deepEqual(table([]), []);
  });
});
