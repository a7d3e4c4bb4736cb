import assert from "node:assert/strict";
import { ownMachineMissing, passesOnOwnMachine } from "../ownMachine.ts";
import { missing } from "../project.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

describe("a restart of the engine", function () {
  this.timeout("20m");

  let stack: TestStack | undefined;

  before(async function () {
    const reason = (await missing()) ?? (await ownMachineMissing());
    if (reason !== undefined) {
      console.log(`      SKIPPED, a restart of the engine: ${reason}`);
      this.skip();
    }
    stack = await createTestStack();
  });

  after(() => stack?.remove());

  it("is survived by a stack on a machine of its own", async () => {
    assert.ok(stack);
    assert.ok(await passesOnOwnMachine("test/alone/engineRestart.test.ts", stack.folder), "see its report above");
  });
});
