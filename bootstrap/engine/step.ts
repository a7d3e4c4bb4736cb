import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Provision, Report, Step } from "../step.ts";
import { aptInstall, aptRemove, candidate, updateLists } from "./apt.ts";
import { askEngine, DEFAULT_ENDPOINT } from "./client.ts";
import { startEngine, stopEngine } from "./daemon.ts";
import { chooseRoute, type Machine } from "./route.ts";
import { engineState, recordPackages } from "./state.ts";

export { stopEngine } from "./daemon.ts";

const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Finds a program on PATH or in the folders of root's PATH: dockerd is in sbin. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function inspectMachine(): Machine {
  return {
    platform: process.platform,
    root: process.getuid?.() === 0,
    dockerd: findProgram("dockerd"),
    apt: findProgram("apt-get") !== undefined,
    systemd: existsSync("/run/systemd/system"),
  };
}

/**
 * Docker's own packages if the machine knows their repository, else the distribution's. Some releases only recommend
 * iptables and tini (docker-init, for containers with `init: true`).
 */
export function enginePackages(vendor: string | undefined): readonly string[] {
  return vendor === undefined
    ? ["docker.io", "iptables", "tini"]
    : ["docker-ce", "docker-ce-cli", "containerd.io", "iptables"];
}

async function install(machine: Machine, report: Report): Promise<string> {
  await updateLists(report);
  let vendor = await candidate("docker-ce");
  if (vendor === undefined && (await candidate("docker.io")) === undefined) {
    await updateLists(report, true);
    vendor = await candidate("docker-ce");
  }
  const packages = enginePackages(vendor);
  report(`installing ${packages.join(", ")} with apt-get: this machine has no Docker Engine`);
  await aptInstall(packages, machine.systemd, recordPackages(engineState), report);
  const dockerd = findProgram("dockerd");
  if (dockerd === undefined) throw new Error(`${packages[0]} is installed, but brought no dockerd`);
  return dockerd;
}

async function find(endpoint: string): Promise<Provision | undefined> {
  const { version } = await askEngine(endpoint);
  return version === undefined ? undefined : { summary: `Docker Engine ${version} at ${endpoint}` };
}

async function provide(endpoint: string, report: Report): Promise<Provision> {
  const answer = await askEngine(endpoint);
  if (answer.version !== undefined) return { summary: `Docker Engine ${answer.version} at ${endpoint}` };
  const machine = inspectMachine();
  const route = chooseRoute(machine, endpoint, answer);
  if ("refusal" in route) throw new Error(route.refusal);
  const dockerd = machine.dockerd ?? (await install(machine, report));
  const version = await startEngine(route.start, dockerd, endpoint, report);
  const origin = route.install ? "installed and started" : "was installed, started";
  return { summary: `Docker Engine ${version} at ${endpoint} (${origin})` };
}

async function undo(): Promise<string> {
  const stopped = await stopEngine();
  const { packages = [] } = await engineState.read();
  if (packages.length > 0) await aptRemove(packages);
  await engineState.clear();
  const done = [
    ...(stopped ? ["stopped the engine"] : []),
    ...(packages.length > 0
      ? [`removed ${packages.join(", ")}; /var/lib/docker stays, because it may contain your data`]
      : []),
  ];
  return done.length === 0 ? "engine: nothing had been provided" : `engine: ${done.join("; ")}`;
}

/** Provides a Docker Engine that answers at `endpoint`. An existing one is used unchanged, whoever runs it. */
export function engineStep(endpoint = DEFAULT_ENDPOINT): Step {
  return {
    name: "engine",
    why: "every server of the stack is a set of containers on a Docker Engine",
    find: () => find(endpoint),
    provide: (report) => provide(endpoint, report),
    undo,
  };
}
