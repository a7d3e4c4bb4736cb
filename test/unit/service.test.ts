import assert from "node:assert/strict";
import { goDuration } from "../../components/service.ts";

describe("durations", () => {
  for (const [seconds, text] of [
    [0.75, "750ms"],
    [1.75, "1.75s"],
    [2, "2s"],
    [59, "59s"],
    [60, "1m0s"],
    [90, "1m30s"],
    [120, "2m0s"],
  ] as const) {
    it(`${seconds} seconds are ${text} to the engine`, () => assert.equal(goDuration(seconds), text));
  }
});
