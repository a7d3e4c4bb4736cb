import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import type { Report } from "../step.ts";
import { versionOf } from "./present.ts";
import { CLI_VERSION } from "./versions.ts";

/** The URL at which the vendor publishes the CLI and its checksums. */
export const VENDOR = "https://get.pulumi.com/releases/sdk";

const PROBE_MS = 3000;
const DOWNLOAD_MS = 600_000;

/** The vendor's archive for a platform; undefined if there is none that this step can unpack. */
export function archiveName(platform: string, arch: string, version: string = CLI_VERSION): string | undefined {
  if (platform !== "linux" && platform !== "darwin") return undefined;
  if (arch !== "x64" && arch !== "arm64") return undefined;
  return `pulumi-v${version}-${platform}-${arch}.tar.gz`;
}

/** Whether the vendor's host offers the archive and answers within PROBE_MS. */
export async function isReachable(archive: string, vendor: string = VENDOR): Promise<boolean> {
  try {
    const answer = await fetch(`${vendor}/${archive}`, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Downloads the vendor's archive, verifies it, and unpacks its executables into `<directory>/bin`. */
export async function downloadRelease(
  directory: string,
  archive: string,
  report: Report,
  vendor: string = VENDOR,
): Promise<void> {
  const expected = checksumOf(archive, await (await get(`${vendor}/pulumi-${CLI_VERSION}-checksums.txt`)).text());
  const file = join(directory, archive);
  const { body } = await get(`${vendor}/${archive}`);
  if (body === null) throw new Error(`${archive}: the answer is empty`);
  await pipeline(body, createWriteStream(file));
  const actual = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  if (actual !== expected) throw new Error(`${archive}: SHA-256 is ${actual}, published is ${expected}`);
  report(`${archive}: its SHA-256 is the published one`);
  const bin = join(directory, "bin");
  await mkdir(bin);
  await execa("tar", ["-xzf", file, "-C", bin, "--strip-components=1"]);
  await rm(file);
  const version = await versionOf(join(bin, "pulumi"));
  if (version !== CLI_VERSION) throw new Error(`${archive}: contains version ${version}, not ${CLI_VERSION}`);
}

/** The checksum of a file in a list of "<checksum>  <file>" lines. */
export function checksumOf(file: string, list: string): string {
  for (const line of list.split("\n")) {
    const [checksum, name] = line.trim().split(/\s+\*?/);
    if (name === file && checksum !== undefined) return checksum.toLowerCase();
  }
  throw new Error(`${file}: no published checksum`);
}

async function get(url: string): Promise<Response> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer;
}
