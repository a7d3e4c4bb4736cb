import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../config/config.ts";
import { hostRules } from "../../operations/firewall/hostRules.ts";
import { connections } from "../../topology/connections.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { matrix, pairsOf, plannedPairs } from "../firewall/matrix.ts";
import { listeners } from "../firewall/sockets.ts";
import { topologies } from "../topologies.ts";

const plan = (settings: Parameters<typeof devConfig>[0] = {}) =>
  planTopology(parseConfig("foobar", "dev", devConfig(settings)));

describe("the connections of a plan", () => {
  it("are those of a request's path, of replication, of the agents and of the controller", () => {
    assert.deepEqual(
      connections(plan()).map(({ from, to, ports }) => `${from} > ${to}:${ports.join(",")}`),
      [
        "lb1 > web-server1:8443",
        "lb1 > web-server2:8443",
        "web-server1 > app-server1:3000",
        "web-server2 > app-server2:3000",
        "app-server1 > router-server1:6446,6447",
        "app-server2 > router-server2:6446,6447",
        "router-server1 > mysql-server1:3306",
        "router-server1 > mysql-server2:3306",
        "router-server2 > mysql-server1:3306",
        "router-server2 > mysql-server2:3306",
        "mysql-server2 > mysql-server1:3306",
        "mysql-server1 > mysql-server2:3306",
        "agent-server2 > mysql-server2:3306",
        "agent-server2 > mysql-server1:3306",
        "agent-server1 > mysql-server2:3306",
        "agent-server1 > mysql-server1:3306",
        "mysql-steward > mysql-server2:3306",
        "mysql-steward > mysql-server1:3306",
      ],
    );
  });

  it("are between two instances that share a network", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const all = instances(topology);
        const networksOf = (name: string) =>
          all.find((one) => one.name === name)?.attachments.map(({ network }) => network) ?? [];
        for (const { from, to, ports } of connections(topology)) {
          assert.ok(
            networksOf(from).some((network) => networksOf(to).includes(network)),
            `${from} and ${to}`,
          );
          assert.ok(ports.length > 0 && from !== to);
        }
      }),
    );
  });

  it("of different servers have no network in common but those of the load balancer and the databases", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const one of topology.applications) {
          for (const other of [...topology.applications, ...topology.routers]) {
            if (one.server === other.server) continue;
            const shared = one.attachments.filter(({ network }) =>
              other.attachments.some((attachment) => attachment.network === network),
            );
            assert.deepEqual(shared, [], `${one.name} and ${other.name}`);
          }
        }
      }),
    );
  });
});

describe("the rules for the machine", () => {
  const PAIR = { "foobar:loadBalancer": { replicas: 2, port: 80, statsPort: 8404 } };

  it("are a table of the stack's own, which loading it again replaces", () => {
    const lines = hostRules(plan()).split("\n").slice(1, 4);
    assert.deepEqual(lines, ["table inet foobar_dev", "delete table inet foobar_dev", "table inet foobar_dev {"]);
  });

  it("name every subnet of the stack, and leave a pair's virtual address to visitors", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const drops = hostRules(topology)
          .split("\n")
          .filter((line) => line.endsWith(" drop"));
        assert.equal(drops.length, 3);
        for (const line of drops) {
          for (const subnet of Object.values(topology.subnets)) assert.ok(line.includes(subnet), `${subnet}: ${line}`);
        }
      }),
    );
    assert.match(hostRules(plan(PAIR)), /ip daddr 10\.201\.0\.254 tcp dport \{ 80, 443 \} accept\n +ip daddr \{/);
    assert.doesNotMatch(hostRules(plan()), /tcp dport/);
    const quic = plan({ ...PAIR, "foobar:loadBalancer": { ...PAIR["foobar:loadBalancer"], tls: { http3: true } } });
    assert.match(hostRules(quic), /ip daddr 10\.201\.0\.254 udp dport 443 accept/);
  });

  it("let load balancers out to an authority of ACME and to name servers, and nobody without ACME", () => {
    const out = (acme?: object) =>
      hostRules(
        plan({
          "foobar:names": ["www.foobar.com"],
          "foobar:loadBalancer": {
            ...{ replicas: 2, address: "0.0.0.0", port: 80, httpsPort: 443 },
            ...(acme === undefined ? {} : { tls: { acme: { email: "a@foobar.com", acceptTerms: true, ...acme } } }),
          },
        }),
      )
        .split("\n")
        .filter((line) => line.includes("ip saddr { 10.201.0.11, 10.201.0.12 }"))
        .map((line) => line.replace(/^.*10\.201\.0\.12 \} (?:ip daddr )?/, ""));
    const NAMES = ["udp dport 53 accept", "tcp dport 53 accept"];
    assert.deepEqual(out(), []);
    const [, , ...others] = out({});
    assert.deepEqual(others.slice(0, 2), NAMES);
    assert.match(others[2] ?? "", /^!= \{.* 10\.0\.0\.0\/8, .* 192\.168\.0\.0\/16,.* \} tcp dport 443 accept$/);
    const at = (directory: string) => out({ directory });
    const own = "10.9.8.7 tcp dport 9000 accept";
    assert.deepEqual(at("https://10.9.8.7:9000/acme"), [...NAMES, own, ...NAMES, own]);
    assert.doesNotMatch(at("https://ca.foobar.internal/acme").at(-1) ?? "", / 10\.0\.0\.0\/8/);
  });
});

describe("the probe of the firewall", () => {
  it("finds listeners in /proc/net/tcp and tcp6, but not the engine's name server", () => {
    const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    const line = (local: string, state: string) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000`;
    const text = [
      header,
      line("0B00007F:9B2F", "0A"),
      line("0100007F:20D4", "0A"),
      line("0B00F60A:0050", "0A"),
      line("00000000:0CEA", "0A"),
      line("0B00F60A:0050", "01"),
      line("00000000000000000000000000000000:0BB8", "0A"),
      "",
    ].join("\n");
    assert.deepEqual(listeners(text), [
      { address: "127.0.0.1", port: 8404 },
      { address: "10.246.0.11", port: 80 },
      { address: "*", port: 3306 },
      { address: "*", port: 3000 },
    ]);
  });

  it("tells what opens from what has to", () => {
    const topology = plan();
    const open = [
      { from: "lb1", name: "web-server1", address: "10.201.1.3", port: 8443 },
      { from: "lb1", name: "host", address: "10.201.0.1", port: 40_001 },
      { from: "app-server1", name: "app-server2", address: "10.201.2.34", port: 3000 },
    ];
    const planned = plannedPairs(topology);
    assert.deepEqual(
      [...pairsOf(open)].filter((pair) => !planned.has(pair)),
      ["app-server1 > app-server2:3000"],
    );
    assert.equal(
      matrix(open),
      [
        "| from, to | app-server2 | host | web-server1 |",
        "| --- | --- | --- | --- |",
        "| app-server1 | 3000 | - | - |",
        "| lb1 | - | any | 8443 |",
      ].join("\n"),
    );
  });
});
