import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { confirm } from "../operations/session/confirm.ts";
import { pulumi } from "../operations/session/pulumi.ts";
import { interruptible } from "../operations/session/signals.ts";
import { main, print, say } from "../operations/session/terminal.ts";

/** A stub of the CLI: it ends in good order at the first signal, and gives up at the second one. */
const CLI = `#!/bin/sh
trap 'echo "in good order"; sleep 1; exit 3' INT
echo ready
sleep 20 >/dev/null 2>&1 & wait
`;

/** A command for test/unit/terminal.test.ts: it asks, prints lines, runs the CLI, or undoes interrupted work. */
await main(async () => {
  if (process.argv[2] === "ask") {
    if (await confirm("Go on?")) return 0;
    say("nothing was changed");
    return 1;
  }
  if (process.argv[2] === "lines") {
    for (;;) {
      print("line");
      await sleep(1);
    }
  }
  if (process.argv[2] === "said") {
    for (;;) {
      say("line");
      await sleep(1);
    }
  }
  if (process.argv[2] === "cli") {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    writeFileSync(join(folder, "pulumi"), CLI, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
    const backend = { summary: "", env: {}, folder: undefined, passphraseFile: undefined };
    return pulumi({ stack: "dev", reference: "dev", rest: [], env, backend }, ["up"]).finally(() =>
      rmSync(folder, { recursive: true }),
    );
  }
  return interruptible(async (signal) => {
    say("begun");
    try {
      while (process.argv[2] === "undo") {
        print("line");
        await sleep(1, undefined, { signal });
      }
      await sleep(30_000, undefined, { signal }).catch(() => signal.throwIfAborted());
      return 0;
    } finally {
      say("taken back");
    }
  });
});
