import assert from "node:assert/strict";
import { parseSettings } from "../../agent/settings.ts";
import { settingsIn } from "./fakeNode.ts";

describe("the settings of an agent", () => {
  const good = settingsIn("/nowhere");

  it("are read from a file", () => {
    assert.deepEqual(parseSettings(JSON.stringify(good)), good);
  });

  it("that cannot be used are named all at once", () => {
    const bad = { ...good, member: "it's", replication: "mirror", port: 0, more: true };
    assert.throws(
      () => parseSettings(JSON.stringify(bad)),
      ({ message }: Error) =>
        ["member", "replication", "port", "more"].every((name) => message.includes(name)) && !message.includes("peers"),
    );
  });

  it("have no names that would need quoting in SQL", () => {
    for (const database of ["a`b", "a'b", "a\\b"]) {
      assert.throws(() => parseSettings(JSON.stringify({ ...good, database })), /needs? quoting|need quoting/);
    }
  });
});
