import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { AlertGroup } from "../../components/monitoring/alerts/alert.ts";
import { alertGroups, runbook } from "../../components/monitoring/alerts/alerts.ts";
import { prometheusConfig } from "../../components/monitoring/prometheus/prometheusConfig.ts";
import { recordings } from "../../components/monitoring/prometheus/recordings.ts";
import { ROOT } from "../../operations/stack/project.ts";
import type { StackSettings } from "../examples.ts";
import { ALERT_CASES } from "../monitoring/cases.ts";
import { isKept, seriesIn } from "../monitoring/series.ts";
import { EVERYTHING, monitored } from "../monitoring/subject.ts";

const groupsOf = (settings: StackSettings): AlertGroup[] => {
  const { plan } = monitored(settings);
  return alertGroups({ ...plan.watched, scrapeSeconds: plan.scrapeSeconds });
};
const namesOf = (groups: readonly AlertGroup[]) => [
  ...new Set(groups.flatMap(({ alerts }) => alerts.map(({ name }) => name))),
];
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

const all = groupsOf(EVERYTHING);

describe("the alerts", () => {
  const cases = Object.values(ALERT_CASES).flatMap((file) => file.cases);

  it("are each tried: when it fires, and when it does not", () => {
    const firing = cases.flatMap(({ firing = [] }) => firing.map(({ alert }) => alert));
    const quiet = cases.flatMap(({ quiet = [] }) => quiet.map(([alert]) => alert));
    assert.deepEqual(sorted(firing), sorted(namesOf(all)));
    // A certificate's end needs no time.
    const always = ["CertificateExpires"];
    assert.deepEqual(sorted([...quiet, ...always]), sorted(namesOf(all)));
  });

  it("have each a runbook, and every runbook an alert", () => {
    const text = readFileSync(join(ROOT, "docs/alerts.md"), "utf8");
    const described = text.split("\n## The alerts\n")[1]?.matchAll(/^### (\w+)$/gm) ?? [];
    assert.deepEqual(
      [...described].map(([, name]) => name),
      namesOf(all),
    );
    for (const name of namesOf(all)) assert.match(text, new RegExp(`\\n### ${name}\\n\\n(Page|Warn|Info|It always)`));
    assert.equal(runbook("SiteDown"), "docs/alerts.md#sitedown");
  });

  it("say in the runbook how severe they are", () => {
    const text = readFileSync(join(ROOT, "docs/alerts.md"), "utf8");
    for (const { name, severity } of all.flatMap(({ alerts }) => alerts)) {
      if (severity === "none") continue;
      const word = severity[0]?.toUpperCase() + severity.slice(1);
      assert.match(text, new RegExp(`\\n### ${name}\\n\\n${word}\\. `), name);
    }
  });

  it("are left out where they cannot fire", () => {
    const one = namesOf(groupsOf({ "foobar:monitoring": { enabled: true, machines: false } }));
    const without = namesOf(all).filter((name) => !one.includes(name));
    assert.deepEqual(sorted(without), [
      "AgentSilent",
      "ArchiveBehind",
      "BackupFailing",
      "BackupMissing",
      "BackupOld",
      "DiskFull",
      "DiskFullSoon",
      "GroupMemberLost",
      "GroupWithoutMajority",
      "LoadBalancerAlone",
      "LogStoreSilent",
      "MachineRestarted",
      "MemoryShort",
      "OutOfMemory",
      "ReserveAtWork",
      "VirtualAddressAway",
    ]);
  });

  it("page within seconds only where a roll does not: a server with one container may be replaced", () => {
    const [down] = all.flatMap(({ alerts }) => alerts.filter(({ name }) => name === "ServerDown"));
    assert.match(down?.expr ?? "", /^max by \(server\) \(instance:up\{server=~"server1\|server2"\}\) == 0$/m);
    assert.match(down?.expr ?? "", /max_over_time\(instance:up\{server=~"server3"\}\[1m\]\)/);
  });

  it("read only series that Prometheus keeps", () => {
    const { plan } = monitored(EVERYTHING);
    const recorded = recordings(plan).flatMap(({ rules }) => rules);
    const expressions = [...recorded, ...all.flatMap(({ alerts }) => alerts)].map(({ expr }) => expr);
    const names = seriesIn(expressions);
    assert.ok(names.length > 30);
    assert.deepEqual(
      names.filter((name) => !isKept(name, plan)),
      [],
    );
  });
});

const config = z.looseObject({
  scrape_configs: z.array(z.looseObject({ job_name: z.string(), static_configs: z.array(z.unknown()) })),
  alerting: z.unknown(),
});

describe("prometheus.yml", () => {
  const jobsOf = (settings: StackSettings) => {
    const { plan, watcher } = monitored(settings);
    return config.parse(parse(prometheusConfig(plan, watcher))).scrape_configs.map((job) => job.job_name);
  };

  it("asks everything of a stack, and leaves out what it has not", () => {
    const always = [
      "prometheus",
      "alertmanager",
      "haproxy",
      "router",
      "nginx",
      "application",
      "mysql",
      "mysql-counters",
    ];
    const probes = ["site", "certificate", "database-certificate"];
    assert.deepEqual(jobsOf({ "foobar:monitoring": { enabled: true } }), [...always, "machine", ...probes]);
    assert.deepEqual(jobsOf(EVERYTHING), [
      ...always.slice(0, 2),
      "logs",
      "haproxy",
      "virtual-address",
      ...always.slice(3),
      "machine",
      ...probes,
    ]);
    const own = { "foobar:application": { image: "registry.foobar.com/shop:1.2.3" } };
    const without = jobsOf({ ...own, "foobar:monitoring": { enabled: true, machines: false } });
    assert.deepEqual(without, [...always.filter((name) => name !== "application"), ...probes]);
  });
});
