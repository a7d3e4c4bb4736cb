import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { engineClient } from "../engine/client.ts";
import { commandLine } from "../operations/session/commandLine.ts";
import { prepareMachine } from "../operations/session/machine.ts";
import { main, say } from "../operations/session/terminal.ts";
import { stackNeeds } from "../operations/stack/needs.ts";
import { ROOT } from "../operations/stack/project.ts";
import { billOfMaterials } from "../operations/supply/cyclonedx.ts";
import { packagesIn } from "../operations/supply/packages.ts";

/** The folder for the bills, below the project's. */
const FOLDER = "sbom";

/** Writes a bill of materials for the project's dependencies, and one for each image of the stack. */
await main(async () => {
  const { stack, rest } = commandLine(process.argv.slice(2));
  if (rest.length > 0) throw new Error(`${rest[0]} is no option of sbom\n    allowed:   --stack NAME`);
  await prepareMachine(stack, { cli: false, engine: true });
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const write = async (name: string, bill: string) => {
    await writeFile(join(ROOT, FOLDER, name), `${bill}\n`);
    say(`${FOLDER}/${name}`);
  };

  const npm = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
  await write("dependencies.cdx.json", (await execa("npm", npm, { cwd: ROOT })).stdout);
  const { images, endpoint } = await stackNeeds(stack);
  const engine = engineClient(endpoint);
  const missing: string[] = [];
  for (const name of new Set(Object.values(images))) {
    const found = await engine
      .getImage(name)
      .inspect()
      .catch(() => undefined);
    if (found === undefined) {
      missing.push(name);
      continue;
    }
    const bill = billOfMaterials({ name, id: found.Id }, await packagesIn(engine, name));
    await write(`${fileName(name)}.cdx.json`, JSON.stringify(bill, null, 2));
  }
  if (missing.length === 0) return 0;
  say(`error: the engine at ${endpoint} does not have ${missing.join(", ")}
    cure:      npm run up, or docker pull`);
  return 1;
});

/** An image's name without what a file's name cannot have: mysql-9.7.4. */
function fileName(image: string): string {
  return image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, "-$1").replaceAll(/[/:]/g, "-");
}
