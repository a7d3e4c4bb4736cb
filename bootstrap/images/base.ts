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
import { contextOf, filesOf, hashImage, LABELS } from "./stand-ins.ts";

/** The Debian release whose versions of the programs are closest to the official images'. */
const SUITE = "sid";
const INCLUDE = "ca-certificates";
/** The name in the cache of the system's archive. */
export const ARCHIVE_NAME = "debian-base";
/** The Debian packages that were absent before and that the stand-ins' base needed. */
export const imagesState = stateOf<{ readonly packages: readonly string[] }>("images");
export const BASE_REPOSITORY = "foobar/stand-in-base";
/** Paths that are left out of the archive: only the building machine needs them, or they are documentation. */
const UNNEEDED = [
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

/** The URL of Debian's archive that this machine's apt uses, such as a local mirror, from `apt-get indextargets`. */
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

const ROOT_NEEDED =
  "Stand-ins for images that no registry provides are made with debootstrap, which needs root on Debian or Ubuntu. " +
  "Run this command once with sudo, or load the images into the engine yourself (docker load).";

async function requireDebootstrap(report: Report): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(ROOT_NEEDED);
  const { exitCode } = await execa("debootstrap", ["--version"], { reject: false });
  if (exitCode === 0) return;
  report("installing debootstrap, which makes the stand-ins' base system");
  await updateLists(report);
  await aptInstall(["debootstrap"], false, recordPackages(imagesState), report);
}

/** Makes the base system's archive in `folder`, in a mount namespace of its own: a kill leaves nothing mounted. */
async function bootstrapSystem(folder: string, report: Report): Promise<void> {
  const system = join(folder, "system");
  await mkdir(system);
  const source = await mirror();
  const options = [
    "--variant=minbase",
    `--include=${INCLUDE}`,
    SUITE,
    system,
    ...(source === undefined ? [] : [source]),
  ];
  const child = execa("unshare", ["--mount", "--propagation", "private", "debootstrap", ...options], { all: true });
  let count = 0;
  for await (const line of child.iterable({ from: "all" })) {
    // About 300 lines, one for each package and phase.
    if (/^I: (Retrieving|Unpacking|Configuring) /.test(line) && ++count % 50 === 0) report(line.slice(3));
  }
  await child;
  const left = UNNEEDED.flatMap((path) => ["--exclude", path]);
  await execa("tar", ["-C", system, "--numeric-owner", ...left, "-cf", join(folder, "system.tar"), "."]);
  await rm(system, { recursive: true, force: true });
}

/** The hash of the base's inputs; the stand-ins' hashes depend on it. */
export async function hashBase(): Promise<string> {
  return hashImage("base", SUITE, INCLUDE, ...UNNEEDED);
}

/** The base image's name. If the engine lacks the image, it is made, from the cached archive if there is one. */
export async function provideBase(docker: Docker, report: Report): Promise<string> {
  const hash = await hashBase();
  const name = `${BASE_REPOSITORY}:${hash}`;
  const present = await docker
    .getImage(name)
    .inspect()
    .catch(() => undefined);
  if (present !== undefined) return name;
  const archive = await cached(
    ARCHIVE_NAME,
    await hashInputs({ strings: [SUITE, INCLUDE, ...UNNEEDED] }),
    async (folder) => {
      await requireDebootstrap(report);
      report(`making a minimal Debian ${SUITE} with debootstrap, for all stand-ins (about 25 s)`);
      await bootstrapSystem(folder, report);
    },
  );
  report("importing the base system into the engine");
  const imported = `${BASE_REPOSITORY}:imported`;
  const ours = { [LABELS.program]: "base", [LABELS.inputs]: hash };
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
