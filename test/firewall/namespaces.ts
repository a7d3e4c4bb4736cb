import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Topology } from "../../topology/plan.ts";
import { tiersOf } from "../../topology/tiers.ts";
import { listeners } from "./sockets.ts";

/** A network namespace: that of a container, or one of the test's own. */
export interface Namespace {
  readonly name: string;
  /** The command that runs another one in it. */
  readonly enter: readonly string[];
  /** Its addresses, without the loopback. */
  readonly addresses: readonly string[];
  /** The ports on which any process in it listens. */
  readonly ports: readonly number[];
}

export interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What keeps a machine from a look into containers' network namespaces; undefined: nothing. */
export async function namespacesMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can enter a container's network namespace";
  return execa("nsenter", ["--target", String(process.pid), "--net", "ip", "address"]).then(
    () => undefined,
    () => "nsenter or ip is missing, or no namespace may be entered here",
  );
}

/**
 * The namespaces of a stack's containers. HAProxy of a load balancer is in that of its pause container.
 * @param processOf finds the number of a service's main process
 */
export async function namespacesOf(
  topology: Topology,
  processOf: (service: string) => Promise<number>,
): Promise<Namespace[]> {
  const { loadBalancers, ...tiers } = tiersOf(topology);
  const services = [...topology.loadBalancers.map(({ pause }) => pause), ...Object.values(tiers).flat()];
  return Promise.all(
    services.map(async ({ name }) => namespace(name, ["nsenter", "--target", String(await processOf(name)), "--net"])),
  );
}

/** Reads a namespace's addresses and listeners. */
export async function namespace(name: string, enter: readonly string[]): Promise<Namespace> {
  const { stdout } = await run(enter, ["ip", "-json", "-4", "address", "show", "scope", "global"]);
  const links = JSON.parse(stdout) as { readonly addr_info: readonly { readonly local: string }[] }[];
  const tables = await Promise.all(
    ["tcp", "tcp6"].map(async (file) => (await run(enter, ["cat", `/proc/net/${file}`])).stdout),
  );
  return {
    name,
    enter,
    addresses: links.flatMap((link) => link.addr_info.map(({ local }) => local)),
    ports: [...new Set(tables.flatMap(listeners).map(({ port }) => port))],
  };
}

/** Every port of a namespace at each of its addresses: one bound to the loopback must not open either. */
export function targetsOf({ name, addresses, ports }: Namespace): Target[] {
  return addresses.flatMap((address) => ports.map((port) => ({ name, address, port })));
}

/** The targets that open to a process in the namespace. */
export async function opened({ enter }: Namespace, targets: readonly Target[]): Promise<Target[]> {
  const connect = fileURLToPath(new URL("connect.ts", import.meta.url));
  const input = JSON.stringify(targets.map(({ address, port }) => [address, port]));
  const [command = "", ...args] = [...enter, process.execPath, connect];
  const { stdout } = await execa(command, args, { input, env: { NODE_OPTIONS: "" } });
  const answers = JSON.parse(stdout) as readonly boolean[];
  return targets.filter((_, index) => answers[index] === true);
}

export function run(enter: readonly string[], command: readonly string[]) {
  const [program = "", ...args] = [...enter, ...command];
  return execa(program, args);
}
