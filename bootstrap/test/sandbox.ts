import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** Runs with a cache, a home and a PATH of its own, which has only the programs that these tests call. */
export async function inSandbox(run: (root: string) => Promise<void>): Promise<void> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "foobar-pulumi-")));
  await mkdir(join(root, "bin"));
  for (const tool of ["node", "tar", "gzip"]) {
    const { stdout } = await execa("sh", ["-c", `command -v ${tool}`]);
    await symlink(stdout, join(root, "bin", tool));
  }
  const sandbox = { FOOBAR_CACHE_DIR: join(root, "cache"), PULUMI_HOME: join(root, "home"), PATH: join(root, "bin") };
  const before = Object.keys(sandbox).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, sandbox);
  try {
    await run(root);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(root, { recursive: true });
  }
}

export async function writeExecutable(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
}
