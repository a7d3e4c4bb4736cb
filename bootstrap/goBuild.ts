import { join } from "node:path";
import { execa } from "execa";
import { atLeast, findVersion, GO_FLOOR } from "./pulumi/versions.ts";
import type { Report } from "./step.ts";

/** One executable that is built from a Go module under go/. */
export interface GoBuild {
  /** Folder of the module, below go/. */
  readonly module: string;
  /** The package that is built: a path in the module or one of its requirements. */
  readonly package: string;
  readonly tags?: string;
  /** Variables that the linker sets. */
  readonly variables: Readonly<Record<string, string>>;
}

const MODULES = join(import.meta.dirname, "go");
const HEARTBEAT_MS = 20_000;

/** The files that a module's builds depend on. */
export function goModule(module: string, ...files: readonly string[]): string[] {
  return ["go.mod", "go.sum", ...files].map((file) => join(MODULES, module, file));
}

/**
 * The environment for Go. Without cgo the executables need no libraries of the machine. A Go that is too old for the
 * modules is told to fetch a newer one as it fetches modules.
 * @param floor the oldest Go that builds the modules; default: the one that Pulumi's modules need
 * @throws Error that says how to get Go
 */
export async function goEnvironment(floor = GO_FLOOR): Promise<Record<string, string>> {
  const { failed, stdout } = await execa("go", ["env", "GOVERSION"], { reject: false, cwd: MODULES });
  const version = failed ? undefined : findVersion(stdout);
  const fixed = { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  if (version !== undefined && atLeast(version, floor)) return fixed;
  if (version !== undefined && atLeast(version, "1.21")) return { ...fixed, GOTOOLCHAIN: "auto" };
  throw new Error(
    `building from Go modules needs Go ${floor} or newer (1.21 or newer if it may fetch a newer ` +
      `toolchain itself); ${version === undefined ? "there is none on PATH" : `this is ${version}`}. ` +
      "Install it (Debian 13, Ubuntu 24.04: apt-get install golang-go; Debian 12: apt-get install -t bookworm-backports " +
      "golang-go; else https://go.dev/dl) and repeat.",
  );
}

/** Builds one executable and reports progress now and then. Go keeps compiled packages after an interruption. */
export async function goBuild(
  build: GoBuild,
  output: string,
  env: Readonly<Record<string, string>>,
  report: Report,
): Promise<void> {
  const variables = Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ["-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", ["-s -w", ...variables].join(" ")];
  const tags = build.tags === undefined ? [] : ["-tags", build.tags];
  const child = execa("go", ["build", ...flags, ...tags, "-o", output, build.package], {
    cwd: join(MODULES, build.module),
    env,
    stdin: "ignore",
    reject: false,
  });
  const started = Date.now();
  let fetched = 0;
  let compiled = 0;
  // Go prints every module that it fetches and every package that it has compiled, one on each line.
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n")) {
      if (line.startsWith("go: downloading")) fetched += 1;
      else if (line !== "" && !/[\s:]/.test(line)) compiled += 1;
    }
  });
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    report(`… ${seconds} s: ${fetched} modules fetched, ${compiled} packages compiled`);
  }, HEARTBEAT_MS);
  const { failed, stderr, shortMessage } = await child.finally(() => clearInterval(timer));
  if (failed) throw new Error(`${shortMessage}\n${essence(stderr)}`);
}

/** The last lines that are not progress. */
function essence(output: string): string {
  const lines = output.split("\n").filter((line) => /[\s:]/.test(line) && !line.startsWith("go: downloading"));
  return lines.slice(-15).join("\n");
}
