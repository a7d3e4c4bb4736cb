import { setTimeout as sleep } from "node:timers/promises";
import { confirm } from "../operations/session/confirm.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main, say } from "../operations/session/terminal.ts";

/** A command that asks, for test/unit/terminal.test.ts, and takes back what it has begun: `alone` asks only, `begun` has begun. */
await main(async () => {
  if (process.argv[2] === "alone") {
    if (await confirm("Go on?")) return 0;
    say("nothing was changed");
    return 1;
  }
  return interruptible(async (signal) => {
    say("begun");
    try {
      await sleep(30_000, undefined, { signal }).catch(() => signal.throwIfAborted());
      return 0;
    } finally {
      say("taken back");
    }
  });
});
