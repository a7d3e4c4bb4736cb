import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { isInside, overlap } from "../../config/subnets.ts";
import { machinesOf, partOn } from "../../topology/machines.ts";
import type { Topology } from "../../topology/plan.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import type { StackSettings } from "../examples.ts";
import { machine, PAIR, SERVERS, threeMachines } from "../machines.ts";
import { plan, servers, topologies } from "../topologies.ts";

const of = (settings: StackSettings) => planTopology(parseConfig("foobar", "dev", rawSettings(settings)));

/** Any servers, each on a machine of its own, and the load balancer on another one or on the first of them. */
const severals = fc.tuple(servers, fc.boolean()).map(([list, isBeside]) =>
  of({
    "foobar:servers": list.map((server, index) => ({ ...server, endpoint: machine(20 + index) })),
    "foobar:loadBalancer": { endpoint: machine(isBeside && list.length > 1 ? 20 : 13) },
  }),
);

/** The endpoints of the containers in a network. */
function endpointsIn(topology: Topology, network: string): Set<string | undefined> {
  const endpoints = new Map(topology.hosts.map(({ name, endpoint }) => [name, endpoint]));
  return new Set(
    instances(topology).flatMap(({ host, attachments }) =>
      attachments.some((attachment) => attachment.network === network) ? [endpoints.get(host)] : [],
    ),
  );
}

/** Where each network is made, and whether it is between machines. */
const places = ({ networks }: Topology) =>
  Object.fromEntries(networks.map(({ name, host, overlay }) => [name, `${overlay ? "overlay" : "bridge"} by ${host}`]));

describe("the networks of a stack", () => {
  it("are bridges of the one machine", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        assert.equal(topology.isSeveral, false);
        for (const { overlay, host, engineName, name } of topology.networks) {
          assert.deepEqual([overlay, host, engineName], [undefined, "lb1", `foobar-dev-${name}`]);
        }
        for (const { attachments, knownHosts } of topology.cluster.databases) {
          assert.ok(attachments.every(({ address }) => address === undefined));
          assert.equal(knownHosts, undefined);
        }
      }),
    );
    assert.deepEqual(Object.keys(places(plan(devConfig()))), [
      ...["edge", "web", "app-server1", "app-server2", "data", "replication", "router-server1", "router-server2"],
    ]);
  });

  it("are, on several, bridges where every way stays on a machine, and overlays by the manager", () => {
    const own = {
      ...{ "app-server1": "bridge by server1", "app-server2": "bridge by server2" },
      ...{ "router-server1": "bridge by server1", "router-server2": "bridge by server2" },
    };
    const between = (manager: string) => ({
      ...{ web: `overlay by ${manager}`, data: `overlay by ${manager}`, replication: `overlay by ${manager}` },
    });
    assert.deepEqual(places(of(threeMachines())), { "edge-lb1": "bridge by lb1", ...own, ...between("lb1") });
    assert.deepEqual(places(of(threeMachines({ loadBalancer: PAIR, networks: { manager: "arbiter" } }))), {
      ...{ "edge-lb1": "bridge by lb1", "edge-lb2": "bridge by lb2" },
      ...own,
      ...between("arbiter"),
    });
  });

  it("are overlays between a web server and an application that are on two machines", () => {
    const tiers = (first: string) =>
      places(
        of({
          "foobar:servers": [
            { name: "server1", roles: ["web"], endpoint: machine(11) },
            { name: "server2", roles: ["app", "db"], endpoint: first },
          ],
          "foobar:loadBalancer": { endpoint: machine(11) },
        }),
      );
    assert.equal(tiers(machine(12))["app-server2"], "overlay by lb1");
    assert.equal(tiers(machine(12))["router-server2"], "bridge by server2");
  });

  it("are on the machine of all their containers, or between machines", () => {
    fc.assert(
      fc.property(severals, (topology) => {
        const endpoints = new Map(topology.hosts.map(({ name, endpoint }) => [name, endpoint]));
        for (const { name, part, host, overlay } of topology.networks) {
          const all = endpointsIn(topology, name);
          if (overlay === undefined) assert.deepEqual([...all], [endpoints.get(host)], name);
          else if (part === "app") assert.ok(all.size > 1, name);
          else assert.ok(["web", "data", "replication"].includes(part), name);
          assert.equal(host, overlay === undefined ? host : "lb1");
        }
      }),
    );
  });

  it("have in their names what an engine cannot change in them", () => {
    const names = (networks: object) =>
      of(threeMachines({ networks })).networks.flatMap(({ engineName, part }) =>
        ["web", "router"].includes(part) ? [engineName.replace("foobar-dev-", "")] : [],
      );
    assert.deepEqual(names({}), ["web", "router-server1", "router-server2"]);
    assert.deepEqual(names({ encrypted: true }), ["web-encrypted", "router-server1", "router-server2"]);
    assert.equal(names({ encrypted: true, mtu: 1400 })[0], "web-encrypted-mtu1400");
  });
});

