import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { NETWORKS } from "../../config/choices.ts";
import { instances } from "../../topology/tiers.ts";
import { devConfig } from "../devConfig.ts";
import { plan, servers, topologies } from "../topologies.ts";

describe("topology", () => {
  it("plans the dev stack of the exercise", () => {
    const { loadBalancers, web, applications, routers, cluster } = plan(devConfig());
    assert.deepEqual(
      loadBalancers.map(({ backends }) => backends.map(({ name }) => name)),
      [["server1", "server2"]],
    );
    assert.deepEqual(
      web.map(({ server, listeners }) => [server, listeners.map(({ upstream }) => upstream.address)]),
      [
        ["server1", ["app-server1"]],
        ["server2", ["app-server2"]],
      ],
    );
    assert.deepEqual(
      applications.map(({ writeTo, readFrom }) => [writeTo, readFrom].map(({ address, port }) => `${address}:${port}`)),
      [
        ["router-server1.database.internal:6446", "router-server1.database.internal:6447"],
        ["router-server2.database.internal:6446", "router-server2.database.internal:6447"],
      ],
    );
    for (const { targets } of routers) {
      assert.deepEqual(
        targets.map(({ address }) => address),
        ["mysql-server1", "mysql-server2"],
      );
    }
    assert.equal(cluster.replication, "async");
    assert.equal(cluster.primary, "mysql-server1.replication");
    assert.deepEqual(
      cluster.databases.map(({ server, role }) => [server, role]),
      [
        ["server2", "other"],
        ["server1", "first"],
      ],
    );
  });

  it("is the same for the same configuration", () => {
    fc.assert(
      fc.property(servers, (list) => {
        const raw = { "foobar:servers": JSON.stringify(list) };
        assert.deepEqual(plan(raw), plan(raw));
      }),
    );
  });

  it("gives every instance a name of its own, on the host of its server", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const names = instances(topology).map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        const hosts = new Set(topology.hosts.map(({ name }) => name));
        for (const { host } of instances(topology)) assert.ok(hosts.has(host));
        for (const { server, host } of [...topology.web, ...topology.applications, ...topology.routers]) {
          assert.equal(host, server);
        }
      }),
    );
  });

  it("runs on each server exactly the tiers of its roles", () => {
    fc.assert(
      fc.property(servers, (list) => {
        const topology = plan({ "foobar:servers": JSON.stringify(list) });
        for (const { name, roles } of list) {
          assert.equal(
            topology.web.some(({ server }) => server === name),
            roles.includes("web"),
          );
          assert.equal(
            topology.applications.some(({ server }) => server === name),
            roles.includes("app"),
          );
          assert.equal(
            topology.cluster.databases.some(({ server }) => server === name),
            roles.includes("db"),
          );
        }
      }),
    );
  });

  it("lets neighbours in the request's path share a network, and no other containers", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const joined = (tier: readonly { attachments: readonly { network: string }[] }[]) =>
          tier.map(({ attachments }) => attachments.map(({ network }) => network));
        for (const networks of joined(topology.loadBalancers.map(({ pause }) => pause)))
          assert.deepEqual(networks, ["edge", "web"]);
        for (const { attachments, listeners } of topology.web) {
          const own = listeners.map(({ upstream }) => `app-${upstream.server}`);
          assert.deepEqual(
            attachments.map(({ network }) => network),
            ["web", ...own],
          );
        }
        for (const { server, attachments } of topology.applications) {
          const own = [`app-${server}`, `router-${server}`];
          assert.deepEqual(
            attachments.map(({ network }) => network),
            own,
          );
        }
        for (const { server, attachments } of topology.routers) {
          const own = [`router-${server}`, "data"];
          assert.deepEqual(
            attachments.map(({ network }) => network),
            own,
          );
        }
        for (const networks of joined(topology.cluster.databases)) assert.deepEqual(networks, ["data", "replication"]);
      }),
    );
  });

  it("sends requests only to names that exist in a network that both ends share", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const all = instances(topology);
        const reachable = (from: (typeof all)[number], address: string) =>
          all.some(({ attachments }) =>
            attachments.some(
              ({ network, alias }) => alias === address && from.attachments.some((own) => own.network === network),
            ),
          );
        for (const lb of topology.loadBalancers) {
          for (const { address, port } of lb.backends) {
            assert.ok(reachable(lb.pause, address), address);
            const web = topology.web.find(({ name }) => name === address);
            assert.ok(
              web?.listeners.some((listener) => listener.port === port),
              `${address}:${port}`,
            );
          }
        }
        for (const web of topology.web) {
          for (const { upstream } of web.listeners) assert.ok(reachable(web, upstream.address), upstream.address);
        }
        for (const app of topology.applications) {
          for (const { address } of [app.writeTo, app.readFrom]) assert.ok(reachable(app, address), address);
        }
        for (const router of topology.routers) {
          for (const { address } of router.targets) assert.ok(reachable(router, address), address);
        }
        const { databases, controller } = topology.cluster;
        for (const { member, peers } of databases) {
          assert.ok(reachable(controller, member), member);
          for (const database of databases.filter((other) => other.member === member)) {
            for (const peer of peers) assert.ok(reachable(database, peer), peer);
          }
        }
      }),
    );
  });

  it("gives each of a pair a fixed address, ports of its own, and a preferred virtual address", () => {
    const pair = (settings: object) =>
      plan(devConfig({ "foobar:loadBalancer": { replicas: 2, port: 80, statsPort: 8404, ...settings } }));
    const one = pair({});
    assert.equal(one.url, "http://10.201.0.254");
    assert.deepEqual(
      one.loadBalancers.map(({ vrrp, published }) => [
        vrrp?.address,
        vrrp?.peers,
        vrrp?.instances.map(({ virtualAddress, priority }) => [virtualAddress, priority]),
        published.map(({ port }) => port),
      ]),
      [
        ["10.201.0.11", ["10.201.0.12"], [["10.201.0.254", 150]], [80, 8443, 8404]],
        ["10.201.0.12", ["10.201.0.11"], [["10.201.0.254", 100]], [81, 8444, 8405]],
      ],
    );
    const both = pair({ pair: { mode: "active-active" } });
    assert.deepEqual(
      both.loadBalancers.map(({ vrrp }) => vrrp?.instances.map(({ priority }) => priority)),
      [
        [150, 100],
        [100, 150],
      ],
    );
  });

  it("can be reached only through the load balancer, in the only network that is not internal", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        assert.deepEqual(
          topology.networks.filter(({ internal }) => !internal).map(({ name }) => name),
          ["edge"],
        );
        const onEdge = instances(topology).filter(({ attachments }) =>
          attachments.some(({ network }) => network === "edge"),
        );
        assert.deepEqual(
          onEdge,
          topology.loadBalancers.map(({ pause }) => pause),
        );
      }),
    );
  });

  it("puts the gateway of each subnet at its first address", () => {
    const subnets = fc.tuple(fc.nat(255), fc.integer({ min: 16, max: 28 })).map(([second, bits]) => {
      const base = ipaddr.IPv4.networkAddressFromCIDR(`10.${second}.77.77/${bits}`);
      return `${base.toString()}/${bits}`;
    });
    fc.assert(
      fc.property(subnets, (edge) => {
        const others = Object.fromEntries(NETWORKS.map((name, index) => [name, `192.168.${index}.0/24`]));
        const [network] = plan({ "foobar:networks": JSON.stringify({ ...others, edge }) }).networks;
        assert.ok(network);
        const [address, bits] = ipaddr.IPv4.parseCIDR(edge);
        const gateway = ipaddr.IPv4.parse(network.gateway);
        assert.ok(gateway.match(address, bits));
        assert.notEqual(gateway.toString(), address.toString());
        const octets = address.toByteArray();
        assert.deepEqual(gateway.toByteArray(), [...octets.slice(0, 3), (octets[3] ?? 0) + 1]);
      }),
    );
  });
});
