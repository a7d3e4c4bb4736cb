import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import type { Answer } from "../../operations/drills/traffic/measure.ts";
import { compare, comparisonLine, watchSeconds } from "../../operations/explain/verify/compare.ts";
import { type Observation, observe, observingStepAt } from "../../operations/explain/verify/observe.ts";
import { obstacleOn, obstacleTo } from "../../operations/explain/verify/run.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Finding, survive } from "../../topology/survival.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));

function found(topology: Topology, kind: string, name: string): Finding {
  const finding = survive(topology).find(({ unit }) => unit.kind === kind && unit.name === name);
  assert.ok(finding, `${kind} ${name}`);
  return finding;
}

describe("a prediction that is tried", () => {
  /** Answers every 100 ms of each capability, of which those in a time fail. */
  function answers(seconds: number, fails: (path: string, method: string, at: number) => boolean): Answer[] {
    return Array.from({ length: seconds * 30 }, (_, number): Answer => {
      const step = observingStepAt(number);
      const sentAt = Math.floor(number / 3) * 100;
      const isFailed = fails(step.path, step.method, sentAt);
      return {
        step,
        sentAt,
        doneAt: sentAt + 50,
        status: isFailed ? 503 : 200,
        server: "server1",
        problem: undefined,
        message: undefined,
      };
    });
  }
  const isWrite = (_: string, method: string) => method === "POST";
  const of = (list: readonly Observation[], capability: string) => list.find((one) => one.capability === capability);
  const LOST = 2_000;

  it("is observed for pages, reads and writes by themselves", () => {
    const seen = observe(
      answers(30, (path, method, at) => isWrite(path, method) && at > LOST && at < 10_000),
      LOST,
      30_000,
    );
    assert.deepEqual(
      seen.map(({ isDown }) => isDown),
      [false, false, false],
    );
    assert.ok((of(seen, "writes")?.awaySeconds ?? 0) >= 7.9 && (of(seen, "writes")?.awaySeconds ?? 9) <= 8.1);
    assert.ok((of(seen, "pages")?.awaySeconds ?? 9) < 0.3);
  });

  it("is down if nothing succeeds at the end", () => {
    const seen = observe(
      answers(30, (path, method, at) => isWrite(path, method) && at > LOST),
      LOST,
      30_000,
    );
    assert.deepEqual([of(seen, "writes")?.isDown, of(seen, "reads")?.isDown], [true, false]);
  });

  it("counts failures that are mixed with successes as away, until the last one", () => {
    const seen = observe(
      answers(30, (path, method, at) => isWrite(path, method) && at > LOST && at < 20_000 && (at / 100) % 2 === 0),
      LOST,
      30_000,
    );
    assert.ok((of(seen, "writes")?.awaySeconds ?? 0) > 17);
  });

  it("does not count requests in flight at the loss", () => {
    const seen = observe(
      answers(30, (_, __, at) => at === LOST),
      LOST,
      30_000,
    );
    assert.deepEqual(
      seen.map(({ lostInFlight }) => lostInFlight),
      [1, 1, 1],
    );
    assert.ok(seen.every(({ awaySeconds }) => awaySeconds < 0.3));
  });

  const seen = (writes: Partial<Observation>): Observation[] =>
    (["pages", "reads", "writes"] as const).map((capability) => ({
      capability,
      isDown: false,
      awaySeconds: 0.1,
      lostInFlight: 0,
      lastFailure: undefined,
      ...(capability === "writes" ? writes : {}),
    }));
  const differences = (finding: Finding, writes: Partial<Observation>) => compare(finding, seen(writes)).differences;

  it("holds if what goes down stays down, and else says what was seen", () => {
    const finding = found(dev(), "container", "mysql-server1");
    assert.deepEqual(differences(finding, { isDown: true, awaySeconds: 20 }), []);
    assert.deepEqual(differences(finding, { awaySeconds: 4 }), ["writes: predicted down, and it came back after 4 s"]);
  });

  it("holds if what is switched is back in time", () => {
    const finding = found(dev(), "process", "mysql-server1");
    assert.deepEqual(differences(finding, { awaySeconds: 12 }), []);
    assert.deepEqual(differences(finding, { awaySeconds: 25 }), [
      "writes: predicted switched within 20 s, and it was away for 25 s",
    ]);
    assert.deepEqual(differences(finding, { isDown: true }), ["writes: predicted switched, and it stayed down"]);
  });

  it("holds if what is kept is away for no longer than HAProxy takes to notice", () => {
    const finding = found(dev(), "container", "web-server1");
    assert.deepEqual(differences(finding, { awaySeconds: 1.5, lostInFlight: 2 }), []);
    assert.equal(differences(finding, { awaySeconds: 3 }).length, 1);
    const idle = found(dev(), "container", "mysql-steward");
    assert.deepEqual(differences(idle, { lostInFlight: 2 }), [
      "writes: 2 requests in flight failed, and none passes through it",
    ]);
  });

  it("is watched for longer than it may be away", () => {
    assert.equal(watchSeconds(found(dev(), "container", "router-server1")), 40);
    assert.equal(watchSeconds(found(dev(), "container", "lb1")), 25);
    assert.equal(watchSeconds(found(dev(), "container", "web-server1")), 7);
  });

  it("has a line for programs", () => {
    const comparison = compare(found(dev(), "container", "mysql-server1"), seen({ isDown: true }));
    assert.equal(
      comparisonLine(comparison),
      "verify=container name=mysql-server1 pages=kept/0.1s reads=kept/0.1s writes=down/down result=equal",
    );
  });

  it("is not tried on machines, nor with an application whose messages nobody knows", () => {
    assert.match(obstacleTo(found(dev(), "engine", "local")) ?? "", /kill-host/);
    assert.equal(obstacleTo(found(dev(), "server", "server1")), undefined);
    assert.equal(obstacleOn(dev()), undefined);
    assert.match(
      obstacleOn(dev({ "foobar:application": { image: "registry.example/shop:1" } })) ?? "",
      /not the sample/,
    );
  });
});
