import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

const FOLDER = new URL("../examples/", import.meta.url);

export type StackSettings = Readonly<Record<string, unknown>>;

/** The names of the stacks under examples/. */
export function exampleNames(): string[] {
  return readdirSync(FOLDER)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

export function exampleSettings(name: string): StackSettings {
  return parse(readFileSync(new URL(`Pulumi.${name}.yaml`, FOLDER), "utf8")).config;
}

/** Settings as Pulumi hands them to the program: text, and JSON for everything else. */
export function rawSettings(settings: StackSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
