import assert from "node:assert/strict";
import { CLOSE_LIMIT_MS, createDrain } from "../drain.ts";

/** Steps that record when they are taken; sleeping takes no time. */
function recorded(close: () => Promise<void> = async () => {}) {
  const steps: string[] = [];
  const drain = createDrain({
    announce: () => steps.push("announce"),
    delayMs: 5000,
    sleep: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`slept ${ms}`);
    },
    close: async () => {
      steps.push("close");
      await close();
    },
    exit: (code) => steps.push(`exit ${code}`),
    log: () => {},
  });
  return { steps, drain };
}

describe("drain", () => {
  it("turns red first, keeps serving, then closes and exits with 0", async () => {
    const { steps, drain } = recorded();
    await drain("SIGTERM");
    assert.deepEqual(steps, ["announce", "slept 5000", "close", "exit 0"]);
  });

  it("exits at once on a second signal", async () => {
    const { steps, drain } = recorded();
    const first = drain("SIGTERM");
    await drain("SIGINT");
    assert.deepEqual(steps.slice(0, 2), ["announce", "exit 1"]);
    await first;
  });

  it("does not hang with a request that never ends", async () => {
    const { steps, drain } = recorded(() => new Promise(() => {}));
    await drain("SIGTERM");
    assert.deepEqual(steps.slice(-2), [`slept ${CLOSE_LIMIT_MS}`, "exit 1"]);
  });

  it("exits with an error when closing fails", async () => {
    const { steps, drain } = recorded(() => Promise.reject(new Error("no")));
    await drain("SIGTERM");
    assert.equal(steps.at(-1), "exit 1");
  });
});
