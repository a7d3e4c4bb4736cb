import assert from "node:assert/strict";
import { Agent, request } from "undici";
import { eventually } from "../../engine/eventually.ts";
import { labelFilter, SERVICE_LABEL } from "../../engine/labels.ts";
import { PROJECT } from "../../operations/stack/project.ts";
import { watchForClear } from "../hosts/clear.ts";
import { describeMachines, NAMES, onThree } from "../hosts/site.ts";
import { quietly } from "../quiet.ts";
import { measured, seconds, succeed, unchanged, up } from "../site.ts";

/** Logins to each machine that an `up` without changes may take. */
const FEW_LOGINS = 2;
const TEXT = "on three machines";

describeMachines("the life of a stack on three machines", (project, hosts) => {
  const site = () => `http://${hosts().host("lb").address}`;
  const messages = async () => {
    const response = await fetch(`${site()}/api/messages`, { signal: AbortSignal.timeout(10_000) });
    assert.equal(response.status, 200);
    return (await response.json()) as { readonly messages: readonly { readonly text: string }[] };
  };
  /** The stack's containers that run on a machine, as its engine says. */
  const runningOn = (name: string) => {
    const label = labelFilter({ project: PROJECT, stack: project().stack });
    return hosts().host(name).engine.listContainers({ filters: { label } });
  };
  const containersOn = async (name: string) => (await runningOn(name)).map(({ Labels }) => Labels[SERVICE_LABEL]);
  const idsOn = async (name: string) => (await runningOn(name)).map(({ Id }) => Id);
  /** Runs something, and prints how often it logged in to each machine. */
  const counted = async (what: string, work: () => Promise<unknown>): Promise<number[]> => {
    const count = () => Promise.all(NAMES.map((name) => hosts().logins(name)));
    const [before, start] = [await count(), performance.now()];
    await work();
    const logins = (await count()).map((number, index) => number - (before[index] ?? 0));
    measured(`machines=3 ${what}=${seconds(start)} logins=${logins.join(",")}`);
    return logins;
  };

  it("comes up, each container on its machine", async () => {
    await project().configure(onThree(hosts()));
    await counted("up", () => up(project()));
    for (const [name, services] of [
      ["server1", ["agent-server1", "app-server1", "mysql-server1", "router-server1", "web-server1"]],
      ["server2", ["agent-server2", "app-server2", "mysql-server2", "router-server2", "web-server2"]],
      ["lb", ["agent-arbiter", "haproxy-lb1", "lb1", "mysql-arbiter", "mysql-steward"]],
    ] as const) {
      assert.deepEqual((await containersOn(name)).sort(), services);
    }
    await eventually(async () => {
      const response = await fetch(`${site()}/api/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ author: "test", text: TEXT }),
        signal: AbortSignal.timeout(10_000),
      });
      assert.equal(response.status, 201);
    }, 30);
  });

  it("changes nothing at the next up, which logs in hardly ever", async () => {
    for (const logins of await counted("unchanged", () => unchanged(project()))) assert.ok(logins <= FEW_LOGINS);
  });

  it("sends no row, and no password, in clear from machine to machine", async () => {
    const { stdout } = await project().pulumi(["stack", "output", "mysqlApplicationPassword", "--show-secrets"]);
    const [row, password] = ["a row that nobody reads on the way", stdout.trim()];
    const seen = { row: await watchForClear(hosts(), row), password: await watchForClear(hosts(), password) };
    const url = `https://${hosts().host("lb").address}/api/messages`;
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    for (let time = 0; time < 4; time++) {
      const response = await request(url, {
        dispatcher,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ author: "test", text: row }),
      });
      assert.equal(response.statusCode, 201);
      assert.match(await (await request(url, { dispatcher })).body.text(), new RegExp(row));
    }
    assert.equal(await seen.row(), 0);
    assert.equal(await seen.password(), 0);
    // What is in clear is seen, also in the other machine's answer that nobody listens there.
    const { address } = hosts().host("server2");
    await hosts().inside("server1", "bash", "-c", `echo "${row}" >/dev/udp/${address}/9`);
    assert.ok((await seen.row()) > 0);
  });

  it("releases to each machine", async () => {
    const before = await Promise.all(NAMES.map(idsOn));
    await project().configure({ ...onThree(hosts()), "foobar:web": { maxBodyMb: 3 } });
    await counted("release", () => up(project()));
    const after = await Promise.all(NAMES.map(idsOn));
    const replaced = after.map((ids, index) => ids.filter((id) => !before[index]?.includes(id)).length);
    assert.deepEqual(replaced, [1, 1, 0], "Nginx of each server has another configuration, and nothing else has");
  });

  it("loses no row when the primary's machine loses power, and is whole again without a hand", async () => {
    const { host } = hosts();
    const args = ["kill-host", "--machines", hosts().machines, "--host", host("server1").address];
    const { stdout, output } = await quietly(() =>
      project().npm("drill", [...args, "--yes", "--seconds", "8", "--rate", "100"]),
    );
    const [line = output] = stdout.match(/^drill=kill-host .*$/m) ?? [];
    measured(line);
    assert.match(line, / acked=[1-9]\d* lost=0 duplicated=0 /, output);
    assert.equal((await messages()).messages.filter(({ text }) => text === TEXT).length, 1);
  });

  it("goes away, on every machine", async () => {
    await succeed(project(), "down", "--yes");
    for (const name of NAMES) assert.deepEqual(await containersOn(name), []);
  });
});
