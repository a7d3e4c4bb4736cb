import { hostRules } from "../operations/firewall/hostRules.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { main } from "../operations/session/terminal.ts";
import { readStack } from "../operations/stack/stack.ts";

/** Prints rules of nftables for the engine's machine. It changes nothing. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  if (rest.length > 0) throw new Error(`${rest[0]} is no option of firewall\n    allowed:   --stack NAME`);
  process.stdout.write(hostRules((await readStack(stack)).topology));
  return 0;
});
