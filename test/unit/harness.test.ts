import assert from "node:assert/strict";
import * as random from "@pulumi/random";
import { run } from "../harness.ts";

describe("the test harness", () => {
  const password = (name: string) => new random.RandomPassword(name, { length: 8 });

  it("fails for two resources of one name", () =>
    assert.rejects(
      run(() => void [password("same"), password("same")]),
      /two resources .* same/,
    ));

  it("fails for a resource that has no mock", () =>
    assert.rejects(
      run(() => void new random.RandomPet("pet")),
      /no mock for .*RandomPet pet/,
    ));

  it("fails for an error in the program", () =>
    assert.rejects(
      run(() => {
        throw new Error("broken program");
      }),
      /broken program/,
    ));

  it("fails for a rejected output, even one that nobody awaits", () =>
    assert.rejects(
      run(() => {
        password("unawaited").result.apply(() => assert.fail("unawaited assertion"));
      }),
      /unawaited assertion/,
    ));

  it("fails for an output in a template", () =>
    assert.rejects(
      run(() => new random.RandomPassword("template", { length: 8, overrideSpecial: `${password("other").result}` })),
      /an output in the text/,
    ));

  it("fails for a required input that is missing", () =>
    assert.rejects(
      run(() => new random.RandomPassword("missing", {} as random.RandomPasswordArgs)),
      /Missing required property 'length'/,
    ));
});
