import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Report } from "../step.ts";

const lists = "/var/lib/apt/lists";
const policyFile = "/usr/sbin/policy-rc.d";
const policyMark = "# Written for one installation by foobar's bootstrap; safe to delete.";
const quiet = { env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" } } as const;
const day = 86_400_000;

/** apt's package lists are missing or older than a day; an old list names files that the mirror no longer has. */
export function listsAreOld(changed: readonly number[], now: number): boolean {
  return changed.every((time) => now - time > day);
}

async function listTimes(): Promise<number[]> {
  const names = await readdir(lists).catch(() => []);
  const packages = names.filter((name) => /_Packages|InRelease$/.test(name));
  return Promise.all(packages.map(async (name) => (await stat(join(lists, name))).ctimeMs));
}

/** The version that `apt-cache policy` would install, from its output. */
export function parseCandidate(policy: string): string | undefined {
  const version = /^\s*Candidate:\s*(\S+)/m.exec(policy)?.[1];
  return version === "(none)" ? undefined : version;
}

/** The version of a package that apt would install, or undefined where it knows none. */
export async function candidate(name: string): Promise<string | undefined> {
  const { stdout } = await execa("apt-cache", ["policy", name], { ...quiet, reject: false });
  return parseCandidate(stdout);
}

/** Reads the package lists anew where they are missing or older than a day. One dead extra source is no failure. */
export async function updateLists(report: Report, always = false): Promise<void> {
  if (!always && !listsAreOld(await listTimes(), Date.now())) return;
  report("apt-get update: the package lists are missing or old");
  const { exitCode, stderr } = await execa("apt-get", ["update", "-q"], { ...quiet, reject: false });
  if (exitCode !== 0) report(`apt-get update had problems, going on with what it got: ${stderr.split("\n")[0]}`);
}

/**
 * Without systemd a package's start script would run a service that nobody watches and that we could not stop:
 * holds such scripts back while `work` runs, and leaves a policy-rc.d that the machine has itself untouched.
 */
async function withoutServices<T>(systemd: boolean, work: () => Promise<T>): Promise<T> {
  const present = await readFile(policyFile, "utf8").catch(() => undefined);
  if (systemd || (present !== undefined && !present.includes(policyMark))) return work();
  await writeFile(policyFile, `#!/bin/sh\n${policyMark}\nexit 101\n`, { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(policyFile, { force: true });
  }
}

/** What one line of apt-get says, where a person watching would want to know it. */
export function progressOf(line: string): string | undefined {
  const setup = /^Setting up (\S+) \(([^)]+)\)/.exec(line);
  if (setup) return `installed ${setup[1]?.replace(/:\w+$/, "")} ${setup[2]}`;
  return /^(Need to get|Fetched) .+/.exec(line)?.[0];
}

async function runInstall(names: readonly string[], report: Report): Promise<void> {
  // A dpkg that was killed half-way refuses all work until this is done; where nothing is half-way it does nothing.
  await execa("dpkg", ["--configure", "-a"], { ...quiet, reject: false });
  const lockWait = ["-o", "DPkg::Lock::Timeout=120"];
  const child = execa("apt-get", [...lockWait, "install", "-y", "-q", "--no-install-recommends", ...names], {
    ...quiet,
    all: true,
    stdin: "ignore",
  });
  for await (const line of child.iterable({ from: "all" })) {
    const progress = progressOf(line);
    if (progress !== undefined) report(progress);
  }
  await child;
}

/** The packages that are new in a simulated installation's output (one that is upgraded has its old version in []). */
export function parseAdded(simulation: string): string[] {
  return [...simulation.matchAll(/^Inst (\S+) (?!\[)/gm)].flatMap((match) => match[1] ?? []);
}

/**
 * Installs Debian packages; a failure is tried once more with fresh lists.
 * @param record Told the packages that were absent before anything is installed: an interruption must not hide them.
 */
export async function aptInstall(
  names: readonly string[],
  systemd: boolean,
  record: (absent: readonly string[]) => Promise<void>,
  report: Report,
): Promise<void> {
  const simulation = await execa("apt-get", ["install", "-s", "--no-install-recommends", ...names], quiet);
  await record(parseAdded(simulation.stdout));
  await withoutServices(systemd, async () => {
    try {
      await runInstall(names, report);
    } catch (error) {
      report(`The installation failed (${error instanceof Error ? error.message.split("\n")[0] : error}): once more`);
      await updateLists(report, true);
      await runInstall(names, report);
    }
  });
}

/** Removes packages that we installed; their configuration and data stay. */
export async function aptRemove(names: readonly string[]): Promise<void> {
  await execa("apt-get", ["remove", "-y", "-q", ...names], { ...quiet, stdin: "ignore" });
}
