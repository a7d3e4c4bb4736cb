import { readFileSync } from "node:fs";
import { parse } from "yaml";

type RawConfig = Readonly<Record<string, unknown>>;

/** The configuration of the committed dev stack, as Pulumi hands it to the program. */
export function devConfig(changes: RawConfig = {}): Record<string, string> {
  const { config } = parse(readFileSync(new URL("../Pulumi.dev.yaml", import.meta.url), "utf8"));
  const all = { ...config, ...changes };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
