import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, findCached, hashInputs, removeCached } from "../cache.ts";
import type { Provision, Report, Step } from "../step.ts";
import { missingPlugins, ownHome, unlinkPlugin, userHome } from "./home.ts";
import { buildCli, buildPlugin, cliProduct, isBuilt, PRODUCTS } from "./mirror.ts";
import { findPresentCli, type PresentCli } from "./present.ts";
import { archiveName, downloadRelease, isReachable } from "./release.ts";
import { CLI_VERSION, PLUGINS } from "./versions.ts";

/** The Pulumi CLI, its plugins and its Node.js language host. */
export function pulumiStep(): Step {
  return {
    name: "pulumi",
    why: "the Pulumi CLI, the docker, random and tls plugins and the Node.js language host run the stack's program",
    find,
    provide,
    undo,
  };
}

const RELEASE = "pulumi-release";
const ARCHIVE = archiveName(process.platform, process.arch);

async function find(): Promise<Provision | undefined> {
  const present = await findPresentCli();
  if (present !== undefined) return (await canHavePlugins()) ? usePresent(present) : undefined;
  const release = await findCached(RELEASE, await releaseHash());
  if (release !== undefined) return useRelease(release);
  return (await isBuilt(ownHome(), PLUGINS)) ? useBuilt() : undefined;
}

/** Uses, in this order: the machine's own CLI (which lacks only plugins), the vendor's release, the package mirrors. */
async function provide(report: Report): Promise<Provision> {
  const present = await findPresentCli();
  if (present !== undefined) {
    report("the plugins are missing and the vendor's download host does not answer: building them");
    for (const plugin of await missingPlugins(userHome(), PLUGINS)) await buildPlugin(plugin, userHome(), report);
    return usePresent(present);
  }
  const release = await provideRelease(report);
  if (release !== undefined) return useRelease(release);
  const bin = await buildCli(report);
  for (const plugin of PLUGINS) await buildPlugin(plugin, ownHome(), report);
  report(`built and checked: ${bin}`);
  return useBuilt();
}

/** The vendor's release in the cache; undefined if it cannot be downloaded. */
async function provideRelease(report: Report): Promise<string | undefined> {
  if (ARCHIVE === undefined) return undefined;
  if (!(await isReachable(ARCHIVE))) {
    report("the vendor's download host does not answer: building from package mirrors");
    return undefined;
  }
  try {
    report(`downloading ${ARCHIVE} from the vendor`);
    return await cached(RELEASE, await releaseHash(), (directory) => downloadRelease(directory, ARCHIVE, report));
  } catch (error) {
    report(`the vendor's release cannot be used (${error}): building from package mirrors`);
    return undefined;
  }
}

async function undo(): Promise<string> {
  const removed = [];
  for (const product of [RELEASE, ...PRODUCTS]) removed.push(...(await removeCached(product)));
  const links = await Promise.all(PLUGINS.map((plugin) => unlinkPlugin(userHome(), plugin)));
  await rm(ownHome(), { recursive: true, force: true });
  const unlinked = links.filter(Boolean).length;
  if (removed.length === 0 && unlinked === 0) return "pulumi: nothing had been provided";
  return `pulumi: removed ${removed.length} products from the cache and ${unlinked} plugin links from ${userHome()}`;
}

/** Whether the machine's own CLI has its plugins, or can download them from the vendor itself. */
async function canHavePlugins(): Promise<boolean> {
  if ((await missingPlugins(userHome(), PLUGINS)).length === 0) return true;
  return ARCHIVE !== undefined && isReachable(ARCHIVE);
}

function releaseHash(): Promise<string> {
  return hashInputs({ strings: [CLI_VERSION, process.platform, process.arch] });
}

function usePresent({ path, version }: PresentCli): Provision {
  return { summary: `Pulumi ${version} at ${path}` };
}

function useRelease(directory: string): Provision {
  return {
    summary: `Pulumi ${CLI_VERSION}, the vendor's release, at ${directory}`,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    path: [join(directory, "bin")],
  };
}

async function useBuilt(): Promise<Provision> {
  const { bin } = await cliProduct();
  return {
    summary: `Pulumi ${CLI_VERSION} and plugins, built from package mirrors, at ${bin}`,
    env: {
      PULUMI_HOME: ownHome(),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Without this the CLI would wait for downloads that cannot succeed.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    path: [bin],
  };
}
