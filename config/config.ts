import { isDeepStrictEqual } from "node:util";
import { NETWORKS } from "./choices.ts";
import { type DockerDefault, LOCAL_DOCKER } from "./endpoints.ts";
import { hostSettings } from "./hosts.ts";
import { ConfigError, type Problem, problemsOf, valueAt } from "./problems.ts";
import { subnetsOf } from "./rules/networks.ts";
import { crossChecks } from "./rules/servers.ts";
import { type Config, type Settings, schema } from "./schema.ts";
import { meantBy } from "./shape.ts";
import { type Surroundings, UNKNOWN } from "./surroundings.ts";
import { wellFormed } from "./wellFormed.ts";

/** A configuration as it was given. */
export interface Checked {
  /** The settings as they were meant: lists and objects in place of JSON texts. */
  readonly given: unknown;
  /** Its well-formed settings: `judged` reads them. */
  readonly settings: Settings;
  readonly problems: readonly Problem[];
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
  const { settings, problems } = check(project, raw, surroundings);
  if (problems.length > 0) throw new ConfigError(project, stack, problems);
  return complete(project, stack, settings, surroundings.docker);
}

/** Checks raw configuration. A malformed setting hides no problem but those that depend on its value. */
export function check(
  project: string,
  raw: Readonly<Record<string, string>>,
  surroundings: Surroundings = UNKNOWN,
): Checked {
  const values = Object.entries(raw).filter(([key]) => !key.startsWith("pulumi:"));
  const isOwn = ([key]: readonly [string, string]) => key.startsWith(`${project}:`);
  const given = meantBy(
    schema,
    Object.fromEntries(values.filter(isOwn).map(([key, text]) => [key.slice(project.length + 1), text])),
  );
  const { error } = schema.safeParse(given);
  const settings = wellFormed(schema, given);
  const foreign = values
    .filter((entry) => !isOwn(entry))
    .map(([key]) => ({
      path: [key],
      complaint: "is in a namespace that this program does not read",
      allowed: `keys of ${project}: ${Object.keys(schema.shape).join(", ")}`,
    }));
  const contradictions = crossChecks(settings, surroundings).map((problem) =>
    // A rule may report a list without having read each entry, of which some may be malformed.
    typeof problem.value === "object" ? { ...problem, value: valueAt(given, problem.path) } : problem,
  );
  const malformed = error === undefined ? [] : problemsOf(error, schema, given);
  // A value may be meant, and contradict others: what is proposed then instead of it has the right form as well.
  const isReplaced = ({ path }: Problem) =>
    contradictions.some((other) => other.example !== undefined && isDeepStrictEqual(other.path, path));
  const misformed = malformed.filter((problem) => !isReplaced(problem));
  return { given, settings, problems: [...foreign, ...misformed, ...contradictions] };
}

/** The configuration of settings that have no problem. */
export function complete(
  project: string,
  stack: string,
  settings: Settings,
  docker: DockerDefault = LOCAL_DOCKER,
): Config {
  const subnets = subnetsOf(settings.networks);
  const networks = Object.fromEntries(NETWORKS.map((name) => [name, subnets.get(name)])) as Config["networks"];
  const hosts = hostSettings(settings, docker);
  return { ...settings, project, stack, networks, networkSettings: settings.networks, docker, hosts };
}

/** The settings of a stack's file as Pulumi holds them: text, and JSON for everything that is not a string. */
export function rawSettings(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
