import { coerce, gte } from "semver";

/** A plugin of Pulumi's engine, with the name and version of the npm package whose resources it serves. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** The plugins that the stack's resources need. */
export const PLUGINS: readonly Plugin[] = [
  { name: "docker", version: "5.2.0" },
  { name: "random", version: "4.21.2" },
  { name: "tls", version: "5.6.1" },
];

/** The version of the provided Pulumi CLI. Not every version is available as a Go module. */
export const CLI_VERSION = "3.274.1";

/** The oldest version of the machine's own Pulumi CLI that is used. */
export const CLI_FLOOR = "3.200.0";

/** The oldest Go that builds the modules under go/. */
export const GO_FLOOR = "1.26.6";

/** The first version in a text, such as "3.256.0" in "v3.256.0-dev" or "1.26.8" in "go1.26.8". */
export function findVersion(text: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0];
}

/** Whether a version of dotted numbers is the floor or newer. A missing number counts as 0. */
export function atLeast(version: string, floor: string): boolean {
  return gte(coerce(version) ?? "0.0.0", coerce(floor) ?? "0.0.0");
}
