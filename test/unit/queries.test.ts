import assert from "node:assert/strict";
import { chartsOf, QUERY_NAMES, type QueryName, queriesOf } from "../../components/monitoring/queries.ts";
import { SMALL, WHOLE } from "../board/stack.ts";
import type { StackSettings } from "../examples.ts";
import { isKept, seriesIn } from "../monitoring/series.ts";
import { EVERYTHING, monitored } from "../monitoring/subject.ts";

const server = (name: string, ...roles: string[]) => ({ name, roles });

/** The application's image has no figures, the web servers are apart, there is one database. */
const BARE: StackSettings = {
  "foobar:application": { image: "registry.foobar.com/shop:1.2.3" },
  "foobar:servers": [
    server("front1", "web"),
    server("front2", "web"),
    server("back1", "app", "db"),
    server("back2", "app"),
  ],
  "foobar:monitoring": { enabled: true, machines: false },
};

const of = (settings: StackSettings) => queriesOf(monitored(settings).plan);
const namesOf = (settings: StackSettings) => of(settings).map(({ name }) => name);
const exprOf = (settings: StackSettings, name: QueryName) => of(settings).find((one) => one.name === name)?.expr ?? "";

describe("the queries of boards", () => {
  const stacks = { EVERYTHING, WHOLE, SMALL, BARE };

  it("have each a name of its own, and every name a stack", () => {
    const found = Object.values(stacks).flatMap((settings) => {
      const names = namesOf(settings);
      assert.deepEqual(names, [...new Set(names)]);
      return names;
    });
    assert.deepEqual([...new Set(found)].sort(), [...QUERY_NAMES].sort());
  });

  for (const [name, settings] of Object.entries(stacks)) {
    it(`read only series that Prometheus keeps: ${name}`, () => {
      const { plan } = monitored(settings);
      const names = seriesIn(queriesOf(plan).map(({ expr }) => expr));
      assert.ok(names.length > 10, names.join(" "));
      assert.deepEqual(
        names.filter((one) => !isKept(one, plan)),
        [],
      );
    });
  }

  it("are left out where a stack has no figures", () => {
    const missing = namesOf(EVERYTHING).filter((name) => !namesOf(BARE).includes(name));
    assert.deepEqual(missing.sort(), ["backupAge", "databaseLag", "holders", "lag", "latency50", "latency99"]);
    assert.ok(namesOf(BARE).includes("latencyMean"));
    assert.ok(namesOf(SMALL).includes("replicates"));
  });

  it("count the requests of each web server, whatever ways are behind it", () => {
    assert.equal(
      exprOf(SMALL, "webRequests"),
      [
        'label_replace(sum(server:requests:rate1m{server=~"server1"}), "instance", "web-server1", "", "")',
        '  or label_replace(sum(server:requests:rate1m{server=~"server2"}), "instance", "web-server2", "", "")',
      ].join("\n"),
    );
    const apart = exprOf(BARE, "webRequests");
    assert.match(apart, /server=~"front1-back1\|front1-back2"\}\), "instance", "web-front1"/);
  });

  it("have no default: a figure that is missing is none that is well", () => {
    for (const settings of Object.values(stacks)) {
      for (const { name, expr } of of(settings)) assert.doesNotMatch(expr, /vector\(/, name);
    }
  });

  it("are drawn in charts whose lines the stack has", () => {
    assert.deepEqual(
      chartsOf(of(WHOLE)).map(({ lines }) => lines),
      [["webRequests"], ["latency99", "latency50"], ["failures"], ["databaseLag"]],
    );
    assert.deepEqual(
      chartsOf(of(BARE)).map(({ lines }) => lines),
      [["webRequests"], ["latencyMean"], ["failures"]],
    );
  });
});
