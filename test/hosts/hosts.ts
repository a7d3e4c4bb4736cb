import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { provideSshd } from "../../bootstrap/sshd.ts";
import { addressIn, bitsOf } from "../../config/subnets.ts";
import { engineClient } from "../../engine/client.ts";
import { eventually } from "../../engine/eventually.ts";
import { ownMachineMissing } from "../ownMachine.ts";
import { createSshUser, loginsIn, type SshdConfig, writeSshdConfig } from "../ssh.ts";
import { sshMissing } from "../sshServer.ts";
import type { Slot } from "../stacks.ts";
import { bootWithImages } from "./images.ts";
import { homeOf, removeHosts, type TestHost, writeProgram } from "./machines.ts";
import { formSwarm, rejoinSwarm } from "./swarm.ts";

/** The place of this machine in the LAN, and that of the first host. */
const OWN_PLACE = 1;
const FIRST_PLACE = 11;
const SSH_PORT = 22;

export type { TestHost } from "./machines.ts";

/** Machines in one LAN, in which this machine is, too. */
export interface TestHosts {
  /** In the order of the names. */
  readonly hosts: readonly TestHost[];
  host(name: string): TestHost;
  /** The folder of an `ssh` that has a configuration, a key and known hosts of its own. */
  readonly path: string;
  /** A program that takes `off`, `on`, `cut`, `mend` or `wipe`, and a host's name; it ends when that is done. */
  readonly machines: string;
  readonly lan: {
    readonly subnet: string;
    /** An address of the LAN. Nothing has those at the places from 100 on. */
    address(place: number): string;
  };
  /** Joins the hosts in one swarm: the named ones as its managers, the others as workers. */
  swarm(...managers: string[]): Promise<void>;
  /** Joins an empty host to the swarm again, as what it was. What the swarm still knows of it goes away. */
  rejoin(name: string): Promise<void>;
  /** A power cut: nobody is told. The disk stays. */
  off(name: string): Promise<void>;
  /** Boots a host; resolves when its engine answers. */
  on(name: string): Promise<void>;
  /** Pulls the network cable. */
  cut(name: string): Promise<void>;
  mend(name: string): Promise<void>;
  /** Boots a host that is off with an empty disk. Its ssh key and its boot unit are as before. */
  wipe(name: string): Promise<void>;
  /** Installs the text of a systemd unit, whose command runs at each boot as soon as the engine answers. */
  bootUnit(name: string, text: string): Promise<void>;
  /** The number of logins so far. */
  logins(name: string): Promise<number>;
  /** Lets the user know another key of a host, or the right one again. */
  mistake(name: string, isMistaken: boolean): Promise<void>;
  /** Runs a command in a host; resolves to its output. */
  inside(name: string, ...command: string[]): Promise<string>;
  /** Removes all hosts with their disks; it may be called again. */
  stop(): Promise<void>;
}

/** The reason why this machine cannot have others beside it; undefined: it can. */
export async function hostsMissing(): Promise<string | undefined> {
  const reason = (await ownMachineMissing()) ?? (await sshMissing());
  if (reason !== undefined) return reason;
  const tunnel = ["link", "add", "probe", "type", "vxlan", "id", "1", "dstport", "4789"];
  return execa("unshare", ["--net", "ip", ...tunnel]).then(
    () => undefined,
    () => "the kernel has no VXLAN, which networks between machines need",
  );
}

interface Options {
  /** The folder of the test stack, for the disks. Whoever removes the stack removes the hosts as well. */
  readonly folder: string;
  readonly slot: Slot;
  readonly names: readonly string[];
  /** Images of this machine's engine that each host is to have. */
  readonly images?: readonly string[];
  /** Further settings of the ssh servers. */
  readonly sshdLines?: string;
}

/** Starts machines beside this one. */
export async function startHosts({ folder, slot, names, images = [], sshdLines = "" }: Options): Promise<TestHosts> {
  const { lan, pool, link } = slot.hosts;
  const home = (name: string) => homeOf(folder, name);
  const hosts = names.map((name, index): TestHost => {
    const address = addressIn(lan, FIRST_PLACE + index);
    const engine = engineClient({ endpoint: `unix://${join(home(name), "docker.sock")}` });
    return { name, address, endpoint: `ssh://root@${address}`, engine };
  });
  const host = (name: string): TestHost => {
    const found = hosts.find((host) => host.name === name);
    if (found === undefined) throw new Error(`there is no host ${name}`);
    return found;
  };

  const user = await createSshUser(join(folder, "ssh-user"));
  const keys = new Map<string, SshdConfig>();
  for (const { name, address } of hosts) {
    await mkdir(home(name), { recursive: true });
    await writeFile(join(home(name), "address"), withBits(address, lan));
    keys.set(name, await writeSshdConfig(home(name), user, sshdLines));
  }
  const mistaken = new Set<string>();
  const know = () =>
    user.know(
      new Map(
        hosts.flatMap(({ name, address }) => {
          const known = keys.get(name)?.[mistaken.has(name) ? "wrong" : "right"];
          return known === undefined ? [] : [[address, known]];
        }),
      ),
    );
  await know();

  const machines = await writeProgram({
    folder,
    link,
    address: withBits(addressIn(lan, OWN_PLACE), lan),
    sshd: await provideSshd(console.log),
  });
  const run = async (...args: readonly string[]) => (await execa(machines, args)).stdout;
  const inside = (name: string, ...command: string[]) => run("in", host(name).name, ...command);
  const acts = (action: string) => async (name: string) => void (await run(action, host(name).name));
  try {
    await run("lan");
    await bootWithImages(folder, hosts, images, acts("on"));
    for (const { address } of hosts) await eventually(() => opens(address, SSH_PORT), 20);
  } catch (error) {
    await removeHosts(folder);
    throw error;
  }

  let managers: readonly TestHost[] = [];
  return {
    hosts,
    host,
    path: user.path,
    machines,
    lan: { subnet: lan, address: (place) => addressIn(lan, place) },
    async swarm(...names) {
      managers = names.map(host);
      await formSwarm(
        managers,
        hosts.filter((one) => !managers.includes(one)),
        pool,
      );
    },
    rejoin: (name) => rejoinSwarm(host(name), managers, inside),
    off: acts("off"),
    on: acts("on"),
    cut: acts("cut"),
    mend: acts("mend"),
    wipe: acts("wipe"),
    bootUnit: (name, text) => writeFile(join(home(name), "boot.service"), text),
    logins: (name) => loginsIn(join(home(name), "sshd.log")),
    async mistake(name, isMistaken) {
      if (isMistaken) mistaken.add(name);
      else mistaken.delete(name);
      await know();
    },
    inside,
    stop: () => removeHosts(folder),
  };
}

function withBits(address: string, subnet: string): string {
  return `${address}/${bitsOf(subnet)}`;
}

/** Resolves when a port opens. */
function opens(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}
