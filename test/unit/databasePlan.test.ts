import assert from "node:assert/strict";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import fc from "fast-check";
import { ROLES } from "../../config/choices.ts";
import { plan, topologies } from "../topologies.ts";

describe("the databases of the plan", () => {
  it("has databases that know each other, and replaces the configured primary last", () => {
    fc.assert(
      fc.property(topologies, ({ cluster: { databases, primary } }) => {
        assert.equal(databases.at(-1)?.member, primary);
        assert.deepEqual(databases.filter(({ role }) => role === "first").length, 1);
        const members = databases.map(({ member }) => member);
        for (const { member, peers } of databases) assert.deepEqual([member, ...peers].sort(), members.toSorted());
        assert.equal(new Set(databases.map(({ serverId }) => serverId)).size, databases.length);
      }),
    );
  });

  it("plans a database independently of the primary, and its number independently of other servers", () => {
    const databases = (raw: Record<string, string>) =>
      plan(raw)
        .cluster.databases.map(({ role: _, ...rest }) => rest)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    const first = databases({ "foobar:mysql": JSON.stringify({ primary: "server1" }) });
    assert.deepEqual(databases({ "foobar:mysql": JSON.stringify({ primary: "server2" }) }), first);
    const [alone] = databases({ "foobar:servers": JSON.stringify([{ name: "server2", roles: [...ROLES] }]) });
    assert.equal(alone?.serverId, first.find(({ server }) => server === "server2")?.serverId);
  });

  it("gives a group of an even number of databases an arbiter, which no application reaches", () => {
    const group = (count: number) => {
      const servers = Array.from({ length: count }, (_, index) => ({ name: `server${index + 1}`, roles: [...ROLES] }));
      const raw = { "foobar:servers": JSON.stringify(servers), "foobar:mysql": '{"replication":"group"}' };
      return plan(raw);
    };
    assert.equal(group(3).cluster.databases.length, 3);
    const { cluster, routers, hosts } = group(2);
    const [arbiter] = cluster.databases;
    assert.equal(arbiter?.role, "arbiter");
    assert.deepEqual(
      arbiter?.attachments.map(({ network }) => network),
      ["replication"],
    );
    assert.ok(hosts.some(({ name }) => name === arbiter?.host));
    for (const { targets } of routers) assert.equal(targets.length, 2);
  });

  it("has databases whose certificates are valid for every router's address, independently of the servers' roles", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const { name, member, dnsNames } of topology.cluster.databases) {
          const subjectaltname = dnsNames.map((pattern) => `DNS:${pattern}`).join(", ");
          const certificate = { subject: {}, subjectaltname } as PeerCertificate;
          const routers = topology.routers.map(({ address }) => address);
          for (const address of [name, member, ...routers]) {
            assert.equal(checkServerIdentity(address, certificate), undefined);
          }
          assert.ok(checkServerIdentity("elsewhere.internal", certificate) instanceof Error);
          assert.ok(!routers.some((address) => dnsNames.includes(address)));
        }
      }),
    );
  });
});
