import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ask, Patience } from "../../operations/status/answer.ts";
import { databaseLines } from "../../operations/status/databaseWords.ts";
import { duration } from "../../operations/status/durations.ts";
import type { Answer } from "../../operations/status/facts.ts";
import { addressesIn } from "../../operations/status/sources/addresses.ts";
import { alertsIn } from "../../operations/status/sources/alerts.ts";
import { backupFacts } from "../../operations/status/sources/backups.ts";
import { containerFacts } from "../../operations/status/sources/containers.ts";
import { databaseFacts } from "../../operations/status/sources/databases.ts";
import { loadBalancerFacts, routerFacts, statisticsIn } from "../../operations/status/sources/haproxy.ts";
import { doorsOf } from "../../operations/status/sources/site.ts";
import { devConfig } from "../devConfig.ts";
import { plan } from "../topologies.ts";

const DEV = plan(devConfig());

describe("the statistics of HAProxy", () => {
  const HEADER = "# pxname,svname,scur,status,last_chk,rate,req_rate,hrsp_5xx,rtime,lastsess,";
  const SITE = [
    HEADER,
    "site,FRONTEND,4,OPEN,,9,12,3,,,",
    'web,server1,1,UP,"Layer7 OK, ""ready""",6,,1,38,4,',
    "web,server2,0,DOWN,Layer4 timeout,0,,2,0,-1,",
    "last-resort,server1,0,no check,,2,,0,410,300,",
    "web,BACKEND,1,UP,,6,,3,38,4,",
  ].join("\n");

  it("are read with commas and quotes in their cells", () =>
    assert.equal(statisticsIn(SITE)[1]?.["last_chk"], 'Layer7 OK, "ready"'));

  it("say which ways are ready, and what each gets, by whichever list it was reached", () =>
    assert.deepEqual(loadBalancerFacts(SITE, DEV), {
      requestsPerSecond: 12,
      failed: 3,
      routes: [
        { name: "server1", status: "UP", requestsPerSecond: 8, answerMs: 38 },
        { name: "server2", status: "DOWN", requestsPerSecond: 0, answerMs: 0 },
      ],
    }));

  const router = (...lines: string[]) =>
    routerFacts([HEADER, "writes,FRONTEND,2,OPEN,,,,,,", "reads,FRONTEND,1,OPEN,,,,,,", ...lines].join("\n"));

  it("of a router say who gets writes and reads", () => {
    assert.deepEqual(
      router(
        "primary,mysql-server1,2,UP,,,,,,",
        "primary,mysql-server2,0,DOWN,,,,,,",
        "replicas,mysql-server2,1,UP,,,,,,",
      ),
      { writesTo: ["mysql-server1"], readsFrom: ["mysql-server2"], connections: 3 },
    );
    assert.deepEqual(router("primary,mysql-server1,2,UP,,,,,,", "replicas,mysql-server2,1,DOWN,,,,,,").readsFrom, [
      "mysql-server1",
    ]);
    assert.deepEqual(router("primary,mysql-server1,0,DOWN,,,,,,", "readable,mysql-server2,0,UP 1/2,,,,,,"), {
      writesTo: [],
      readsFrom: ["mysql-server2"],
      connections: 3,
    });
  });
});

