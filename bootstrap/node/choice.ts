import { nodeProblem } from "../../preflight/versions.ts";

/** A package of the npm registry with an executable of Node.js. It needs no install script. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** The checksum of its archive, as package-lock.json writes it. */
  readonly integrity: string;
}

/** A machine as packages see it. */
export interface Platform {
  readonly platform: string;
  readonly arch: string;
  /** Whether a Linux has the GNU C library, which the executables of the packages need. */
  readonly hasGlibc: () => boolean;
}

const VERSION = "24.21.0";

/** The archives' checksums by platform. The registry has no package of this version for other platforms. */
const INTEGRITY: Readonly<Record<string, string>> = {
  "linux-x64": "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  "linux-arm64": "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
};

/**
 * The package to use instead of a Node.js that is too old; undefined: this version is new enough.
 * @throws Error if the version is too old and the platform has no package
 */
export function replacement(version: string, { platform, arch, hasGlibc }: Platform): NodePackage | undefined {
  const problem = nodeProblem(version);
  if (problem === undefined) return undefined;
  const integrity = INTEGRITY[`${platform}-${arch}`];
  if (integrity === undefined || !hasGlibc()) throw new Error(problem);
  return { name: `node-${platform}-${arch}`, version: VERSION, integrity };
}
