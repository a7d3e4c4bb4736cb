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
