import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { eventually } from "../../engine/eventually.ts";
import { engine, engineMissing } from "../engine.ts";
import { createTestStack } from "../stacks.ts";

const RUN = fileURLToPath(new URL("../abandonedRun.ts", import.meta.url));

describe("a test run", function () {
  this.timeout("1m");
  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });

  const networks = async () => (await engine.listNetworks()).map(({ Name }) => Name);

  it("leaves the stack of a live run alone, and removes all leftovers of a killed run", async () => {
    const other = execa(process.execPath, [RUN], { reject: false });
    const { name, pid } = await madeBy(other);
    try {
      await (await createTestStack()).remove();
      assert.ok((await networks()).includes(name));
      assert.doesNotThrow(() => process.kill(pid, 0));
    } finally {
      other.kill("SIGKILL");
      await other;
    }
    // Several runs find the leftovers at once, as at the beginning of the tests.
    const stacks = await Promise.all([1, 2, 3].map(createTestStack));
    for (const stack of stacks) await stack.remove();
    assert.ok(!(await networks()).includes(name));
    await eventually(async () => assert.throws(() => process.kill(pid, 0), /ESRCH/), 10);
  });
});

/** What the run has made. It may say before that it has removed what another one had left. */
async function madeBy({ stdout }: { readonly stdout: Readable }): Promise<{ name: string; pid: number }> {
  for await (const line of createInterface({ input: stdout })) if (line.startsWith("{")) return JSON.parse(line);
  throw new Error("the run has ended");
}
