import { link, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, cachedPath, hashInputs } from "../cache.ts";
import { type GoBuild, goBuild, goEnvironment, goModule } from "../goBuild.ts";
import type { Report } from "../step.ts";
import { isExecutable, linkPlugin, linkTarget, pluginPath } from "./home.ts";
import { buildHost, checkHost, hostFiles, hostTools } from "./host.ts";
import { versionOf } from "./present.ts";
import { CLI_VERSION, type Plugin } from "./versions.ts";

/** The names of the products in the cache, for undo. */
export const PRODUCTS = ["pulumi-cli", "pulumi-plugin", "pulumi"] as const;

const CLI: GoBuild = {
  module: "cli",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": CLI_VERSION },
};

const HERE = `${process.platform}-${process.arch}`;

/** The place of the built CLI and language host, whether or not they exist yet. */
export async function cliProduct(): Promise<{ hash: string; cliHash: string; bin: string }> {
  const cliHash = await hashInputs({ files: goModule(CLI.module), strings: [HERE, JSON.stringify(CLI)] });
  const hash = await hashInputs({ files: hostFiles, strings: [cliHash, ...hostTools] });
  return { hash, cliHash, bin: join(cachedPath("pulumi", hash), "bin") };
}

/** The place of a built plugin, whether or not it exists yet. */
export async function pluginProduct(plugin: Plugin): Promise<{ hash: string; build: GoBuild; executable: string }> {
  const build = {
    module: "plugins",
    package: `./${plugin.name}`,
    tags: "no_compose",
    variables: { "main.version": plugin.version },
  };
  const sources = [`${plugin.name}/main.go`, `shim/${plugin.name}/go.mod`, `shim/${plugin.name}/shim.go`];
  const files = goModule(build.module, "internal/bridge/bridge.go", ...sources);
  const hash = await hashInputs({ files, strings: [HERE, JSON.stringify(build)] });
  const executable = join(cachedPath("pulumi-plugin", hash), `pulumi-resource-${plugin.name}`);
  return { hash, build, executable };
}

/** Whether the CLI, its language host and all plugins are built and linked. */
export async function isBuilt(home: string, plugins: readonly Plugin[]): Promise<boolean> {
  const { bin } = await cliProduct();
  const checks = plugins.map(async (plugin) => {
    const { executable } = await pluginProduct(plugin);
    return (await linkTarget(pluginPath(home, plugin))) === executable && (await isExecutable(executable));
  });
  return (await isExecutable(join(bin, "pulumi"))) && (await Promise.all(checks)).every(Boolean);
}

/** Builds the CLI from its Go module and the language host from its sources, if they are missing. */
export async function buildCli(report: Report): Promise<string> {
  const { hash, cliHash, bin } = await cliProduct();
  const cli = await cached("pulumi-cli", cliHash, async (directory) => {
    report(`building the Pulumi CLI ${CLI_VERSION} from its Go module (two to five minutes the first time)`);
    const executable = join(directory, "pulumi");
    await goBuild(CLI, executable, await goEnvironment(), report);
    const version = await versionOf(executable);
    if (version !== CLI_VERSION) throw new Error(`the built CLI has version ${version}, not ${CLI_VERSION}`);
  });
  await cached("pulumi", hash, async (directory) => {
    report("bundling the Node.js language host with the SDK's own protocol");
    await mkdir(join(directory, "bin"));
    // The CLI looks for language hosts beside its own file, which must not be a symbolic link for that.
    await link(join(cli, "pulumi"), join(directory, "bin/pulumi"));
    const host = join(directory, "bin/pulumi-language-nodejs");
    await buildHost(host);
    await checkHost(host);
  });
  return bin;
}

/** Builds a plugin, if it is missing, and links it into a home of the CLI. */
export async function buildPlugin(plugin: Plugin, home: string, report: Report): Promise<void> {
  const { hash, build, executable } = await pluginProduct(plugin);
  const name = `pulumi-resource-${plugin.name}`;
  await cached("pulumi-plugin", hash, async (directory) => {
    report(`building the plugin ${plugin.name} ${plugin.version} from Go modules (up to three minutes the first time)`);
    await goBuild(build, join(directory, name), await goEnvironment(), report);
    const { stdout } = await execa(join(directory, name), ["-version"]);
    if (stdout !== plugin.version) throw new Error(`the built plugin ${plugin.name} has version ${stdout}`);
  });
  await linkPlugin(home, plugin, executable);
}
