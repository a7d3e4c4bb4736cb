import type Docker from "dockerode";
import { askContainer } from "../../engine/question.ts";
import { PROJECT } from "../stack/project.ts";

/** The kernel's number of a socket that listens. */
const LISTENS = "0A";

/** The engine's own server of names, in each container. */
const NAME_SERVER = "127.0.0.11";

/**
 * Where a container listens, each as address:port. A container in its network namespace reads it, because its own image
 * may have no program that could.
 * @param image an image that has `cat`, such as a router's
 * @returns undefined: it cannot be told, because the container does not run or the engine lacks the image
 */
export async function listening(
  engine: Docker,
  id: string,
  image: string,
  stack: string,
): Promise<readonly string[] | undefined> {
  const command = ["cat", "/proc/net/tcp", "/proc/net/tcp6"] as const;
  const question = { image, user: "99:99", command, network: `container:${id}` };
  const table = await askContainer(engine, question, { project: PROJECT, stack }).catch(() => undefined);
  return table === undefined ? undefined : listeners(table);
}

/** The addresses and ports of the sockets that listen, by the kernel's tables of IPv4 and IPv6. */
export function listeners(table: string): string[] {
  const found = table.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    const isOwn = state === LISTENS && addressOf(address) !== NAME_SERVER;
    return isOwn ? [`${addressOf(address)}:${Number.parseInt(port, 16)}`] : [];
  });
  return [...new Set(found)].sort();
}

/** An address of the tables: 32-bit words in hexadecimal, the last byte of each first. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  const all = bytes.join("");
  if (/^0+$/.test(all)) return "[::]";
  if (/^0+1$/.test(all)) return "[::1]";
  return `[${(all.match(/.{4}/g) ?? []).join(":")}]`;
}
