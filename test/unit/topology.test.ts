import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { NETWORKS, ROLES } from "../../config/schema.ts";
import { parseConfig } from "../../config.ts";
import { instances, planTopology, type Topology } from "../../topology.ts";
import { devConfig } from "../devConfig.ts";

const plan = (raw: Record<string, string>): Topology => planTopology(parseConfig("foobar", "dev", raw));

/** Any valid list of servers: every role is somewhere. */
const servers = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((name) => name !== "lb1"),
      roles: fc.subarray([...ROLES], { minLength: 1 }),
    }),
    { minLength: 1, maxLength: 12, selector: ({ name }) => name },
  )
  .filter((list) => ROLES.every((role) => list.some(({ roles }) => roles.includes(role))));

const topologies = servers.map((list) => plan({ "foobar:servers": JSON.stringify(list) }));

describe("topology", () => {
  it("plans the dev stack as the exercise draws it", () => {
    const { loadBalancers, web, applications, databases } = plan(devConfig());
    assert.deepEqual(
      loadBalancers.map(({ backends }) => backends.map(({ server }) => server)),
      [["server1", "server2"]],
    );
    assert.deepEqual(
      web.map(({ server, upstreams }) => [server, upstreams.map((u) => u.address)]),
      [
        ["server1", ["app-server1"]],
        ["server2", ["app-server2"]],
      ],
    );
    assert.deepEqual(
      applications.map(({ writeTo, readFrom }) => [writeTo.address, readFrom.map((u) => u.address)]),
      [
        ["mysql-server1", ["mysql-server2"]],
        ["mysql-server1", ["mysql-server2"]],
      ],
    );
    assert.deepEqual(
      databases.map(({ server, role, source }) => [server, role, source]),
      [
        ["server1", "primary", undefined],
        ["server2", "replica", "mysql-server1.replication"],
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
        for (const { server, host } of [...topology.web, ...topology.applications, ...topology.databases]) {
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
            topology.databases.some(({ server }) => server === name),
            roles.includes("db"),
          );
        }
      }),
    );
  });

  it("has one primary, and replicas that all follow it", () => {
    fc.assert(
      fc.property(topologies, ({ databases, applications }) => {
        const [primary, ...replicas] = databases;
        assert.equal(primary?.role, "primary");
        assert.ok(replicas.every(({ role }) => role === "replica"));
        assert.ok(replicas.every(({ source }) => source === `${primary?.name}.replication`));
        assert.equal(new Set(databases.map(({ serverId }) => serverId)).size, databases.length);
        for (const { writeTo } of applications) assert.equal(writeTo.address, primary?.name);
      }),
    );
  });

  it("lets neighbours in the request's path share a network, and nobody else", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const joined = (tier: readonly { attachments: readonly { network: string }[] }[]) =>
          tier.map(({ attachments }) => attachments.map(({ network }) => network));
        for (const networks of joined(topology.loadBalancers)) assert.deepEqual(networks, ["edge", "web"]);
        for (const networks of joined(topology.web)) assert.deepEqual(networks, ["web", "app"]);
        for (const networks of joined(topology.applications)) assert.deepEqual(networks, ["app", "data"]);
        for (const networks of joined(topology.databases)) assert.deepEqual(networks, ["data", "replication"]);
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
          assert.equal(lb.backends.length, topology.web.length);
          for (const { address } of lb.backends) assert.ok(reachable(lb, address), address);
        }
        for (const web of topology.web) {
          assert.ok(web.upstreams.length > 0);
          for (const { address } of web.upstreams) assert.ok(reachable(web, address), address);
        }
        for (const app of topology.applications) {
          for (const { address } of [app.writeTo, ...app.readFrom]) assert.ok(reachable(app, address), address);
        }
        for (const { source, ...database } of topology.databases) {
          if (source !== undefined) assert.ok(reachable(database, source), source);
        }
      }),
    );
  });

  it("keeps requests on the server that they came to, where it runs the application", () => {
    fc.assert(
      fc.property(topologies, ({ web, applications }) => {
        for (const { server, upstreams } of web) {
          const has = applications.some((application) => application.server === server);
          if (has)
            assert.deepEqual(
              upstreams.map((upstream) => upstream.server),
              [server],
            );
          else assert.equal(upstreams.length, applications.length);
        }
      }),
    );
  });

  it("has one way in: the load balancer's, through the one network that is not internal", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        assert.deepEqual(
          topology.networks.filter(({ internal }) => !internal).map(({ name }) => name),
          ["edge"],
        );
        const onEdge = instances(topology).filter(({ attachments }) =>
          attachments.some(({ network }) => network === "edge"),
        );
        assert.deepEqual(onEdge, [...topology.loadBalancers]);
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
