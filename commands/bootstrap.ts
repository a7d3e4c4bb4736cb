import { rm } from "node:fs/promises";
import { compiledFolder } from "../bootstrap/cache.ts";
import { removeCompose } from "../bootstrap/compose.ts";
import { stopEngine } from "../bootstrap/engine/step.ts";
import { removeNode } from "../bootstrap/node/provide.ts";
import { removePebble } from "../bootstrap/pebble.ts";
import { removeShellcheck } from "../bootstrap/shellcheck.ts";
import { removeSshd } from "../bootstrap/sshd.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { chains, prepareMachine } from "../operations/session/machine.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";

const USAGE = `npm run bootstrap            provide what the machine lacks
npm run bootstrap -- undo    take back everything that was provided
npm run bootstrap -- stop    stop the engine, if it was started from here`;

await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  switch (rest[0]) {
    case undefined:
      await prepareMachine(stack);
      return 0;
    case "undo":
      for (const steps of await chains(stack)) {
        for (const step of steps.toReversed()) say(await step.undo());
      }
      for (const remove of [removeShellcheck, removeCompose, removePebble, removeSshd, removeNode]) {
        for (const folder of await remove()) say(`removed ${folder}`);
      }
      await rm(compiledFolder(), { recursive: true, force: true });
      return 0;
    case "stop":
      say((await stopEngine()) ? "the engine is stopped" : "no engine was started from here");
      return 0;
    default:
      sayUsage(USAGE);
      return 2;
  }
});
