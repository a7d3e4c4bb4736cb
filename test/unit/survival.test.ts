import assert from "node:assert/strict";
import { parseConfig, rawSettings } from "../../config/config.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Finding, singlePoints, survive } from "../../topology/survival.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { exampleSettings } from "../examples.ts";

const example = (name: string, more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", name, rawSettings({ ...exampleSettings(name), ...more })));
const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));

const PAIR_AND_GROUP = {
  "foobar:loadBalancer": { replicas: 2 },
  "foobar:mysql": { replication: "group", primary: "server1", backup: {} },
};

/** A finding as a line: what is down, what is away for how many seconds and who takes over, and what comes next. */
function line({ effects, then }: Finding): string {
  const told = effects.flatMap(({ capability, outcome, seconds, by }) =>
    outcome === "kept"
      ? []
      : [outcome === "down" ? `no ${capability}` : `${capability} away ${seconds} s${by ? ` (${by})` : ""}`],
  );
  return [told.join(", ") || "nothing", ...(then.length > 0 ? [`then ${then.join(" ")}`] : [])].join("; ");
}

function found(findings: readonly Finding[], kind: string, name: string): Finding {
  const finding = findings.find(({ unit }) => unit.kind === kind && unit.name === name);
  assert.ok(finding, `${kind} ${name}`);
  return finding;
}

describe("what survives a loss", () => {
  const cases: readonly [string, Topology, readonly (readonly [string, string])[]][] = [
    [
      "in the default",
      dev(),
      [
        ["process lb1", "pages away 15 s, reads away 15 s, writes away 15 s"],
        ["process haproxy-lb1", "pages away 3 s, reads away 3 s, writes away 3 s"],
        ["process mysql-server1", "writes away 20 s"],
        ["container lb1", "no pages, no reads, no writes"],
        ["container haproxy-lb1", "pages away 15 s (lb1), reads away 15 s (lb1), writes away 15 s (lb1)"],
        ["container web-server1", "nothing; then web-server2 app-server2 router-server2"],
        [
          "container router-server1",
          "reads away 35 s (router-server2), writes away 35 s (router-server2); then web-server2 app-server2 router-server2",
        ],
        ["container mysql-server1", "no writes; then mysql-server2"],
        ["container mysql-server2", "reads away 3 s (mysql-server1)"],
        ["container mysql-steward", "nothing"],
        ["server server2", "reads away 3 s (mysql-server1); then web-server1 app-server1 router-server1"],
        ["engine local", "no pages, no reads, no writes"],
      ],
    ],
    [
      "in a pair with a group",
      dev(PAIR_AND_GROUP),
      [
        [
          "container lb1",
          "pages away 2 s (haproxy-lb2), reads away 2 s (haproxy-lb2), writes away 2 s (haproxy-lb2); then lb2",
        ],
        ["container lb2", "nothing; then lb1"],
        [
          "server server1",
          "reads away 3 s (mysql-server2), writes away 25 s (mysql-server2); then web-server2 app-server2 router-server2 mysql-arbiter mysql-server2",
        ],
        ["server arbiter", "writes away 18 s (mysql-server1); then mysql-server2 mysql-server1"],
        ["container mysql-backup", "no backups"],
        ["engine local", "no pages, no reads, no writes, no backups"],
      ],
    ],
    [
      "in a pair whose addresses are both in use",
      example("pair-active-active"),
      [
        [
          "container lb2",
          "pages away 2 s (haproxy-lb1), reads away 2 s (haproxy-lb1), writes away 2 s (haproxy-lb1); then lb1",
        ],
      ],
    ],
    [
      "in active-passive",
      example("active-passive"),
      [
        [
          "container web-server1",
          "pages away 2 s (web-server2), reads away 2 s (web-server2), writes away 2 s (web-server2); then web-server2 app-server2 router-server2",
        ],
        ["container web-server2", "nothing; then web-server1 app-server1 router-server1"],
      ],
    ],
    [
      "with a server in maintenance",
      example("maintenance"),
      [
        ["container web-server1", "nothing"],
        ["container web-server2", "no pages, no reads, no writes"],
      ],
    ],
    [
      "with the web and the application on different servers",
      example("split"),
      [
        ["server server1", "no pages, no reads, no writes"],
        ["container router-server2", "no reads, no writes"],
        ["container mysql-server2", "no reads, no writes"],
      ],
    ],
    [
      "with servers for one tier each",
      example("tiers"),
      [
        ["server server4", "nothing; then web-server1"],
        ["server server2", "no reads, no writes"],
      ],
    ],
    [
      "in semisync that waits",
      example("semisync"),
      [["container mysql-server1", "reads away 3 s (mysql-server2), no writes"]],
    ],
    [
      "in a group of two without an arbiter",
      dev({ "foobar:mysql": { replication: "group", arbiter: false, acceptNoMajority: true } }),
      [["container mysql-server2", "reads away 3 s (mysql-server1), no writes"]],
    ],
    [
      "on two machines",
      example("two-machines"),
      [
        ["container keepalived-lb2", "nothing; then lb1 keepalived-lb1"],
        [
          "engine 192.0.2.12",
          "no writes; then lb1 keepalived-lb1 web-server1 app-server1 router-server1 mysql-server1",
        ],
        ["container mysql-server1", "reads away 3 s (mysql-server2), writes away 3 s (mysql-server2)"],
      ],
    ],
    [
      "on two machines with an arbiter on a third",
      example("two-machines-arbiter"),
      [["engine 192.0.2.13", "writes away 18 s (mysql-server2); then mysql-server1 mysql-server2"]],
    ],
    [
      "with other processes of the application",
      dev({
        "foobar:application": {
          image: "registry.example/shop:1",
          processes: { worker: { command: ["work"] }, clock: { command: ["tick"], only: "one" } },
        },
      }),
      [
        ["container process-clock-server1", "no jobs"],
        ["process process-clock-server1", "jobs away 20 s"],
        ["container process-worker-server1", "nothing; then process-worker-server2 router-server2"],
      ],
    ],
  ];
  for (const [title, topology, expected] of cases) {
    const findings = survive(topology);
    for (const [unit, told] of expected) {
      it(`${title}, of ${unit}`, () => {
        const [kind = "", name = ""] = unit.split(" ");
        assert.equal(line(found(findings, kind, name)), told);
      });
    }
  }
});

