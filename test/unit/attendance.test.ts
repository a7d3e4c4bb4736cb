import assert from "node:assert/strict";
import { isWhole, unattended } from "../../operations/session/attendance.ts";

describe("an update", () => {
  for (const [rest, hasTerminal, options] of [
    [[], true, []],
    [["--diff"], true, []],
    [["--yes"], true, ["--skip-preview"]],
    [["--yes=true"], true, ["--skip-preview"]],
    [["--yes=false"], true, []],
    [["-y"], true, ["--skip-preview"]],
    [["-fy"], true, ["--skip-preview"]],
    [["-mtidy"], true, []],
    [[], false, ["--yes", "--skip-preview"]],
  ] as const) {
    it(`gets ${JSON.stringify(options)} for ${JSON.stringify(rest)} ${hasTerminal ? "at a" : "without a"} terminal`, () =>
      assert.deepEqual(unattended(rest, hasTerminal), options));
  }
});

describe("an update or a destruction", () => {
  for (const rest of [[], ["--yes"], ["-y"], ["-fy"], ["--exclude-protected"], ["--remove"], ["-r"]] as const) {
    it(`takes all with ${JSON.stringify(rest)}`, () => assert.equal(isWhole(rest), true));
  }
  for (const rest of [
    ["--target", "urn"],
    ["--target=urn"],
    ["--target-dependents"],
    ["-t", "urn"],
    ["-turn"],
    ["-yt", "urn"],
    ["--exclude", "urn"],
    ["--exclude-dependents"],
    ["-x", "urn"],
    ["-yx", "urn"],
    ["--preview-only"],
    ["--help"],
    ["-h"],
  ] as const) {
    it(`leaves something with ${JSON.stringify(rest)}`, () => assert.equal(isWhole(rest), false));
  }
});
