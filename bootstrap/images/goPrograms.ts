import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, hashInputs, removeCached } from "../cache.ts";
import { type GoBuild, goBuild, goEnvironment, goModule } from "../goBuild.ts";
import type { Report } from "../step.ts";

/** A program that Debian does not have, and that is built from its Go module. */
interface GoProgram {
  readonly build: Omit<GoBuild, "variables">;
  /** The module that has the program's version. */
  readonly versioned: string;
  /** The variable of the linker that the program shows as its version. */
  readonly variable: string;
  /** The name of the executable in the image. */
  readonly executable: string;
}

/** Programs whose stand-ins are built from Go modules. */
export const GO_PROGRAMS = {
  "victoria-logs": {
    build: { module: "victoria-logs", package: "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs" },
    versioned: "github.com/VictoriaMetrics/VictoriaLogs",
    variable: "github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version",
    executable: "victoria-logs-prod",
  },
} as const satisfies Readonly<Record<string, GoProgram>>;

export type GoProgramName = keyof typeof GO_PROGRAMS;

/** Whether a program's stand-in is built from its Go module; others are from Debian's packages. */
export function isGoProgram(program: string): program is GoProgramName {
  return program in GO_PROGRAMS;
}

/** The version that is built, which the module's go.mod names. */
export async function goVersion(program: GoProgramName): Promise<string> {
  const { build, versioned } = GO_PROGRAMS[program];
  const [file = ""] = goModule(build.module);
  const line = (await readFile(file, "utf8")).split("\n").find((text) => text.trim().startsWith(`${versioned} v`));
  const version = line?.trim().split(" ")[1]?.slice(1);
  if (version === undefined) throw new Error(`${file} does not require ${versioned}`);
  return version;
}

/** The hash of what a program is built from. */
export async function hashGoProgram(program: GoProgramName): Promise<string> {
  const strings = [process.platform, process.arch, JSON.stringify(GO_PROGRAMS[program])];
  return hashInputs({ files: goModule(GO_PROGRAMS[program].build.module), strings });
}

/**
 * A folder with the executable, which is kept in the cache.
 * @throws Error if there is no Go that builds it, or no source of Go modules
 */
export async function provideGoProgram(program: GoProgramName, report: Report): Promise<string> {
  const { build, variable, executable } = GO_PROGRAMS[program];
  return cached(program, await hashGoProgram(program), async (folder) => {
    report("building the program from its Go module (two minutes the first time)");
    const variables = { [variable]: `${program}-v${await goVersion(program)}` };
    await goBuild({ ...build, variables }, join(folder, executable), await goEnvironment(), report);
  });
}

/** Removes the built programs; resolves to the removed folders. */
export async function removeGoPrograms(): Promise<string[]> {
  return (await Promise.all(Object.keys(GO_PROGRAMS).map(removeCached))).flat();
}
