import assert from "node:assert/strict";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { explain, explanationText } from "../../operations/explain/report.ts";
import { summaryOf } from "../../operations/explain/terms.ts";
import { answersIn, rates, traffic } from "../../operations/explain/traffic.ts";
import { effectText, findingLines } from "../../operations/explain/words.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Finding, survive } from "../../topology/survival.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { exampleNames, exampleSettings } from "../examples.ts";

const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));
const example = (name: string): Topology =>
  planTopology(parseConfig("foobar", name, rawSettings(exampleSettings(name))));

function answerTo(topology: Topology, question: RegExp): string {
  const found = explain(topology, undefined).answers.find((one) => question.test(one.question));
  assert.ok(found, String(question));
  return found.answer.join("\n");
}

function found(topology: Topology, kind: string, name: string): Finding {
  const finding = survive(topology).find(({ unit }) => unit.kind === kind && unit.name === name);
  assert.ok(finding, `${kind} ${name}`);
  return finding;
}

describe("an explanation", () => {
  it("names every container of every example, for people and for programs", () => {
    for (const topology of [dev(), ...exampleNames().map(example)]) {
      const explanation = explain(topology, undefined);
      const text = explanationText(topology, explanation);
      for (const { name } of instances(topology)) {
        assert.ok(text.includes(name), `${topology.stack}: ${name}`);
        assert.ok(explanation.findings.some(({ unit }) => unit.kind === "container" && unit.name === name));
      }
      assert.doesNotMatch(text, /undefined|NaN|\(\)|, ,/, topology.stack);
      assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
    }
  });

  it("answers every question in every example", () => {
    for (const topology of exampleNames().map(example)) {
      const { answers } = explain(topology, undefined);
      assert.equal(answers.length, 9);
      for (const { question, answer } of answers) assert.ok(answer.length > 0, `${topology.stack}: ${question}`);
    }
  });

  it("says the algorithm by the name that people know, and how it works", () => {
    const told = (name: string) => answerTo(example(name), /algorithm/);
    assert.match(told("round-robin"), /^Round robin \(HAProxy: balance roundrobin\)\. Each route takes its turn/);
    assert.match(told("least-connections"), /fewest open connections/);
    assert.match(told("source"), /client's address is hashed[\s\S]*consistent/);
    assert.match(told("sticky"), /stays there by a cookie/);
    assert.match(told("weighted"), /server1 \(weight 2\)/);
    assert.match(told("maintenance"), /server1 \(maintenance\)/);
  });

  it("says whether servers and load balancers are active-active or active-passive", () => {
    const told = (name: string) => answerTo(example(name), /active-active/);
    assert.match(told("round-robin"), /servers are active-active: server1 and server2/);
    assert.match(told("active-passive"), /server1 takes the requests; server2 stand/);
    assert.match(told("one-server"), /^Neither: there is one route/);
    assert.match(told("pair"), /load balancers are active-passive: lb1 holds 10\.201\.0\.254, and lb2 takes it over/);
    assert.match(told("pair-active-active"), /load balancers are active-active: each holds an address/);
  });

  it("says what a commit waits for, and who makes the next primary", () => {
    const told = (name: string) => answerTo(example(name), /primary and its replicas/);
    assert.match(told("round-robin"), /mysql-server2 is the primary[\s\S]*waits for nobody[\s\S]*a person decides/);
    assert.match(told("semisync"), /without a replica nobody can write/);
    assert.match(told("two-machines"), /goes on alone after two seconds/);
    assert.match(told("group"), /majority of the 3 members[\s\S]*mysql-arbiter is a member for the votes[\s\S]*elect/);
    assert.match(told("one-server"), /^There is one database/);
  });

  it("says where the single points are, each with its remedy", () => {
    const told = answerTo(dev(), /single points/);
    assert.match(told, /^The machine: all is on one Docker engine/);
    assert.match(told, /lb1: without it no pages, reads and writes\. npm run up -- --refresh/);
    assert.match(told, /mysql-server1: without it no writes\. .*else: npm run database -- failover server2/);
    assert.match(answerTo(example("two-machines-arbiter"), /single points/), /^No container/);
    assert.match(
      answerTo(example("three-machines"), /single points/),
      /The machine 192\.0\.2\.13: without it no pages/,
    );
  });

  it("says a stack in a line", () => {
    assert.equal(summaryOf(dev()), "round robin, active-active · asynchronous replication");
    assert.equal(summaryOf(example("one-server")), "round robin, one route · one database");
    assert.equal(
      summaryOf(example("pair")),
      "round robin, active-active, sticky by the client's address · asynchronous replication",
    );
  });

  it("says a loss in words, with the remedy and what must not be lost next", () => {
    const topology = dev();
    assert.deepEqual(findingLines(found(topology, "container", "mysql-server1")), [
      "writes stop",
      "remedy: npm run up -- --refresh; else: npm run database -- failover server2",
      "do not lose next: mysql-server2",
    ]);
    assert.equal(
      effectText(found(topology, "process", "haproxy-lb1")),
      "pages, reads and writes pause for up to 3 s, the engine starts it again",
    );
    assert.equal(effectText(found(topology, "container", "web-server1")), "at most requests in flight fail");
    assert.equal(effectText(found(topology, "container", "mysql-steward")), "nothing: no request passes through it");
  });
});

describe("the requests of each web server", () => {
  const HEADER =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,last_chk,";
  const row = (proxy: string, server: string, ok: number, failed = 0): string => {
    const cells = HEADER.replace("# ", "")
      .split(",")
      .map(() => "");
    const put = (name: string, value: string | number) => {
      cells[HEADER.replace("# ", "").split(",").indexOf(name)] = String(value);
    };
    put("pxname", proxy);
    put("svname", server);
    put("hrsp_2xx", ok);
    put("hrsp_5xx", failed);
    put("last_chk", '"L7OK, in 2 ms"');
    return cells.join(",");
  };

  it("are counted over all backends that lead to it, and the backends' sums are left out", () => {
    const csv = [
      HEADER,
      row("site", "FRONTEND", 900),
      row("web", "server1", 100, 3),
      row("web", "last-resort-server1", 2),
      row("web", "server2", 50),
      row("web", "BACKEND", 155),
      row("last-resort", "server1", 4),
      row("web-safe", "server2", 7),
      row("statistics", "server1", 1_000),
    ].join("\n");
    assert.deepEqual(
      [...answersIn(`${csv}\n\n`, dev())],
      [
        ["web-server1", 109],
        ["web-server2", 57],
      ],
    );
  });

  it("of a route through two servers are those of its web server", () => {
    const csv = [
      HEADER,
      row("web", "server1-server3", 5),
      row("web", "server1-server5", 6),
      row("web", "server4-server3", 1),
    ];
    assert.deepEqual(
      [...answersIn(csv.join("\n"), example("tiers"))],
      [
        ["web-server1", 11],
        ["web-server4", 1],
      ],
    );
  });

  it("a second are their difference; after a release HAProxy counts from 0, which is no negative rate", () => {
    const before = new Map([
      ["web-server1", 10],
      ["web-server2", 50],
    ]);
    const after = new Map([
      ["web-server1", 30],
      ["web-server2", 4],
    ]);
    assert.deepEqual([...rates(before, after, 2).values()], [10, 0]);
  });

  it("are told, or why they are not known", () => {
    assert.match(
      traffic(new Map([["web-server1", 6.21]])).answer[0] ?? "",
      /^web-server1: 6\.2, by HAProxy's statistics/,
    );
    assert.match(traffic(undefined).answer[0] ?? "", /does not run/);
  });
});
