import { execa } from "execa";
import type { Topology } from "../../topology/plan.ts";
import { type Namespace, namespace, run } from "./namespaces.ts";

/** Addresses for documentation (RFC 5737), which no machine has. */
const HERE = "198.51.100.1";
const THERE = "198.51.100.2";

/** Far behind every route that leads to a network. */
const LAST = "4278198272";

/** A machine beside this one, as a network namespace at the other end of a cable. */
export interface Neighbour {
  readonly namespace: Namespace;
  /** Gives it routes to the stack's networks by way of this machine. Without them it is any machine elsewhere. */
  addRoutes(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Connects a neighbour to this machine. It listens on a port. Until its removal, packets of this machine to the stack's
 * addresses end here where no network has them: none leaves the machine.
 */
export async function connectNeighbour(topology: Topology, port: number): Promise<Neighbour> {
  const name = `${topology.project}-${topology.stack}`.slice(-11);
  const [here, there] = [`${name}-a`, `${name}-b`];
  const enter = ["ip", "netns", "exec", name];
  const subnets = Object.values(topology.subnets);
  const ip = (...args: string[]) => execa("ip", args);
  const inside = (...command: string[]) => run(enter, command);
  const remove = async () => {
    listening?.kill();
    await listening?.catch(() => undefined);
    // The cable goes with its end.
    await execa("ip", ["netns", "delete", name], { reject: false });
    for (const subnet of subnets) {
      await execa("ip", ["route", "delete", "blackhole", subnet, "metric", LAST], { reject: false });
    }
  };
  let listening: ReturnType<typeof execa> | undefined;
  try {
    for (const subnet of subnets) await ip("route", "replace", "blackhole", subnet, "metric", LAST);
    await ip("netns", "add", name);
    await ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
    await ip("address", "add", `${HERE}/30`, "dev", here);
    await ip("link", "set", here, "up");
    await inside("ip", "address", "add", `${THERE}/30`, "dev", there);
    await inside("ip", "link", "set", "lo", "up");
    await inside("ip", "link", "set", there, "up");
    const [command = "", ...args] = [...enter, process.execPath, "--eval", LISTEN, String(port)];
    listening = execa(command, args, { env: { NODE_OPTIONS: "" }, buffer: false });
    await new Promise((resolve, reject) => {
      listening?.stdout?.once("data", resolve);
      listening?.catch(reject);
    });
    return {
      namespace: await namespace("neighbour", enter),
      async addRoutes() {
        for (const subnet of subnets) await inside("ip", "route", "add", subnet, "via", HERE);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const LISTEN = `require("node:net").createServer((socket) => socket.end()).listen(Number(process.argv[1]), "0.0.0.0", () => console.log("listens"))`;
