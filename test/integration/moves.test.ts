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
  /** Default: two that have everything. */
  readonly servers?: readonly object[];
  readonly loadBalancer?: object;
  readonly mysql?: object;
}

describeProject("a stack that moves from layout to layout with its data", (project) => {
  const written: string[] = [];

  /** Moves the stack, which then has all that was written before, on every database, and would not be changed again. */
  const move = async (name: string, { servers = TWO, loadBalancer = {}, mysql = {} }: Settings) => {
    const [port, statsPort] = project().ports;
    await project().configure({
      "foobar:servers": servers,
      "foobar:loadBalancer": { port, statsPort, ...loadBalancer },
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

  it("loses no row when the group's primary is killed, nor when all members are", () =>
    drill(project(), "database-kill-primary", "database-kill-all"));

  it("moves to a server for each tier, with two databases of which one acknowledges every commit", () =>
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

  it("has the next application take over from the active one when that hangs, and give way to it again", async () => {
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

  it("moves to a pair of load balancers, one virtual address before both", async () => {
    const [, , pairPort, pairStatsPort] = project().ports;
    await move("a pair", {
      loadBalancer: { replicas: 2, pair: { port: pairPort, statsPort: pairStatsPort } },
    });
    // A load balancer that is new takes the address back seconds after the up, which cuts connections through it.
    for (const url of [`http://${project().slot.prefix(0)}.254`, `http://127.0.0.1:${pairPort}`]) {
      await eventually(async () => assert.match(await serverOf(url, { connection: "close" }), /^server\d$/), 30);
    }
  });

  it("loses no request to a release of a pair, and hardly one when its HAProxies hang", () =>
    drill(project(), "release-haproxy", "pause-haproxy"));

  it("moves to one server", () => move("one server", { servers: TWO.slice(1) }));

  it("has every message of the way, changes nothing at one more up, and has not drifted", async () => {
    const texts = (await read(project())).messages.map(({ text }) => text);
    assert.deepEqual(texts.toSorted(), written.toSorted());
    await up(project(), "--expect-no-changes");
    await notDrifted(project());
  });
});
