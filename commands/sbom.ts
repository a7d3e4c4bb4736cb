import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { commandLine } from "../operations/session/commandLine.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { optionsOf } from "../operations/session/options.ts";
import { main, say } from "../operations/session/terminal.ts";
import { stackEngines } from "../operations/stack/engines.ts";
import { stackNeeds } from "../operations/stack/needs.ts";
import { ROOT } from "../operations/stack/project.ts";
import { billOfMaterials } from "../operations/supply/cyclonedx.ts";
import { packagesIn } from "../operations/supply/packages.ts";

/** The folder for the bills, below the project's. */
const FOLDER = "sbom";

const USAGE = `npm run sbom     writes a bill of materials for the project's dependencies, and one for each image of the stack

  --stack NAME     default: dev`;

/** Writes a bill of materials for the project's dependencies, and one for each image of the stack. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  optionsOf("sbom", { args: [...rest], options: {} });
  await prepareMachine(stack, { cli: false, engine: true });
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const write = async (name: string, bill: string) => {
    await writeFile(join(ROOT, FOLDER, name), `${bill}\n`);
    say(`${FOLDER}/${name}`);
  };

  const npm = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
  await write("dependencies.cdx.json", (await execa("npm", npm, { cwd: ROOT })).stdout);
  const { images } = await stackNeeds(stack);
  const [engine] = await stackEngines(stack);
  if (engine === undefined) throw new Error("the stack has no host");
  const missing: string[] = [];
  const failed: string[] = [];
  for (const name of new Set(Object.values(images))) {
    const found = await engine.client
      .getImage(name)
      .inspect()
      .catch(() => undefined);
    if (found === undefined) {
      missing.push(name);
      continue;
    }
    try {
      const bill = billOfMaterials({ name, id: found.Id }, await packagesIn(engine.client, name));
      await write(`${fileName(name)}.cdx.json`, JSON.stringify(bill, null, 2));
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }
  for (const reason of failed) say(`error: ${reason}`);
  if (missing.length === 0) return failed.length === 0 ? 0 : 1;
  say(`error: the engine at ${engine.endpoint} does not have ${missing.join(", ")}
    cure:      npm run up, or docker pull`);
  return 1;
}, USAGE);

/** An image's name without what a file's name cannot have: mysql-9.7.4. */
function fileName(image: string): string {
  return image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, "-$1").replaceAll(/[/:]/g, "-");
}
