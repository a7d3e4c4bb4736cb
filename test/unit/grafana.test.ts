import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { dashboardOf, SOURCE, stepsOf } from "../../components/monitoring/grafana/dashboard.ts";
import { grafanaSettings, provisioning } from "../../components/monitoring/grafana/provisioning.ts";
import { queriesOf } from "../../components/monitoring/queries.ts";
import { schema } from "../../config/schema.ts";
import { usedImages } from "../../operations/stack/needs.ts";
import type { StackSettings } from "../examples.ts";
import { EVERYTHING, monitored } from "../monitoring/subject.ts";

const { plan, watcher } = monitored(EVERYTHING);
const withGrafana: StackSettings = { ...EVERYTHING, "foobar:monitoring": { enabled: true, grafana: true } };

const panel = z.object({
  title: z.string(),
  type: z.string(),
  datasource: z.object({ uid: z.string() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string() })),
});

describe("Grafana", () => {
  const dashboard = JSON.parse(JSON.stringify(dashboardOf(plan)));
  const panels = z.array(panel).parse(dashboard.panels);

  it("has a panel for every query of the boards, with the same words, and none of its own", () => {
    const targets = panels.flatMap((one) => one.targets.map(({ refId, expr }) => `${refId}: ${expr}`));
    const queries = queriesOf(plan).map(({ name, expr }) => `${name}: ${expr}`);
    assert.deepEqual([...new Set(targets)].sort(), queries.sort());
    for (const { datasource } of panels) assert.equal(datasource.uid, SOURCE);
  });

  it("finds its Prometheus and its dashboard", () => {
    const files = provisioning(plan, watcher);
    const [source] = parse(files["datasources/prometheus.yaml"]).datasources;
    assert.deepEqual([source.url, source.uid], [`http://${watcher.prometheus.name}.monitor:9090`, SOURCE]);
    const [provider] = parse(files["dashboards/stack.yaml"]).providers;
    assert.ok(grafanaSettings(plan)["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]?.startsWith(provider.options.path));
    assert.equal(JSON.parse(files["boards/stack.json"]).uid, "foobar-dev");
  });

  it("has a setting, and no stack without it needs its image", () => {
    assert.equal(watcher.grafana, undefined);
    assert.equal(monitored(withGrafana).watcher.grafana?.port, 3000);
    const images = schema.shape.images.parse(undefined);
    const used = (grafana: boolean) =>
      "grafana" in usedImages({ images, monitoring: { enabled: true, grafana }, logs: {} });
    assert.deepEqual([used(false), used(true)], [false, true]);
  });

  it("colours figures by the same limits as the board", () => {
    const colourOf = (limits: Parameters<typeof stepsOf>[0], value: number) =>
      stepsOf(limits).findLast((step) => step.value === null || value >= step.value)?.color;
    const above = { side: "above", warn: 0, page: 10 } as const;
    assert.deepEqual(
      [0, 1, 10, 11].map((value) => colourOf(above, value)),
      ["green", "orange", "orange", "red"],
    );
    const below = { side: "below", warn: 2, page: 1 } as const;
    assert.deepEqual(
      [0, 1, 2, 3].map((value) => colourOf(below, value)),
      ["red", "orange", "green", "green"],
    );
    assert.equal(colourOf({ side: "below", page: 1 }, 0), "red");
    assert.equal(colourOf({ side: "below", page: 1 }, 1), "green");
    assert.equal(colourOf(undefined, 5), "text");
  });
});
