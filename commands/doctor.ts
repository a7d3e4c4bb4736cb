import { isLocal } from "../engine/client.ts";
import { findBackend } from "../operations/session/backend.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { chains } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main, print } from "../operations/session/terminal.ts";
import { certificateNotes } from "../operations/stack/certificates.ts";
import { readStack } from "../operations/stack/stack.ts";
import { nodeProblem } from "../preflight/versions.ts";
import { table } from "../releases/table.ts";

const USAGE = `npm run doctor     lists what this machine has and lacks, and the certificates that the stack serves

  --stack NAME     default: dev`;

/**
 * Lists the parts of the machine that are found and that are missing, and the certificates that the stack serves if it is
 * up. It provides only the Node.js that it runs on. Exit code 1 if a part is missing, or a certificate is not as it should
 * be.
 */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  optionsOf("doctor", { args: [...rest], options: {} });
  const rows: (readonly [mark: string, name: string, text: string])[] = [];
  const note = (found: boolean, name: string, text: string) => rows.push([found ? "found" : "missing", name, text]);
  const problem = nodeProblem(process.versions.node);
  note(problem === undefined, "node", problem ?? `Node.js ${process.versions.node} at ${process.execPath}`);
  for (const step of (await chains(stack)).flat()) {
    const found = await step.find();
    note(found !== undefined, step.name, found?.summary ?? `${step.why}; npm run bootstrap tries to provide it`);
  }
  note(true, "state", findBackend(process.env).summary);
  const notes = await readStack(stack).then(
    // The ports of another machine are not this one's.
    ({ topology }) => (isLocal(topology.hosts[0]?.endpoint ?? "") ? certificateNotes(topology) : []),
    () => [],
  );
  for (const { isWell, text } of notes) rows.push([isWell ? "found" : "wrong", "certificate", text]);
  for (const line of table(rows)) print(line);
  return rows.every(([mark]) => mark === "found") ? 0 : 1;
}, USAGE);
