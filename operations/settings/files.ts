import { readFile } from "node:fs/promises";
import { PROJECT, ROOT } from "../stack/project.ts";
import { configurationPage } from "./configurationPage.ts";
import { editorSchema } from "./editorSchema.ts";
import { projectFile } from "./projectFile.ts";

/** Where people and editors read about the settings; each is made of the schema alone, but for what it has around them. */
export async function settingsFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "Pulumi.yaml": projectFile(await readFile(`${ROOT}/Pulumi.yaml`, "utf8")),
    "docs/configuration.md": configurationPage(PROJECT),
    "stack.schema.json": editorSchema(PROJECT),
  };
}
