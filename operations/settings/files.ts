import { readFile } from "node:fs/promises";
import { PROJECT, ROOT } from "../stack/project.ts";
import { configurationPage } from "./configurationPage.ts";
import { editorSchema } from "./editorSchema.ts";
import { policiesPage } from "./policiesPage.ts";
import { projectFile } from "./projectFile.ts";

/** The files that describe the settings to people and editors, with their texts: made from the schema alone. */
export async function settingsFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "Pulumi.yaml": projectFile(await readFile(`${ROOT}/Pulumi.yaml`, "utf8")),
    "docs/configuration.md": configurationPage(PROJECT),
    "docs/policies.md": policiesPage(PROJECT),
    "stack.schema.json": editorSchema(PROJECT),
  };
}
