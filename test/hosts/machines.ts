import { access, chmod, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { execa } from "execa";
import type { Sshd } from "../../bootstrap/sshd.ts";

const HOST = fileURLToPath(new URL("host.sh", import.meta.url));

/** A machine beside this one, with an engine and an ssh server. */
export interface TestHost {
  readonly name: string;
  /** Its address in the LAN. */
  readonly address: string;
  /** ssh://root@ADDRESS, for the program. */
  readonly endpoint: string;
  /** Its engine by a socket, for the test alone: it answers while the cable is out. */
  readonly engine: Docker;
}

/** What the hosts of one test run have in common. */
export interface Machines {
  /** The folder of the test run. Its name is the beginning of the names of namespaces and control groups. */
  readonly folder: string;
  /** This machine's network device in the LAN of the hosts. */
  readonly link: string;
  /** This machine's address in the LAN, with the prefix length. */
  readonly address: string;
  readonly sshd: Sshd;
}

/** The home of a host: its settings, its disk, its logs and its engine's socket. */
export function homeOf(folder: string, name: string): string {
  return join(hostsOf(folder), name);
}

/**
 * Writes the program that switches the hosts on and off: host.sh, with the settings of these hosts.
 * @returns its path
 */
export async function writeProgram({ folder, link, address, sshd }: Machines): Promise<string> {
  const settings = {
    ...ownSettings(folder),
    HOSTS_LINK: link,
    HOSTS_ADDRESS: address,
    HOSTS_SSHD: sshd.program,
    HOSTS_SSHD_LIBRARIES: sshd.libraries ?? "",
  };
  const program = join(folder, "machines");
  const words = Object.entries(settings).map(([name, value]) => `'${name}=${value}'`);
  await writeFile(program, `#!/bin/sh\nexec env ${words.join(" ")} '${HOST}' "$@"\n`);
  await chmod(program, 0o755);
  return program;
}

/** Removes the hosts of a test run with their disks, if it has any; the run may be over. */
export async function removeHosts(folder: string): Promise<void> {
  const hosts = hostsOf(folder);
  const areThere = await access(hosts).then(
    () => true,
    () => false,
  );
  if (!areThere) return;
  await execa(HOST, ["down"], { env: ownSettings(folder) });
  await rm(hosts, { recursive: true, force: true });
}

/** The settings that are needed to remove the hosts. */
function ownSettings(folder: string) {
  return { HOSTS_NAME: basename(folder), HOSTS_FOLDER: hostsOf(folder) };
}

function hostsOf(folder: string): string {
  return join(folder, "hosts");
}
