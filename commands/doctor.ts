import { findBackend } from "../operations/session/backend.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { chains } from "../operations/session/machine.ts";
import { main } from "../operations/session/terminal.ts";
import { nodeProblem } from "../preflight/versions.ts";

/** Says what was found and what is missing; changes nothing. Exit code 1 where something is missing. */
await main(async () => {
  const { stack } = commandLine(process.argv.slice(2));
  const line = (found: boolean, name: string, text: string) =>
    console.log(`${found ? "found  " : "missing"}  ${name.padEnd(8)}  ${text}`);
  const problem = nodeProblem(process.versions.node);
  line(problem === undefined, "node", problem ?? `Node.js ${process.versions.node}`);
  let complete = problem === undefined;
  for (const step of (await chains(stack)).flat()) {
    const found = await step.find();
    line(found !== undefined, step.name, found?.summary ?? `${step.why}; npm run bootstrap tries to provide it`);
    complete &&= found !== undefined;
  }
  line(true, "state", findBackend(process.env).summary);
  return complete ? 0 : 1;
});
