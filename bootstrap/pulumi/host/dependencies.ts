import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface Dependency {
  readonly name: string;
  readonly version: string;
}

/** The packages that the program's package.json names, with the versions installed (or asked for, where none is). */
export async function dependencies(programDirectory: string): Promise<Dependency[]> {
  const manifest = await nearest("package.json", programDirectory);
  const names = { ...entries(manifest, "dependencies"), ...entries(manifest, "devDependencies") };
  return Promise.all(
    Object.entries(names).map(async ([name, range]) => {
      const installed = await nearest(join("node_modules", name, "package.json"), programDirectory);
      const version = installed?.["version"];
      return { name, version: typeof version === "string" ? version : range };
    }),
  );
}

type Json = Readonly<Record<string, unknown>>;

/** The file in the directory or the nearest one above that has it. */
async function nearest(file: string, directory: string): Promise<Json | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, file), "utf8"));
  } catch {
    const above = dirname(directory);
    return above === directory ? undefined : nearest(file, above);
  }
}

function entries(manifest: Json | undefined, key: string): Record<string, string> {
  const value = manifest?.[key];
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
