import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { hostRules } from "../../operations/firewall/hostRules.ts";
import { connections } from "../../topology/connections.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const plan = (monitoring: object, more: Parameters<typeof devConfig>[0] = {}) =>
  planTopology(parseConfig("foobar", "dev", devConfig({ ...more, "foobar:monitoring": monitoring })));

describe("the connections of monitoring", () => {
  const topology = plan({ enabled: true });
  const own = connections(topology).filter(({ from }) => /^(prometheus|alertmanager|board|.*-exporter)-/.test(from));

  it("are those of questions and of alerts", () => {
    assert.deepEqual(
      own.map(({ from, to, ports }) => `${from.replace("-lb1", "")} > ${to.replace("-lb1", "")}:${ports.join(",")}`),
      [
        ...["lb1", "web-server1", "web-server2", "router-server1", "router-server2"].map(
          (to) => `prometheus > ${to}:8404`,
        ),
        "prometheus > node-exporter:9100",
        "prometheus > blackbox-exporter:9115",
        "prometheus > mysql-exporter:9104",
        "prometheus > nginx-exporter:9113",
        "prometheus > alertmanager:9093",
        "blackbox-exporter > lb1:443",
        "blackbox-exporter > web-server1:8443",
        "blackbox-exporter > web-server2:8443",
        "blackbox-exporter > mysql-server2:3306",
        "mysql-exporter > mysql-server2:3306",
        "blackbox-exporter > mysql-server1:3306",
        "mysql-exporter > mysql-server1:3306",
        "nginx-exporter > web-server1:8404",
        "nginx-exporter > web-server2:8404",
        "board > prometheus:9090",
      ],
    );
  });

  it("are in networks that both are in, of which none is an application's", () => {
    const networksOf = (name: string) =>
      instances(topology)
        .find((one) => one.name === name)
        ?.attachments.map(({ network }) => network) ?? [];
    for (const { from, to } of own) {
      assert.ok(
        networksOf(from).some((network) => networksOf(to).includes(network)),
        `${from} and ${to}`,
      );
      assert.deepEqual(
        networksOf(from).filter((network) => /^(app|router)-/.test(network)),
        [],
      );
    }
  });

  it("lead out from Alertmanager alone, and only where somebody is told", () => {
    const out = (monitoring: object) =>
      hostRules(plan({ enabled: true, ...monitoring }))
        .split("\n")
        .filter((line) => line.includes("ip saddr { 10.201.7.254 }"));
    assert.deepEqual(out({}), []);
    assert.equal(out({ receivers: { ntfy: { topic: "foobar" } } }).length, 4);
  });
});

describe("load balancers that are watched", () => {
  const of = (allow: object) => {
    const [first] = plan({ enabled: true }, { "foobar:loadBalancer": { statsPort: 8404, allow } }).loadBalancers;
    assert.ok(first);
    return first.visitors;
  };

  it("let the probe and Prometheus in, whoever else they let in", () => {
    const visitors = of({ site: ["192.0.2.0/24", "127.0.0.0/8"], statistics: ["127.0.0.0/8"] });
    assert.ok(visitors.admitted?.includes("10.201.0.10/32"));
    assert.ok(visitors.statisticsAdmitted.includes("10.201.0.9/32"));
    assert.deepEqual(of({}).admitted, undefined);
  });
});
