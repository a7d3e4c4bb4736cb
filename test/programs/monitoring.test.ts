import assert from "node:assert/strict";
import { alertmanagerConfig } from "../../components/monitoring/alertmanager/alertmanagerConfig.ts";
import { alertGroups } from "../../components/monitoring/alerts/alerts.ts";
import { BLACKBOX_FOLDER, blackboxConfig } from "../../components/monitoring/blackboxConfig.ts";
import { CONFIG_FOLDER } from "../../components/monitoring/prometheus/folders.ts";
import { prometheusFiles } from "../../components/monitoring/prometheus/prometheusConfig.ts";
import { yaml } from "../../components/monitoring/prometheus/rules.ts";
import { queriesOf } from "../../components/monitoring/queries.ts";
import type { ImageName } from "../../config/schema.ts";
import { SMALL } from "../board/stack.ts";
import { testFile } from "../monitoring/case.ts";
import { ALERT_CASES } from "../monitoring/cases.ts";
import { programMissing, runWithFiles } from "../monitoring/programs.ts";
import { EVERY_RECEIVER, EVERYTHING, monitored } from "../monitoring/subject.ts";

describe("monitoring's files, by the real programs", function () {
  this.timeout("3m");

  const needs = async (test: Mocha.Context, image: ImageName) => {
    const reason = await programMissing(image);
    if (reason === undefined) return;
    console.log(`      SKIPPED: ${reason}`);
    test.skip();
  };
  const { plan, watcher } = monitored({ ...EVERYTHING, "foobar:monitoring": EVERY_RECEIVER });
  const folder = CONFIG_FOLDER;
  const files = prometheusFiles(plan, watcher);

  it("are configurations that promtool, amtool and the blackbox exporter accept", async function () {
    for (const image of ["prometheus", "alertmanager", "blackboxExporter"] as const) await needs(this, image);
    const checks = await Promise.all([
      // It would look for the secrets.
      runWithFiles("prometheus", "promtool", ["check", "config", "--syntax-only", "prometheus.yml"], { folder, files }),
      runWithFiles("prometheus", "promtool", ["check", "rules", "recordings.yml", "alerts.yml"], { folder, files }),
      runWithFiles("alertmanager", "amtool", ["check-config", "alertmanager.yml"], {
        folder: "/etc/alertmanager",
        files: { "alertmanager.yml": alertmanagerConfig(plan) },
      }),
      runWithFiles("blackboxExporter", "/bin/blackbox_exporter", ["--config.check", `--config.file=config.yml`], {
        folder: BLACKBOX_FOLDER,
        files: { "config.yml": blackboxConfig(plan.probe) },
      }),
    ]);
    for (const { isSuccess, output } of checks) assert.ok(isSuccess, output);
  });

  it("are queries of boards that Prometheus understands", async function () {
    await needs(this, "prometheus");
    const queries = [EVERYTHING, SMALL].flatMap((settings) => queriesOf(monitored(settings).plan));
    const rules = queries.map(({ name, expr }, index) => ({ record: `board:${name}:${index}`, expr }));
    const { isSuccess, output } = await runWithFiles("prometheus", "promtool", ["check", "rules", "queries.yml"], {
      folder,
      files: { "queries.yml": yaml({ groups: [{ name: "queries", rules }] }) },
    });
    assert.ok(isSuccess, output);
  });

  it("record what each web server gets, by every way to it", async function () {
    await needs(this, "prometheus");
    const counted = (proxy: string, server: string) =>
      `haproxy_server_http_responses_total{job="haproxy",instance="lb1",proxy="${proxy}",server="${server}",code="2xx"}`;
    const series = ["web", "web-safe"].flatMap((proxy) =>
      ["server1", "last-resort-server1", "server2"].map((server) => counted(proxy, server)),
    );
    const test = yaml({
      rule_files: ["recordings.yml"],
      evaluation_interval: "5s",
      tests: [
        {
          interval: "5s",
          input_series: [...series, counted("last-resort", "server2")].map((one) => ({
            ...{ series: one, values: "0+5x30" },
          })),
          promql_expr_test: [
            {
              ...{ expr: "server:requests:rate1m", eval_time: "2m" },
              exp_samples: ["server1", "server2"].map((server, index) => ({
                ...{ labels: `server:requests:rate1m{server="${server}"}`, value: 4 - index },
              })),
            },
          ],
        },
      ],
    });
    const { isSuccess, output } = await runWithFiles("prometheus", "promtool", ["test", "rules", "traffic.yml"], {
      ...{ folder, files: { ...files, "traffic.yml": test } },
    });
    assert.ok(isSuccess, output);
  });

  for (const [name, cases] of Object.entries(ALERT_CASES)) {
    it(`${name}: each alert fires when it should, and not before`, async function () {
      await needs(this, "prometheus");
      const groups = alertGroups({ ...plan.watched, scrapeSeconds: plan.scrapeSeconds });
      const all = { ...files, [name]: testFile(cases, groups) };
      const { isSuccess, output } = await runWithFiles("prometheus", "promtool", ["test", "rules", name], {
        folder,
        files: all,
      });
      assert.ok(isSuccess, output);
    });
  }
});
