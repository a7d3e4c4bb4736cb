import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { cached, hashInputs } from "../cache.ts";
import { aptInstall, updateLists } from "../engine/apt.ts";
import { recordPackages, stateOf } from "../engine/state.ts";
import type { Report } from "../step.ts";
import { buildImage, finishImage, importImage } from "./build.ts";
import { contextOf, filesOf, hashImage, labels } from "./stand-ins.ts";

/** The Debian release that has the programs in versions near the official images'. */
const suite = "sid";
const include = "ca-certificates";
/** The name in the cache of the system's archive. */
export const archiveName = "debian-base";
/** The Debian packages that were absent before and that the stand-ins' base needed. */
export const imagesState = stateOf<{ readonly packages: readonly string[] }>("images");
export const baseRepository = "foobar/stand-in-base";
/** Left out of the archive: what only the building machine needs, and documentation. */
const unneeded = [
  "./dev/*",
  "./proc/*",
  "./sys/*",
  "./run/*",
  "./tmp/*",
  "./var/cache/apt/*",
  "./var/lib/apt/lists/*",
  "./var/log/*",
  "./etc/resolv.conf",
  "./usr/share/doc/*",
  "./usr/share/info/*",
  "./usr/share/locale/*",
  "./usr/share/man/*",
];

/** Debian's archive as this machine's apt has it (a local mirror, say), from `apt-get indextargets`. */
export function parseMirror(targets: string): string | undefined {
  return targets
    .split("\n")
    .map((line) => line.split("|"))
    .find(([origin, , label]) => origin === "Debian" && label === "Debian")?.[1];
}

async function mirror(): Promise<string | undefined> {
  const format = "$(ORIGIN)|$(REPO_URI)|$(LABEL)";
  const { stdout } = await execa("apt-get", ["indextargets", "--format", format, "Created-By: Packages"], {
    reject: false,
  });
  return parseMirror(stdout);
}

const rootNeeded =
  "Stand-ins for images that no registry gives are made with debootstrap, which needs root on Debian or Ubuntu. " +
  "Run this command once with sudo, or load the images into the engine yourself (docker load).";

async function requireDebootstrap(report: Report): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(rootNeeded);
  const { exitCode } = await execa("debootstrap", ["--version"], { reject: false });
  if (exitCode === 0) return;
  report("Installing debootstrap, which makes the stand-ins' base system");
  await updateLists(report);
  await aptInstall(["debootstrap"], false, recordPackages(imagesState), report);
}

/** Makes the base system's archive in `folder`. In its own mount namespace: a kill leaves nothing mounted behind. */
async function bootstrapSystem(folder: string, report: Report): Promise<void> {
  const system = join(folder, "system");
  await mkdir(system);
  const source = await mirror();
  const options = [
    "--variant=minbase",
    `--include=${include}`,
    suite,
    system,
    ...(source === undefined ? [] : [source]),
  ];
  const child = execa("unshare", ["--mount", "--propagation", "private", "debootstrap", ...options], { all: true });
  let count = 0;
  for await (const line of child.iterable({ from: "all" })) {
    // About 300 lines, one a package and phase.
    if (/^I: (Retrieving|Unpacking|Configuring) /.test(line) && ++count % 50 === 0) report(line.slice(3));
  }
  await child;
  const left = unneeded.flatMap((path) => ["--exclude", path]);
  await execa("tar", ["-C", system, "--numeric-owner", ...left, "-cf", join(folder, "system.tar"), "."]);
  await rm(system, { recursive: true, force: true });
}

/** Hash of what the base is made from; the stand-ins' hashes contain it. */
export async function hashBase(): Promise<string> {
  return hashImage("base", suite, include, ...unneeded);
}

/** The base image's name; made where the engine does not have it, from the cached archive where that is there. */
export async function provideBase(docker: Docker, report: Report): Promise<string> {
  const hash = await hashBase();
  const name = `${baseRepository}:${hash}`;
  const present = await docker
    .getImage(name)
    .inspect()
    .catch(() => undefined);
  if (present !== undefined) return name;
  const archive = await cached(
    archiveName,
    await hashInputs({ strings: [suite, include, ...unneeded] }),
    async (folder) => {
      await requireDebootstrap(report);
      report(`Making a minimal Debian ${suite} with debootstrap, for all stand-ins (about 25 s)`);
      await bootstrapSystem(folder, report);
    },
  );
  report("Importing the base system into the engine");
  const imported = `${baseRepository}:imported`;
  const ours = { [labels.program]: "base", [labels.inputs]: hash };
  await importImage(docker, createReadStream(join(archive, "system.tar")), imported, ours);
  const id = await buildImage(
    docker,
    contextOf("base"),
    await filesOf("base"),
    { IMPORTED: imported },
    () => undefined,
  );
  await finishImage(docker, id, name, ours, {});
  await docker.getImage(imported).remove();
  return name;
}