describe("the addresses of a network", () => {
  it("are those that the kernel has itself, each once", () => {
    const table = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.201.0.0
        /24 link UNICAST
     |-- 10.201.0.2
        /32 host LOCAL
     |-- 10.201.0.254
        /32 host LOCAL
Local:
     |-- 10.201.0.254
        /32 host LOCAL
     |-- 10.201.0.255
        /32 link BROADCAST`;
    assert.deepEqual(addressesIn(table), ["10.201.0.2", "10.201.0.254"]);
  });
});

describe("the figures of backups", () => {
  const FIGURES = `# TYPE foobar_backup_taken_timestamp_seconds gauge
foobar_backup_taken_timestamp_seconds 1795803068.999000000
foobar_backup_reach_timestamp_seconds 1795803323.731000000
foobar_backup_failing{part="archive"} 1
`;

  it("say when the last one was taken, until when everything is archived, and what fails", () => {
    const { takenAt, reaches, failing } = backupFacts(`${FIGURES}archive:failed: no database takes writes
manifests:changed since they were written, or written with another key: full/20261127T181107Z/manifest.json
`);
    assert.equal(takenAt?.toISOString(), "2026-11-27T18:11:08.999Z");
    assert.equal(reaches?.toISOString(), "2026-11-27T18:15:23.731Z");
    assert.deepEqual(failing, ["archive", "manifests"]);
  });

  it("say that none was taken", () => {
    assert.deepEqual(backupFacts(""), { takenAt: undefined, reaches: undefined, failing: [] });
  });
});

describe("an engine's answer about a container", () => {
  const inspected = (state: object, environment: string[] = []) =>
    containerFacts({
      Name: "/foobar-dev-web-server1-1234567",
      RestartCount: 0,
      Config: { Env: environment },
      State: {
        ...{ Status: "running", Running: true, Paused: false, Restarting: false, OOMKilled: false, Dead: false },
        ...{ Pid: 1, ExitCode: 0, Error: "", StartedAt: "2026-11-27T10:00:00Z", FinishedAt: "2026-11-27T09:00:00Z" },
        ...state,
      },
    });

  it("says since when it runs, and its versions", () => {
    const facts = inspected({}, ["PATH=/bin", "NGINX_VERSION=1.30.6", "RELEASE=3fa2b1c04d"]);
    assert.equal(facts.since.toISOString(), "2026-11-27T10:00:00.000Z");
    assert.deepEqual([facts.version, facts.release, facts.health], ["1.30.6", "3fa2b1c04d", undefined]);
  });

  it("says when it ended, and with what", () => {
    const facts = inspected({ Status: "exited", Running: false, ExitCode: 137, OOMKilled: true });
    assert.equal(facts.since.toISOString(), "2026-11-27T09:00:00.000Z");
    assert.deepEqual([facts.state, facts.exitCode, facts.isOutOfMemory], ["exited", 137, true]);
  });

  it("has the last line of the last check", () => {
    const Log = ["first", "connecting\n503 no database\n"].map((Output) => ({
      Output,
      Start: "",
      End: "",
      ExitCode: 1,
    }));
    const facts = inspected({ Health: { Status: "unhealthy", FailingStreak: 3, Log } });
    assert.deepEqual([facts.health, facts.said], ["unhealthy", "503 no database"]);
  });
});

describe("Alertmanager's answer", () => {
  it("has what fires, the worst first, then the oldest, without the alert that always does", () => {
    const alert = (alertname: string, startsAt: string, severity = "page") => ({
      labels: { alertname, severity },
      annotations: { summary: `${alertname}.` },
      startsAt,
      status: { state: "active" },
    });
    const text = JSON.stringify([
      alert("InstanceDown", "2026-11-27T11:00:00Z", "warn"),
      alert("ServerDown", "2026-11-27T11:59:00Z"),
      alert("Watchdog", "2026-11-20T00:00:00Z"),
      alert("SiteDown", "2026-11-27T11:58:00Z"),
    ]);
    assert.deepEqual(
      alertsIn(text).map(({ name }) => name),
      ["SiteDown", "ServerDown", "InstanceDown"],
    );
    assert.deepEqual(alertsIn("[]"), []);
  });
});

describe("the databases' answers", () => {
  const report = (writes: boolean) =>
    JSON.stringify({
      writes,
      source: "-",
      follows: false,
      group: "NONE",
      term: 1,
      promoted: "mysql-server1.replication",
    });

  it("are judged together by one that answers; each other failure is its own", async () => {
    const asked: string[] = [];
    const ask = async (service: string, command: readonly string[]): Promise<Answer<string>> => {
      asked.push(service);
      if (service === "mysql-server2") return { value: "1\nalone: nobody answers\n" };
      if (command.some((word) => word.startsWith("WITH reports"))) {
        return { value: "1\nprimary, term 1\nmysql-server2.replication\tdoes not answer\n" };
      }
      return { value: `1\nprimary, term 1\n${report(true)}\t0.0\t5\t128\n` };
    };
    const facts = await databaseFacts(DEV.cluster, ask, 1);
    assert.deepEqual(asked.toSorted(), ["mysql-server1", "mysql-server1", "mysql-server2"]);
    assert.deepEqual(databaseLines(DEV.cluster, facts).toSorted(), [
      "server1  takes writes     primary, term 1        5 of 128 connections",
      "server2  does not answer  alone: nobody answers",
    ]);
  });

  it("say for how long the agent of a database in its place has not looked, and not of one at work", async () => {
    const answering =
      (state: string): Ask =>
      async (_, command) =>
        command.some((word) => word.startsWith("WITH reports"))
          ? { value: "41\n\n" }
          : { value: `41\n${state}\n${report(true)}\t0.0\t5\t128\n` };
    const silent = await databaseFacts(DEV.cluster, answering("primary, term 1"), 1);
    for (const line of databaseLines(DEV.cluster, silent).filter((one) => one.startsWith(" "))) {
      assert.match(line, /^ +its agent has been silent for 41 s/);
    }
    assert.equal(databaseLines(DEV.cluster, silent).length, 4);
    const atWork = await databaseFacts(DEV.cluster, answering("starting: catching up"), 1);
    assert.equal(databaseLines(DEV.cluster, atWork).length, 2);
  });

  it("are missing where a container does not run", async () => {
    const facts = await databaseFacts(DEV.cluster, async () => ({ problem: "its container does not run" }), 1);
    for (const line of databaseLines(DEV.cluster, facts)) assert.match(line, /does not run/);
  });
});

describe("a source", () => {
  it("that does not answer costs its limit and is a line", async () => {
    const never = new Promise<string>(() => {});
    const patience = new Patience(0.05);
    assert.match(JSON.stringify(await patience.answered(() => never)), /"no answer in 0\.\d s"/);
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    const other = new Patience(1);
    assert.deepEqual(await other.answered(() => Promise.reject(refused)), { problem: "ECONNREFUSED" });
    assert.deepEqual(await other.answered(async () => 7), { value: 7 });
    other.end();
  });

  it("is waited for longer while others still answer, and not for ever", async () => {
    const patience = new Patience(0.4);
    const late = patience.answered(() => sleep(500, "late"));
    while (patience.passed < 0.45) await patience.answered(() => sleep(20));
    assert.deepEqual(await late, { value: "late" });
    const dead = patience.answered(() => new Promise(() => {}));
    while (!patience.signal.aborted) await patience.answered(() => sleep(20));
    assert.match(JSON.stringify(await dead), /"no answer in [12](\.\d)? s"/);
  });
});

describe("the doors of a site", () => {
  const here = () => true;

  it("are its published ports, or the addresses of a pair", () => {
    assert.deepEqual(doorsOf(DEV.loadBalancers, here), [{ host: "127.0.0.1", port: 8443 }]);
    const pair = plan(devConfig({ "foobar:loadBalancer": { replicas: 2 } }));
    assert.deepEqual(doorsOf(pair.loadBalancers, here), [{ host: "10.201.0.254", port: 443 }]);
  });

  it("are none where this machine is no visitor", () => {
    const away = () => false;
    assert.deepEqual(doorsOf(DEV.loadBalancers, away), []);
    const proxied = plan(
      devConfig({ "foobar:loadBalancer": { trustedProxies: { protocol: "proxy", addresses: ["127.0.0.0/8"] } } }),
    );
    assert.deepEqual(doorsOf(proxied.loadBalancers, here), []);
  });
});

describe("a duration", () => {
  for (const [seconds, text] of [
    [0, "0 s"],
    [41.9, "41 s"],
    [125, "2 min"],
    [3_600, "1 h"],
    [7_500, "2 h 5 min"],
    [273_600, "3 d 4 h"],
  ] as const) {
    it(`of ${seconds} s is ${text}`, () => assert.equal(duration(seconds), text));
  }
});
