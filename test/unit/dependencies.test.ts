import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { parse } from "yaml";
import { ROOT } from "../../operations/stack/project.ts";

const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8"));
const { scripts, dependencies, devDependencies } = json("package.json");

/** Scripts for contributors; every other script is for users. */
const FOR_DEVELOPERS = /^(test|check|fix|settings|bench)/;

/** What makes a bundle while the project runs, and where the bundle begins. */
const BUNDLES: Readonly<Record<string, string>> = {
  "agent/bundle.ts": "agent/main.ts",
  "app/bundle.ts": "app/main.ts",
  "bootstrap/pulumi/host.ts": "bootstrap/pulumi/host/main.ts",
  "components/monitoring/board/bundle.ts": "components/monitoring/board/page/main.ts",
  "operations/drills/database/bundle.ts": "operations/drills/database/writer.ts",
};

const PRELOAD = "./bootstrap/node/preload.mjs";

/** Modules outside the project that are imported from each file that can be reached from these. */
async function importsFrom(entryPoints: readonly string[]): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...entryPoints],
    outdir: "unwritten",
    write: false,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    loader: { ".css": "text", ".svg": "text" },
    metafile: true,
    logLevel: "silent",
  });
  return new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      file,
      imports.flatMap(({ external, path }) => (external && !isBuiltin(path) ? [path] : [])),
    ]),
  );
}

/** "@pulumi/pulumi/runtime" is a part of the package @pulumi/pulumi. */
const packageOf = (module: string) =>
  module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");

describe("the dependencies", () => {
  const commands = Object.entries<string>(scripts)
    .filter(([name]) => !FOR_DEVELOPERS.test(name))
    .map(([, line]) => line.split(" "));
  const files = commands.flat().filter((word) => word.endsWith(".ts"));

  it("are the packages that the program, its policies, its commands and their bundles import, and no others", async () => {
    const nodeArgs: string = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).runtime.options.nodeargs;
    const loaders = [...nodeArgs.matchAll(/--import (\S+)/g)].flatMap(([, name]) => name ?? []);
    const entryPoints = ["index.ts", "policy/pack.ts", PRELOAD, ...loaders, ...files, ...Object.values(BUNDLES)];
    const imports = [...(await importsFrom(entryPoints)).values()].flat();
    assert.deepEqual(Object.keys(dependencies).sort(), [...new Set(imports.map(packageOf))].sort());
  });

  it("of the search for a newer Node.js are none, and every command begins with that search", async () => {
    const imports = [...(await importsFrom([PRELOAD])).values()].flat();
    assert.deepEqual([...new Set(imports.map(packageOf))].sort(), ["semver", "tsx"]);
    for (const line of Object.values<string>(scripts)) {
      for (const command of line.split(" && ").filter((part) => part.includes(".ts"))) {
        assert.match(command, new RegExp(`^exec node --import ${PRELOAD} \\S+\\.ts`));
      }
    }
  });

  it("take every bundle into account", async () => {
    const imports = await importsFrom(["index.ts", ...files]);
    const bundlers = [...imports].flatMap(([file, modules]) => (modules.includes("esbuild") ? [file] : []));
    assert.deepEqual(bundlers.sort(), Object.keys(BUNDLES));
  });

  it("are exact versions, and the same in the lock file", () => {
    const { "": root } = json("package-lock.json").packages;
    assert.deepEqual(root.dependencies, dependencies);
    assert.deepEqual(root.devDependencies, devDependencies);
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+$/, name);
    }
  });
});