describe("the list of what may be lost", () => {
  it("names every container as a process and as a container, every server, and every machine", () => {
    const topology = example("two-machines-arbiter");
    const units = survive(topology).map(({ unit }) => unit);
    const of = (kind: string) => units.filter((unit) => unit.kind === kind).map(({ name }) => name);
    const names = instances(topology).map(({ name }) => name);
    assert.deepEqual([of("process"), of("container")], [names, names]);
    assert.deepEqual(of("server"), ["lb1", "lb2", "server1", "server2", "arbiter"]);
    assert.deepEqual(of("engine"), ["192.0.2.11", "192.0.2.12", "192.0.2.13"]);
  });

  it("of a stack that is hurt says what may still be lost, and leaves out what is lost already", () => {
    const topology = dev(PAIR_AND_GROUP);
    const lost = found(survive(topology), "server", "server1").unit.takes;
    const findings = survive(topology, (name) => !lost.includes(name));
    assert.ok(!findings.some(({ unit }) => lost.includes(unit.name)));
    assert.equal(line(found(findings, "container", "mysql-arbiter")), "no writes");
    assert.equal(line(found(findings, "container", "web-server2")), "no pages, no reads, no writes");
    assert.match(line(found(findings, "container", "lb1")), /^pages away 2 s/);
  });

  it("follows the primary: a group's election may have made another one", () => {
    const topology = dev(PAIR_AND_GROUP);
    const findings = survive(topology, () => true, { primary: "mysql-server2" });
    assert.match(line(found(findings, "container", "mysql-server2")), /writes away 25 s \(mysql-server1\)/);
    assert.match(line(found(findings, "container", "mysql-server1")), /writes away 18 s \(mysql-server2\)/);
  });

  it("names what brings a lost part back, and what helps without it", () => {
    const findings = survive(dev());
    const { remedy, orElse } = found(findings, "container", "mysql-server1");
    assert.deepEqual([remedy, orElse], ["npm run up -- --refresh", "npm run database -- failover server2"]);
    assert.equal(found(findings, "process", "mysql-server1").remedy, undefined);
    const group = dev(PAIR_AND_GROUP);
    const hurt = survive(group, (name) => name !== "mysql-arbiter");
    assert.equal(found(hurt, "container", "mysql-server2").orElse, "npm run database -- recover");
    const semisync = found(survive(example("semisync")), "container", "mysql-server1");
    assert.equal(semisync.orElse, "mysql.withoutReplica: degrade, then npm run up");
  });

  it("says whether requests are in flight", () => {
    const findings = survive(example("active-passive"));
    const carrying = findings
      .filter((one) => one.unit.kind === "container" && one.inFlight)
      .map(({ unit }) => unit.name);
    assert.deepEqual(carrying.sort(), [
      "app-server1",
      "haproxy-lb1",
      "lb1",
      "mysql-server1",
      "mysql-server2",
      "router-server1",
      "web-server1",
    ]);
  });

  it("has as single points those containers without which something stays down", () => {
    assert.deepEqual(singlePoints(survive(dev())), ["lb1", "mysql-server1"]);
    assert.deepEqual(singlePoints(survive(dev(PAIR_AND_GROUP))), ["mysql-backup"]);
    assert.deepEqual(singlePoints(survive(example("one-server"))), [
      "lb1",
      "web-server2",
      "app-server2",
      "router-server2",
      "mysql-server2",
    ]);
  });
});
