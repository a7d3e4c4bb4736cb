import { publishedUrl, type Topology } from "../../topology/plan.ts";
import { SECURE_SITE_PORT, SITE_PORT } from "../../topology/ports.ts";
import { wayOut } from "./wayOut.ts";

/**
 * Rules for nftables on the engine's machine, in a table of their own, which neither the engine, ufw nor firewalld
 * touches. They close what networks of Docker cannot close: ways to the stack's addresses by routing, and from the load
 * balancers to the machine and beyond it. The file replaces the table, so it may be loaded any number of times.
 */
export function hostRules(topology: Topology): string {
  // Two stacks never have the same table.
  const table = `foobar_${topology.stack.replace(/[^A-Za-z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}`)}`;
  const subnets = `{ ${Object.values(topology.subnets).join(", ")} }`;
  const virtual = topology.loadBalancers[0]?.vrrp?.instances.map(({ virtualAddress }) => virtualAddress) ?? [];
  const visitors = [
    `tcp dport { ${SITE_PORT}, ${SECURE_SITE_PORT} }`,
    ...(topology.loadBalancers[0]?.site.http3 ? [`udp dport ${SECURE_SITE_PORT}`] : []),
  ];
  const accepted = virtual.flatMap((address) => visitors.map((ports) => `ip daddr ${address} ${ports} accept`));
  const { beyondTheMachine, toTheMachine } = wayOut(topology);
  const lines = (rules: readonly string[]) => rules.map((rule) => `        ${rule}\n`).join("");
  return `# The stack ${topology.stack} of ${topology.project}: ${topology.loadBalancers
    .flatMap(({ published, hostAddress }) => published.map((port) => publishedUrl(port, hostAddress)))
    .join(", ")}
table inet ${table}
delete table inet ${table}
table inet ${table} {
    # Before the engine translates addresses: published ports of this machine are not meant here. A bridge may also be the
    # local network's.
    chain from_outside {
        type filter hook prerouting priority -150; policy accept;
        ct state established,related accept
        iifname { "lo", "docker0" } accept
        iifname "br-*" ip saddr ${subnets} accept
${lines(accepted)}        ip daddr ${subnets} drop
    }
    chain to_this_machine {
        type filter hook input priority -10; policy accept;
        ct state established,related accept
${lines(toTheMachine)}        ip saddr ${subnets} drop
    }
    chain to_outside {
        type filter hook forward priority -10; policy accept;
        ct state established,related accept
        ip daddr ${subnets} accept
${lines(beyondTheMachine)}        ip saddr ${subnets} drop
    }
}
`;
}
