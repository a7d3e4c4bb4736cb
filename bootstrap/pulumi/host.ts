import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build, version } from "esbuild";

const SOURCES = join(import.meta.dirname, "host");
const FILES = ["command.ts", "dependencies.ts", "main.ts", "options.ts", "processes.ts", "rpc.ts", "service.ts"];

/** The language host's sources. */
export const hostFiles: readonly string[] = FILES.map((file) => join(SOURCES, file));

const { version: sdk }: { version: string } = createRequire(import.meta.url)("@pulumi/pulumi/package.json");

/** Other inputs of the language host: the versions of the bundler and of the SDK. */
export const hostTools: readonly string[] = [`esbuild ${version}`, `sdk ${sdk}`];

/** Bundles the language host with the SDK's protocol into one executable file that needs only Node.js. */
export async function buildHost(executable: string): Promise<void> {
  await build({
    entryPoints: [join(SOURCES, "main.ts")],
    outfile: executable,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "silent",
  });
  await chmod(executable, 0o755);
}

/** Starts the language host as the engine does and waits for the port that it must print. */
export async function checkHost(executable: string): Promise<void> {
  const child = spawn(executable, ["127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const exit = once(child, "exit");
  try {
    const [line] = await Promise.race([once(child.stdout, "data"), exit]);
    if (!/^\d+\n/.test(String(line))) throw new Error(`${executable} does not print its port`);
  } finally {
    child.stdin.end();
    await exit;
    clearTimeout(timer);
  }
}
