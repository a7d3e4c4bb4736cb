import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Report } from "../step.ts";

const LISTS = "/var/lib/apt/lists";
const POLICY_FILE = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# Written for one installation by foobar's bootstrap; safe to delete.";
const QUIET = { env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" } } as const;
const DAY_MS = 86_400_000;

/** Whether apt's package lists are missing or older than a day: old lists name files that the mirror no longer has. */
export function listsAreOld(changed: readonly number[], now: number): boolean {
  return changed.every((time) => now - time > DAY_MS);
}

async function listTimes(): Promise<number[]> {
  const names = await readdir(LISTS).catch(() => []);
  const packages = names.filter((name) => /_Packages|InRelease$/.test(name));
  return Promise.all(packages.map(async (name) => (await stat(join(LISTS, name))).ctimeMs));
}

/** The version that apt would install, from the output of `apt-cache policy`. */
export function parseCandidate(policy: string): string | undefined {
  const version = /^\s*Candidate:\s*(\S+)/m.exec(policy)?.[1];
  return version === "(none)" ? undefined : version;
}

/** The version of a package that apt would install; undefined if it knows none. */
export async function candidate(name: string): Promise<string | undefined> {
  const { stdout } = await execa("apt-cache", ["policy", name], { ...QUIET, reject: false });
  return parseCandidate(stdout);
}

/** Updates the package lists if they are missing or older than a day. A single unreachable source is no failure. */
export async function updateLists(report: Report, always = false): Promise<void> {
  if (!always && !listsAreOld(await listTimes(), Date.now())) return;
  report("apt-get update: the package lists are missing or old");
  const { exitCode, stderr } = await execa("apt-get", ["update", "-q"], { ...QUIET, reject: false });
  if (exitCode !== 0)
    report(`apt-get update had problems, going on with the lists that it got: ${stderr.split("\n")[0]}`);
}

/**
 * Prevents packages' start scripts from starting services while `work` runs: without systemd nothing would supervise
 * them, and this program could not stop them. A policy-rc.d of the machine itself stays unchanged.
 */
async function withoutServices<T>(systemd: boolean, work: () => Promise<T>): Promise<T> {
  const present = await readFile(POLICY_FILE, "utf8").catch(() => undefined);
  if (systemd || (present !== undefined && !present.includes(POLICY_MARK))) return work();
  await writeFile(POLICY_FILE, `#!/bin/sh\n${POLICY_MARK}\nexit 101\n`, { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(POLICY_FILE, { force: true });
  }
}

/** The message for the user in a line of apt-get's output; undefined: none. */
export function progressOf(line: string): string | undefined {
  const setup = /^Setting up (\S+) \(([^)]+)\)/.exec(line);
  if (setup) return `installed ${setup[1]?.replace(/:\w+$/, "")} ${setup[2]}`;
  return /^(Need to get|Fetched) .+/.exec(line)?.[0];
}

async function runInstall(names: readonly string[], report: Report): Promise<void> {
  // After a dpkg that was killed, apt-get refuses to work until this has run. Otherwise it does nothing.
  await execa("dpkg", ["--configure", "-a"], { ...QUIET, reject: false });
  const lockWait = ["-o", "DPkg::Lock::Timeout=120"];
  const child = execa("apt-get", [...lockWait, "install", "-y", "-q", "--no-install-recommends", ...names], {
    ...QUIET,
    all: true,
    stdin: "ignore",
  });
  for await (const line of child.iterable({ from: "all" })) {
    const progress = progressOf(line);
    if (progress !== undefined) report(progress);
  }
  await child;
}

/** The new packages in a simulated installation's output. An upgraded package has its old version in []. */
export function parseAdded(simulation: string): string[] {
  return [...simulation.matchAll(/^Inst (\S+) (?!\[)/gm)].flatMap((match) => match[1] ?? []);
}

/**
 * Installs Debian packages; after a failure it updates the lists and tries once more.
 * @param record gets the absent packages before anything is installed, so that an interruption does not hide them
 */
export async function aptInstall(
  names: readonly string[],
  systemd: boolean,
  record: (absent: readonly string[]) => Promise<void>,
  report: Report,
): Promise<void> {
  const simulation = await execa("apt-get", ["install", "-s", "--no-install-recommends", ...names], QUIET);
  await record(parseAdded(simulation.stdout));
  await withoutServices(systemd, async () => {
    try {
      await runInstall(names, report);
    } catch (error) {
      report(
        `the installation failed (${error instanceof Error ? error.message.split("\n")[0] : error}): trying again`,
      );
      await updateLists(report, true);
      await runInstall(names, report);
    }
  });
}

/** Removes packages that this program installed; their configuration and data stay. */
export async function aptRemove(names: readonly string[]): Promise<void> {
  await execa("apt-get", ["remove", "-y", "-q", ...names], { ...QUIET, stdin: "ignore" });
}
