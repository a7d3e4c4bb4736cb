import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { familiarName } from "../../engine/reference.ts";
import type { Report } from "../step.ts";
import { hashBase } from "./base.ts";
import { buildImage, finishImage } from "./build.ts";
import { goVersion, hashGoProgram, isGoProgram, provideGoProgram } from "./goPrograms.ts";
import { fetchNodeTools, NODE_TOOLS } from "./nodeTools.ts";
import {
  contextOf,
  hashImage,
  LABELS,
  mismatchOf,
  PACKAGE_OF,
  type PackagedProgram,
  type Program,
  refusalOf,
  upstreamVersion,
  type Wanted,
} from "./stand-ins.ts";

/** The environment variables with the program's version in the official images; some scripts read them. */
const VERSION_VARIABLE: Readonly<Partial<Record<Program, string>>> = {
  haproxy: "HAPROXY_VERSION",
  nginx: "NGINX_VERSION",
  node: "NODE_VERSION",
  mysql: "MYSQL_VERSION",
};

/** The hash of a stand-in's inputs. A stand-in with another hash in its label is out of date. */
export async function standInHash({ program, name }: Wanted): Promise<string> {
  return hashImage(
    program,
    await hashBase(),
    familiarName(name),
    ...(program === "node" ? Object.values(NODE_TOOLS) : []),
    ...(isGoProgram(program) ? [await hashGoProgram(program)] : []),
  );
}

/** Runs `work` with a copy of the image's folder that also has the files fetched for it. */
async function withContext<T>(program: Program, report: Report, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `stand-in-${program}-`));
  try {
    await cp(contextOf(program), folder, { recursive: true });
    if (program === "node") await cp(await fetchNodeTools(report), folder, { recursive: true });
    if (isGoProgram(program)) await cp(await provideGoProgram(program, report), folder, { recursive: true });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks the image's package manager for the program's version; the program itself may need a configuration first. */
async function versionIn(docker: Docker, id: string, program: PackagedProgram): Promise<string> {
  const container = await docker.createContainer({
    Image: id,
    Entrypoint: ["dpkg-query", "--show", PACKAGE_OF[program]],
    Cmd: [],
    Tty: true,
    User: "root",
    HostConfig: { NetworkMode: "none" },
  });
  try {
    await container.start();
    await container.wait();
    const shown = (await container.logs({ stdout: true })).toString().trim();
    const version = shown.split("\t")[1];
    if (version === undefined) throw new Error(`${program}: the image does not show its version: ${shown}`);
    return upstreamVersion(version);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** A line that names the stand-in, or the reason why none was made. */
export type Made = { readonly made: string } | { readonly refusal: string };

/**
 * Builds the stand-in for an official image on the base image, and gives it that image's name if the name is true of
 * the built version.
 */
export async function makeStandIn(docker: Docker, wanted: Wanted, base: string, report: Report): Promise<Made> {
  const { program, name } = wanted;
  const begin = Date.now();
  const say = (line: string) => report(`${program}: ${line}`);
  say(
    `building the stand-in for ${name} from ${isGoProgram(program) ? "its Go module" : `Debian's ${PACKAGE_OF[program]}`}`,
  );
  const id = await withContext(program, say, async (folder) =>
    buildImage(docker, folder, await readdir(folder), { BASE: base }, say),
  );
  const version = await (isGoProgram(program) ? goVersion(program) : versionIn(docker, id, program));
  const refusal = refusalOf(wanted, version);
  if (refusal !== undefined) return { refusal };
  const marks = {
    [LABELS.program]: program,
    [LABELS.standsFor]: familiarName(name),
    [LABELS.version]: version,
    [LABELS.inputs]: await standInHash(wanted),
  };
  const variable = VERSION_VARIABLE[program];
  await finishImage(docker, id, name, marks, variable === undefined ? {} : { [variable]: version });
  say(`the stand-in for ${name} has ${program} ${version} (${((Date.now() - begin) / 1000).toFixed(0)} s)`);
  const mismatch = mismatchOf(wanted, version);
  if (mismatch !== undefined) say(mismatch);
  return { made: `${name} (stand-in with ${program} ${version})` };
}
