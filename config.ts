import * as pulumi from "@pulumi/pulumi";
import { crossChecks } from "./config/crossChecks.ts";
import { ConfigError, type Problem, problemsOf, unknownKey } from "./config/problems.ts";
import { refusal } from "./config/refusal.ts";
import { type Settings, schema } from "./config/schema.ts";

/** The stack's configuration: complete, and free of contradictions. */
export interface Config extends Settings {
  readonly project: string;
  readonly stack: string;
}

/**
 * Reads the configuration of the running stack.
 * @throws pulumi.RunError naming every problem at once: key, value, what is allowed, how to set it.
 */
export function loadConfig(): Config {
  try {
    return parseConfig(pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig());
  } catch (error) {
    if (error instanceof ConfigError) throw refusal(error.message);
    throw error;
  }
}

/**
 * Checks raw configuration as Pulumi holds it: full keys, and JSON for everything that is not a string.
 * @throws ConfigError with every problem.
 */
export function parseConfig(project: string, stack: string, raw: Readonly<Record<string, string>>): Config {
  const values = Object.entries(raw).filter(([key]) => !key.startsWith("pulumi:"));
  const own = new Map(
    values.flatMap(([key, text]) => (key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), text]] : [])),
  );
  const problems: Problem[] = values
    .filter(([key]) => !key.startsWith(`${project}:`))
    .map(([key]) => ({
      path: [key],
      complaint: "is in a namespace that this program does not read",
      allowed: `keys of ${project}: ${Object.keys(schema.shape).join(", ")}`,
    }));

  for (const key of own.keys()) {
    if (!(key in schema.shape)) problems.push(unknownKey([key], Object.keys(schema.shape)));
  }
  const parts: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(schema.shape)) {
    const value = decoded(own.get(key));
    const result = part.safeParse(value);
    if (result.success) parts[key] = result.data;
    else problems.push(...problemsOf(result.error, part, value, [key]));
  }
  problems.push(...crossChecks(parts as Partial<Settings>));
  if (problems.length > 0) throw new ConfigError(project, stack, problems);
  return { project, stack, ...(parts as Settings) };
}

/** The settings of a stack's file as Pulumi holds them: text, and JSON for everything that is not a string. */
export function rawSettings(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Objects and lists arrive as JSON; text that is not JSON is left for the schema to refuse. */
function decoded(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
