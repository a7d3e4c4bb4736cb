import assert from "node:assert/strict";
import { unattended } from "../../operations/session/attendance.ts";

describe("a command before which the CLI asks", () => {
  const up = { hasTerminal: true, isImplied: true };
  for (const [rest, means, options] of [
    [[], up, []],
    [["--diff"], up, []],
    [["--yes"], up, ["--skip-preview"]],
    [["--yes=true"], up, ["--skip-preview"]],
    [["--yes=false"], up, []],
    [["-y"], up, ["--skip-preview"]],
    [["-fy"], up, ["--skip-preview"]],
    [["-mtidy"], up, []],
    [[], { ...up, hasTerminal: false }, ["--yes", "--skip-preview"]],
    [[], { hasTerminal: false, isImplied: false }, []],
  ] as const) {
    it(`gets ${JSON.stringify(options)} for ${JSON.stringify(rest)}, ${means.hasTerminal ? "at a" : "without a"} terminal${means.isImplied ? "" : " and without an implied yes"}`, () =>
      assert.deepEqual(unattended(rest, means), options));
  }
});
