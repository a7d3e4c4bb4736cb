import * as pulumi from "@pulumi/pulumi";
import { LOCAL_ENDPOINT, NETWORKS } from "./choices.ts";
import { ConfigError, type Problem, problemsOf, unknownKey } from "./problems.ts";
import { subnetsOf } from "./rules/networks.ts";
import { crossChecks } from "./rules/servers.ts";
import { type Config, type Settings, schema } from "./schema.ts";
import { fromText } from "./shape.ts";
import { type Surroundings, UNKNOWN } from "./surroundings.ts";
import { UserError } from "./userError.ts";

/**
 * Reads the configuration of the running stack.
 * @param look finds the subnets and ports in use at an endpoint; called only for the proposals in an error
 * @throws UserError naming every problem at once: key, value, what is allowed, how to set it.
 */
export async function loadConfig(
  look: (endpoint: string, identity: { project: string; stack: string }) => Promise<Surroundings>,
): Promise<Config> {
  const [project, stack, raw] = [pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig()];
  const { parts, problems } = check(project, raw, UNKNOWN);
  if (problems.length === 0) return complete(project, stack, parts);
  const surroundings = await look(parts.loadBalancer?.endpoint ?? LOCAL_ENDPOINT, { project, stack });
  throw new UserError(new ConfigError(project, stack, check(project, raw, surroundings).problems).message);
}

/**
 * Checks raw configuration as Pulumi holds it: full keys, and JSON for everything that is not a string.
 * @throws ConfigError with every problem.
 */
export function parseConfig(
  project: string,
  stack: string,
  raw: Readonly<Record<string, string>>,
  surroundings: Surroundings = UNKNOWN,
): Config {
  const { parts, problems } = check(project, raw, surroundings);
  if (problems.length > 0) throw new ConfigError(project, stack, problems);
  return complete(project, stack, parts);
}

/** The well-formed parts of a configuration, and its problems. */
function check(
  project: string,
  raw: Readonly<Record<string, string>>,
  surroundings: Surroundings,
): { readonly parts: Partial<Settings>; readonly problems: readonly Problem[] } {
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
    const value = fromText(part, own.get(key));
    const result = part.safeParse(value);
    if (result.success) parts[key] = result.data;
    else problems.push(...problemsOf(result.error, part, value, [key]));
  }
  problems.push(...crossChecks(parts as Partial<Settings>, surroundings));
  return { parts: parts as Partial<Settings>, problems };
}

/** A configuration without problems has all of its parts. */
function complete(project: string, stack: string, parts: Partial<Settings>): Config {
  const settings = parts as Settings;
  const subnets = subnetsOf(settings.networks);
  const networks = Object.fromEntries(NETWORKS.map((name) => [name, subnets.get(name)])) as Config["networks"];
  return { ...settings, project, stack, networks, networkSettings: settings.networks };
}

/** The settings of a stack's file as Pulumi holds them: text, and JSON for everything that is not a string. */
export function rawSettings(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
