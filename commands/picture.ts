import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { draw } from "../operations/picture/draw.ts";
import { mermaid } from "../operations/picture/mermaid.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { outputFile } from "../operations/session/outputFile.ts";
import { main, say, sayUsage } from "../operations/session/terminal.ts";
import { ROOT } from "../operations/stack/project.ts";
import { readStack } from "../operations/stack/stack.ts";

const USAGE = `npm run picture             draws the stack, as its file describes it, into docs/pictures/STACK.svg
npm run picture -- FILE     into another file; - is standard output

  --stack NAME     default: dev
  --mermaid        prints the text of Mermaid instead

Servers are columns, tiers are rows, networks are the strips between them. A red outline is a single point of failure.
The picture is light or dark as the reader's page is. The same configuration gives the same bytes.`;

/** Draws the configuration; nothing has to run. Exit code: 0 if the picture is written. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  const { values, positionals } = optionsOf("picture", {
    args: [...rest],
    options: { mermaid: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [named, ...more] = positionals;
  if (more.length > 0 || (values.mermaid && named !== undefined)) {
    sayUsage(USAGE);
    return 2;
  }
  const chosen = named === undefined || named === "-" ? undefined : outputFile(named);
  const { topology } = await readStack(stack);
  if (values.mermaid || named === "-") {
    process.stdout.write(values.mermaid ? mermaid(topology) : draw(topology));
    return 0;
  }
  const file = chosen ?? resolve(ROOT, "docs/pictures", `${stack}.svg`);
  if (chosen === undefined) await mkdir(dirname(file), { recursive: true });
  await writeFile(file, draw(topology));
  say(`drawn: ${file}`);
  return 0;
}, USAGE);
