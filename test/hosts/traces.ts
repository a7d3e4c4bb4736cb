import { readdir, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";
import { execa } from "execa";
import { processes } from "../processes.ts";

/**
 * All that is on this machine of the hosts of a test run: namespaces, processes, mounts of any process, control groups,
 * and the network device.
 */
export async function tracesOf(folder: string, link: string): Promise<string[]> {
  const name = basename(folder);
  const { stdout: namespaces } = await execa("ip", ["netns", "list"]);
  const { stdout: groups } = await execa("find", ["/sys/fs/cgroup", "-type", "d", "-path", `*/${name}*`], {
    reject: false,
  });
  const own = (text: string) => text.split("\n").filter((line) => line.includes(name));
  return [
    ...own(namespaces),
    ...own(groups),
    ...(await processes()).map(({ command }) => command).filter((command) => command.includes(name)),
    ...own(await mounts()),
    ...Object.keys(networkInterfaces()).filter((device) => device === link),
  ];
}

/** The mounts in the namespaces of all processes. */
async function mounts(): Promise<string> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  // A process may have ended by now.
  const tables = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "")));
  return tables.join("\n");
}
