import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { rawSettings } from "../config/config.ts";
import type { StackSettings } from "./examples.ts";

/** The configuration of the committed dev stack, in the form in which Pulumi passes it to the program. */
export function devConfig(changes: StackSettings = {}): Record<string, string> {
  const { config } = parse(readFileSync(new URL("../Pulumi.dev.yaml", import.meta.url), "utf8"));
  return rawSettings({ ...config, ...changes });
}
