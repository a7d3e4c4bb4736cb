import { writeFile } from "node:fs/promises";
import { main, say } from "../operations/session/terminal.ts";
import { settingsFiles } from "../operations/settings/files.ts";
import { ROOT } from "../operations/stack/project.ts";

/** Writes the files that are made from the settings' schema: Pulumi.yaml, docs/configuration.md, stack.schema.json. */
await main(async () => {
  for (const [name, text] of Object.entries(await settingsFiles())) {
    await writeFile(`${ROOT}/${name}`, text);
    say(name);
  }
  return 0;
});
