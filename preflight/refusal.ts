import { existsSync, readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { ConfigError, type Problem } from "../config/problems.ts";
import { meantByTexts } from "../config/texts.ts";
import { UserError } from "../config/userError.ts";
import type { Topology } from "../topology/plan.ts";

/** The error by which the program refuses a stack's settings. */
export function refusal({ project, stack }: Pick<Topology, "project" | "stack">, problems: readonly Problem[]) {
  const texts = meantByTexts(project, parseDocument(stackFileText(stack)).toJS()?.config ?? {}).map(([key]) => key);
  return new UserError(new ConfigError(project, stack, problems, texts).message);
}

/** The text of the stack's file; empty: it is elsewhere. */
export function stackFileText(stack: string): string {
  const file = `Pulumi.${stack}.yaml`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
