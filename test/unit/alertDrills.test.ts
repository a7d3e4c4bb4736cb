import assert from "node:assert/strict";
import { alertGroups } from "../../components/monitoring/alerts/alerts.ts";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { CAUSES } from "../../operations/drills/alerts/alerts.ts";
import { limitsOf, secondsOf } from "../../operations/drills/alerts/seconds.ts";
import { UNTRIED } from "../../operations/drills/alerts/untried.ts";
import { inAlertmanager, inPrometheus } from "../../operations/drills/alerts/watch.ts";
import { drillsNamed } from "../../operations/drills/drills.ts";
import type { Stack } from "../../operations/stack/stack.ts";
import { planTopology } from "../../topology/topology.ts";
import type { StackSettings } from "../examples.ts";
import { EVERYTHING } from "../monitoring/subject.ts";

function stackWith(settings: StackSettings): Stack {
  const config = parseConfig("foobar", "dev", rawSettings(settings));
  return { config, topology: planTopology(config) };
}

const everything = stackWith(EVERYTHING);
const semisync = stackWith({
  ...EVERYTHING,
  "foobar:mysql": { replication: "semisync", withoutReplica: "wait", backup: {} },
});

describe("the drills of alerts", () => {
  it("produce every alert of every mode, or say why not", () => {
    const produced = [everything, semisync].flatMap((stack) =>
      CAUSES.filter(({ obstacle }) => obstacle(stack) === undefined).flatMap(({ alerts }) => alerts(stack)),
    );
    const all = [everything, semisync].flatMap(({ topology: { monitoring } }) =>
      monitoring === undefined
        ? []
        : alertGroups({ ...monitoring.watched, scrapeSeconds: monitoring.scrapeSeconds })
            .flatMap(({ alerts }) => alerts)
            .map(({ name }) => name),
    );
    assert.deepEqual([...new Set([...produced, ...Object.keys(UNTRIED)])].sort(), [...new Set(all)].sort());
    assert.deepEqual(
      produced.filter((name) => name in UNTRIED),
      [],
    );
  });

  it("need monitoring, and what they let go wrong", () => {
    const bare = stackWith({});
    for (const drill of drillsNamed(["alerts"])) assert.match(drill.obstacle(bare) ?? "", /monitoring\.enabled/);
    const small = stackWith({
      "foobar:servers": [{ name: "server1", roles: ["web", "app", "db"] }],
      "foobar:monitoring": { enabled: true },
    });
    const possible = drillsNamed(["alerts"]).filter((drill) => drill.obstacle(small) === undefined);
    assert.deepEqual(
      possible.map(({ name }) => name),
      [
        "alert-site-dead",
        "alert-applications-frozen",
        "alert-no-primary",
        "alert-agent-dead",
        "alert-unwatched",
        "alert-alertmanager-dead",
        "alert-out-of-memory",
      ],
    );
  });

  it("have limits from the alerts' own times, and those of promises", () => {
    assert.deepEqual(
      [...limitsOf(everything.topology, ["SiteDown", "ServerDown", "InstanceDown"]).values()],
      [14, 19, 100],
    );
    assert.deepEqual(["15s", "5m", "1h", undefined].map(secondsOf), [15, 300, 3_600, 0]);
  });

  it("read what fires, hidden alerts too", () => {
    const alertmanager = [
      { labels: { alertname: "SiteDown", severity: "page" }, status: { state: "active" } },
      { labels: { alertname: "NoServerReady", severity: "page" }, status: { state: "suppressed" } },
    ];
    assert.deepEqual(inAlertmanager(JSON.stringify(alertmanager)), [
      { name: "SiteDown", severity: "page", isTold: true },
      { name: "NoServerReady", severity: "page", isTold: false },
    ]);
    const alerts = [
      { labels: { alertname: "TargetMissing", severity: "warn" }, state: "firing" },
      { labels: { alertname: "SiteDown", severity: "page" }, state: "pending" },
    ];
    assert.deepEqual(inPrometheus(JSON.stringify({ data: { alerts } })), [
      { name: "TargetMissing", severity: "warn", isTold: false },
    ]);
  });
});
