import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { freeze } from "../project.ts";
import {
  databasesOfProject,
  describeProject,
  drill,
  measured,
  notDrifted,
  post,
  read,
  seconds,
  unchanged,
  up,
} from "../site.ts";
import { serverOf, sharesOf } from "../visitors.ts";

const CONTENT = "SELECT COUNT(*), SUM(id), BIT_XOR(CRC32(text)) FROM foobar.messages";

const TWO = [
  { name: "server1", roles: ["web", "app", "db"] },
  { name: "server2", roles: ["web", "app", "db"] },
];

interface Settings {
  /** Default: two servers with all roles. */
  readonly servers?: readonly object[];
  readonly loadBalancer?: object;
  readonly mysql?: object;
}

describeProject("a stack that moves from layout to layout with its data", (project) => {
  const written: string[] = [];

  /** Moves the stack. Afterwards every database has all former messages, and another `up` would change nothing. */
  const move = async (name: string, { servers = TWO, loadBalancer = {}, mysql = {} }: Settings) => {
    const [port, statsPort, , , httpsPort] = project().ports;
    await project().configure({
      "foobar:servers": servers,
      "foobar:loadBalancer": { port, httpsPort, statsPort, ...loadBalancer },
      "foobar:mysql": { primary: "server2", ...mysql },
    });
    const start = performance.now();
    await up(project());
    measured(`move=${name.replaceAll(" ", "-")} up=${seconds(start)}`);
    await eventually(async () => void (await post(project(), name)), 10);
    written.push(name);
    await unchanged(project());
    const { ask, primary, names } = await databasesOfProject(project());
    const content = await ask(await primary(), CONTENT);
    assert.equal(content[0]?.[0], String(written.length));
    for (const each of names)
      await eventually(async () => assert.deepEqual(await ask(each, CONTENT), content, each), 30);
  };

  it("comes up from nothing as a group", () => move("a group", { mysql: { replication: "group" } }));

  it("loses no row when the group's primary is killed, nor when all members are killed", () =>
    drill(project(), "database-kill-primary", "database-kill-all"));

  it("moves to a server for each tier, with two databases and semisync replication", () =>
    move("tiers", {
      servers: [
        { name: "server1", roles: ["web", "db"] },
        { name: "server2", roles: ["db"] },
        { name: "server3", roles: ["app"] },
        { name: "server4", roles: ["web"] },
        { name: "server5", roles: ["app"] },
      ],
      loadBalancer: { mode: "active-passive" },
      mysql: { replication: "semisync", withoutReplica: "wait" },
    }));

  it("uses the next application while the active one hangs, and then the active one again", async () => {
    const { url } = project();
    assert.deepEqual(await sharesOf(url, 10), { server3: 10 });
    const thaw = await freeze(project(), "app-server3");
    try {
      await eventually(async () => assert.deepEqual(await sharesOf(url, 3), { server5: 3 }), 30);
    } finally {
      await thaw();
    }
    await eventually(async () => assert.deepEqual(await sharesOf(url, 3), { server3: 3 }), 30);
  });

  it("switches over to the other database and back without a lost row", () => drill(project(), "database-switchover"));

  it("moves to a pair of load balancers with one virtual address", async () => {
    const [, , pairPort, pairStatsPort, , pairHttpsPort] = project().ports;
    await move("a pair", {
      loadBalancer: { replicas: 2, pair: { port: pairPort, httpsPort: pairHttpsPort, statsPort: pairStatsPort } },
    });
    // A new load balancer takes its address back seconds after the up, which cuts the connections through it.
    for (const url of [`http://${project().slot.prefix(0)}.254`, `http://127.0.0.1:${pairPort}`]) {
      await eventually(async () => assert.match(await serverOf(url, { connection: "close" }), /^server\d$/), 30);
    }
  });

  it("loses no request to a release of a pair, and hardly any when its HAProxies hang", () =>
    drill(project(), "release-haproxy", "pause-haproxy"));

  it("moves to one server", () => move("one server", { servers: TWO.slice(1) }));

  it("has every message of all moves, changes nothing at another up, and has not drifted", async () => {
    const texts = (await read(project())).messages.map(({ text }) => text);
    assert.deepEqual(texts.toSorted(), written.toSorted());
    await up(project(), "--expect-no-changes");
    await notDrifted(project());
  });
});