describe("the fixed addresses between machines", () => {
  it("differ from each other, and from those that engines hand out", () => {
    fc.assert(
      fc.property(severals, (topology) => {
        for (const { name, subnet, gateway, overlay } of topology.networks) {
          if (overlay === undefined) continue;
          const fixed = instances(topology).flatMap(({ attachments }) =>
            attachments.flatMap(({ network, address }) => (network === name && address ? [address] : [])),
          );
          assert.equal(new Set([gateway, ...fixed]).size, fixed.length + 1, name);
          for (const address of fixed) {
            assert.ok(isInside(`${address}/32`, subnet), `${name} ${address}`);
            assert.ok(overlay.range !== undefined && !overlap(`${address}/32`, overlay.range), `${name} ${address}`);
          }
          assert.ok(overlay.range === undefined || isInside(overlay.range, subnet));
        }
      }),
    );
  });

  it("are those that every database knows of every other", () => {
    for (const settings of [threeMachines(), threeMachines({ mysql: { replication: "async", arbiter: undefined } })]) {
      const { databases } = of(settings).cluster;
      const addresses = databases.map(({ member, attachments }) => ({
        name: member,
        address: attachments.find(({ network }) => network === "replication")?.address,
      }));
      const sorted = (hosts: readonly { name: string }[] = []) =>
        hosts.toSorted((one, other) => one.name.localeCompare(other.name));
      for (const { knownHosts } of databases) assert.deepEqual(sorted(knownHosts), sorted(addresses));
      for (const { attachments } of databases) {
        assert.ok(attachments.every(({ network, address }) => network === "replication" || address === undefined));
      }
    }
  });

  it("stay when servers come and go", () => {
    const addresses = (numbers: readonly number[]) => {
      const list = numbers.map((number) => ({
        ...{ name: `server${number}`, roles: ["web", "app", "db"], endpoint: machine(20 + number) },
      }));
      const { databases } = of(threeMachines({ servers: list, mysql: { arbiter: undefined } })).cluster;
      return new Map(databases.map(({ name, attachments }) => [name, attachments.at(-1)?.address]));
    };
    const all = addresses([1, 2, 3, 4, 5, 6, 7]);
    const lists = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7], { minLength: 2 });
    fc.assert(
      fc.property(lists, (numbers) => {
        const some = addresses(numbers);
        for (const [name, address] of some) if (name !== "mysql-arbiter") assert.equal(address, all.get(name), name);
        if (numbers.length % 2 === 0) assert.equal(some.get("mysql-arbiter"), "10.201.4.127");
      }),
    );
  });

  it("are different ones for servers whose numbers are the same", () => {
    const list = ["a1", "b1", "c126", "d251"].map((name, index) => ({
      ...{ name, roles: ["web", "app", "db"], endpoint: machine(20 + index) },
    }));
    const { databases } = of(threeMachines({ servers: list, mysql: { arbiter: undefined } })).cluster;
    const addresses = databases.map(({ attachments }) => attachments.at(-1)?.address);
    assert.equal(new Set(addresses).size, 5, addresses.join());
  });
});

describe("what is on which machine", () => {
  it("is the controller beside the load balancer, where no database is lost with it", () => {
    assert.equal(of(threeMachines()).cluster.controller.host, "lb1");
    assert.equal(plan(devConfig()).cluster.controller.host, "server1");
  });

  it("is one place for the backups, whichever database is primary, or the one that is set", () => {
    const host = (mysql: object) => of(threeMachines({ mysql: { ...mysql, backup: {} } })).backups?.host;
    for (const primary of ["server1", "server2"]) assert.equal(host({ primary }), "server2");
    const chosen = threeMachines({ mysql: { primary: "server1", backup: { server: "server1" } } });
    assert.equal(of(chosen).backups?.host, "server1");
    const onOne = (primary: string) => plan(devConfig({ "foobar:mysql": { primary, backup: {} } })).backups?.host;
    assert.deepEqual(["server1", "server2"].map(onOne), ["server2", "server1"]);
  });

  it("is every container on one machine alone", () => {
    fc.assert(
      fc.property(severals, (topology) => {
        const parts = machinesOf(topology).map((one) => partOn(topology, one));
        const names = parts.flatMap((part) => instances(part).map(({ name }) => name));
        assert.deepEqual(
          names.toSorted(),
          instances(topology)
            .map(({ name }) => name)
            .toSorted(),
        );
        const bridges = parts.flatMap(({ networks }) => networks.filter(({ overlay }) => overlay === undefined));
        assert.equal(new Set(bridges).size, bridges.length);
        for (const { networks } of parts) {
          const between = networks.filter(({ overlay }) => overlay !== undefined);
          assert.deepEqual(
            between,
            topology.networks.filter(({ overlay }) => overlay !== undefined),
          );
        }
      }),
    );
  });

  it("is each machine once, with all its hosts, however its endpoint is spelled", () => {
    const settings = threeMachines({
      servers: [SERVERS[0], { ...SERVERS[1], endpoint: `${machine(12)}:22` }],
      loadBalancer: PAIR,
    });
    assert.deepEqual(
      machinesOf(of(settings)).map(({ endpoint, hosts, path }) => [endpoint, hosts, path.join(".")]),
      [
        [machine(11), ["lb1", "server1"], "loadBalancer.endpoint"],
        [machine(12), ["lb2", "server2"], "loadBalancer.pair.endpoint"],
        [machine(13), ["arbiter"], "mysql.arbiter.endpoint"],
      ],
    );
    assert.equal(partOn(plan(devConfig()), { hosts: [] }).loadBalancers.length, 1, "one machine has everything");
  });
});
