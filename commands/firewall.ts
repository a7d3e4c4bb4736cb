import { hostRules } from "../operations/firewall/hostRules.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main } from "../operations/session/terminal.ts";
import { readStack } from "../operations/stack/stack.ts";

const USAGE = `npm run firewall     prints rules of nftables for the engine's machine, and changes nothing

  --stack NAME     default: dev`;

/** Prints rules of nftables for the engine's machine. It changes nothing. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  optionsOf("firewall", { args: [...rest], options: {} });
  process.stdout.write(hostRules((await readStack(stack)).topology));
  return 0;
}, USAGE);
