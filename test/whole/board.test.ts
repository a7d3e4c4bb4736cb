import assert from "node:assert/strict";
import { queriesOf } from "../../components/monitoring/queries.ts";
import { eventually } from "../../engine/eventually.ts";
import { chromiumHere, startChromium } from "../board/chromium.ts";
import { unanswered } from "../board/live.ts";
import { docker } from "../engine.ts";
import { inspect, stop } from "../project.ts";
import { describeProject, measured, succeed, topologyOf, up } from "../site.ts";

/** Figures are rates of a minute, certificates are asked for once a minute, and the backups' figures come after those. */
const FIGURES_SECONDS = 300;

describeProject("the board of a pair with replicas and backups, on one real stack", (project) => {
  const boardUrl = () => `http://127.0.0.1:${project().boardPort}/`;

  const number = async (query: string) => {
    const response = await fetch(`${boardUrl()}api/v1/query?${new URLSearchParams({ query })}`);
    return Number((await response.json()).data.result[0]?.value[1]);
  };

  it("has an answer for every query, and no rule fails", async () => {
    const [port, statsPort, pairPort, pairStatsPort, httpsPort, pairHttpsPort] = project().ports;
    await project().configure({
      "foobar:monitoring": { enabled: true },
      "foobar:mysql": { backup: {} },
      "foobar:loadBalancer": {
        replicas: 2,
        ...{ port, statsPort, httpsPort },
        pair: { port: pairPort, statsPort: pairStatsPort, httpsPort: pairHttpsPort },
      },
    });
    await up(project());
    await succeed(project(), "backup");
    const { monitoring } = await topologyOf(project());
    assert.ok(monitoring);
    const queries = queriesOf(monitoring);
    await eventually(async () => assert.deepEqual(await unanswered(boardUrl(), queries), []), FIGURES_SECONDS);
    assert.equal(await number("sum(prometheus_rule_evaluation_failures_total)"), 0);
    const { Name } = await inspect(project(), "board-lb1");
    measured(`board ${await docker("stats", "--no-stream", "--format={{.MemUsage}} {{.CPUPerc}}", Name.slice(1))}`);
  });

  it("shows in a browser how the stack is, and when Prometheus is lost", async function () {
    const program = await chromiumHere();
    if (program === undefined) {
      console.log("      SKIPPED, the board in a browser: there is no Chromium");
      return this.skip();
    }
    const browser = await startChromium(program);
    try {
      const page = await browser.newPage();
      await page.goto(boardUrl());
      const says = (words: RegExp) =>
        eventually(async () => assert.match((await page.textContent("body")) ?? "", words), FIGURES_SECONDS);
      await says(
        /^All is well.*yesthe site answers.*2of 2 servers ready.*lb1active load balancer.*server\dhas the primary database/,
      );
      const start = await stop(project(), "prometheus-lb1");
      await says(/Prometheus does not answer.*The last answer came at/);
      await start();
      await says(/yesthe site answers/);
    } finally {
      await browser.close();
    }
  });
});
