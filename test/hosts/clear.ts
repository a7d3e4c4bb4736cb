import type { TestHosts } from "./hosts.ts";

/**
 * Counts the packets in which a text leaves a machine in clear, whatever they are wrapped in: networks between machines
 * wrap the packets of containers.
 * @returns a function that resolves to the number of such packets of all machines so far
 */
export async function watchForClear(hosts: TestHosts, text: string): Promise<() => Promise<number>> {
  const match = ["-m", "string", "--algo", "bm", "--string", text];
  for (const { name } of hosts.hosts) await hosts.inside(name, "iptables", "-I", "OUTPUT", "-o", "eth0", ...match);
  return async () => {
    const listings = await Promise.all(
      hosts.hosts.map(({ name }) => hosts.inside(name, "iptables", "-nvxL", "OUTPUT")),
    );
    const rules = listings.flatMap((listing) => listing.split("\n").filter((line) => line.includes(text)));
    return rules.reduce((sum, rule) => sum + Number(/^\s*(\d+)/.exec(rule)?.[1]), 0);
  };
}
