import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { labelFilter } from "../../engine/labels.ts";
import { executeIn } from "../../engine/streams.ts";
import { PROJECT } from "../../operations/stack/project.ts";
import { ALERTS, alertsIn } from "../../operations/status/sources/alerts.ts";
import { PROMETHEUS_PORT } from "../../topology/ports.ts";
import { describeMachines, onThree } from "../hosts/site.ts";
import { measured, seconds, unchanged, up } from "../site.ts";

/** The machines of the two watchers: that of the load balancer, and the first server's. */
const WATCHERS = [
  { machine: "lb", host: "lb1" },
  { machine: "server1", host: "server1" },
] as const;

/** The first figures need some questions, and some alerts look back for five minutes. */
const SETTLED_SECONDS = 420;
const NOTICED_SECONDS = 120;

describeMachines("monitoring of a stack on three machines", (project, hosts) => {
  type Watcher = (typeof WATCHERS)[number];

  /** Runs a command in a watcher's container, on its own machine. */
  const inside = async ({ machine, host }: Watcher, kind: string, command: readonly string[]) => {
    const { engine } = hosts().host(machine);
    const label = labelFilter({ project: PROJECT, stack: project().stack }, `${kind}-${host}`);
    const [info] = await engine.listContainers({ filters: { label } });
    assert.ok(info, `${machine} has no ${kind}-${host}`);
    return executeIn(engine, engine.getContainer(info.Id), command);
  };
  const ask = async (watcher: Watcher, query: string): Promise<number> => {
    const url = `http://prometheus-${watcher.host}.monitor:${PROMETHEUS_PORT}/api/v1/query?query=${encodeURIComponent(query)}`;
    const { data } = JSON.parse(await inside(watcher, "prometheus", ["wget", "-q", "-O", "-", url]));
    return Number(data.result[0]?.value[1] ?? Number.NaN);
  };
  const alerts = async (watcher: Watcher) => alertsIn(await inside(watcher, "alertmanager", ALERTS));
  const status = () => project().npm("status", ["--wait", "20"]);

  it("has a watcher on each of two, which both see everything, and each other", async () => {
    await project().configure({ ...onThree(hosts()), "foobar:monitoring": { enabled: true } });
    const start = performance.now();
    await up(project());
    measured(`machines=3 monitoring up=${seconds(start)}`);
    for (const watcher of WATCHERS) {
      await eventually(async () => {
        assert.equal(await ask(watcher, "count(up == 0) or vector(0)"), 0, `${watcher.host} has silent targets`);
        assert.equal(await ask(watcher, "min(alertmanager_cluster_members)"), 2);
        assert.equal(await ask(watcher, "count(node_load1)"), 3, "an exporter is on each machine");
        assert.equal(await ask(watcher, "sum(prometheus_rule_evaluation_failures_total)"), 0);
        assert.deepEqual(await alerts(watcher), []);
      }, SETTLED_SECONDS);
    }
    // A watcher that has just begun has not asked each of its targets yet.
    await eventually(async () => {
      const [one, other] = await Promise.all(WATCHERS.map((watcher) => ask(watcher, "count(up)")));
      assert.equal(one, other, "both ask the same targets");
    }, SETTLED_SECONDS);
    await unchanged(project());
    const { exitCode, output } = await status();
    assert.equal(exitCode, 0, output);
  });

  it("tells at the other that a machine with a watcher has lost its power, and the status says it, too", async () => {
    const [left, lost] = WATCHERS;
    const start = performance.now();
    await hosts().off(lost.machine);
    await eventually(async () => {
      const names = (await alerts(left)).map(({ name }) => name);
      assert.ok(names.includes("ServerDown"), names.join());
    }, NOTICED_SECONDS);
    measured(`machines=3 alert=ServerDown seconds=${seconds(start)}`);
    const { exitCode, output } = await project().npm("status");
    measured(`machines=3 status with a dead machine ${/\d+\.\d s$/m.exec(output)?.[0]}`);
    assert.equal(exitCode, 1, output);
    assert.match(output, /server1 .*does not answer/s);
  });

  it("is quiet again when the machine is back", async () => {
    await hosts().on("server1");
    for (const watcher of WATCHERS) {
      await eventually(async () => assert.deepEqual(await alerts(watcher), []), SETTLED_SECONDS);
    }
    await eventually(async () => {
      const { exitCode, output } = await status();
      assert.equal(exitCode, 0, output);
    }, NOTICED_SECONDS);
  });
});
