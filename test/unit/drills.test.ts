import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { SAMPLE_STATIC_FILES } from "../../components/appTier/sampleApp.ts";
import { parseConfig } from "../../config/config.ts";
import { DRILLS, drillsNamed, TRAFFIC } from "../../operations/drills/drills.ts";
import { drillImage } from "../../operations/drills/traffic/images.ts";
import { startLoad } from "../../operations/drills/traffic/load.ts";
import {
  type Answer,
  checkMessages,
  excesses,
  failuresOf,
  figuresLine,
  figuresOf,
  limitText,
  longestGap,
  serversSince,
} from "../../operations/drills/traffic/measure.ts";
import { messageText, slowly, stepAt } from "../../operations/drills/traffic/requests.ts";
import { expendableServer, maintainableServer, servicesOn } from "../../operations/drills/traffic/servers.ts";
import { changedText, configOf, whileChanged } from "../../operations/stack/configuration.ts";
import { opened } from "../../operations/stack/open.ts";
import type { Stack } from "../../operations/stack/stack.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const step = stepAt(1);
const answer = (doneAt: number, more: Partial<Answer> = {}): Answer => ({
  step,
  sentAt: doneAt - 10,
  doneAt,
  status: 200,
  server: "server1",
  problem: undefined,
  message: undefined,
  ...more,
});
const lost = (doneAt: number, problem = "ECONNRESET") => answer(doneAt, { status: undefined, problem });

describe("a drill's figures", () => {
  const gaps: [string, Answer[], number, number][] = [
    ["between two answers", [answer(100), answer(400), answer(500)], 600, 300],
    ["between answers in whatever order they came", [answer(500), answer(100), answer(400)], 600, 300],
    ["over answers that are no success", [answer(100), answer(300, { status: 503 }), lost(400), answer(600)], 700, 500],
    ["from the beginning", [answer(900), answer(1000)], 1000, 900],
    ["to the end", [answer(100)], 1000, 900],
    ["to the end, whatever was answered after it", [answer(100), answer(5000)], 1000, 900],
    ["over the whole load where nothing was answered", [], 1000, 1000],
    ["not over a redirect, which is an answer", [answer(400, { status: 303 }), answer(800)], 1000, 400],
  ];
  for (const [what, answers, end, expected] of gaps) {
    it(`have the longest gap ${what}`, () => assert.equal(longestGap(answers, end), expected));
  }

  it("count what was not answered well, what was stored twice, and what was promised and is not there", () => {
    const posted = (message: string, status: number | undefined) => answer(500, { message, status });
    const answers = [
      answer(100),
      answer(200, { status: 404 }),
      lost(300),
      posted("a", 201),
      posted("b", 201),
      posted("c", 502),
      posted("d", 201),
    ];
    const stored = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 1],
    ]);
    assert.deepEqual(checkMessages(answers, stored), { duplicated: 1, lost: 1 });
    assert.deepEqual(figuresOf(answers, stored, 1000), { requests: 7, failed: 4, duplicated: 1, gapMs: 500 });
  });

  it("are one line for programs, with the kinds of failures beside it", () => {
    assert.equal(
      figuresLine("kill-nginx", { requests: 4000, failed: 3, duplicated: 0, gapMs: 212 }),
      "drill=kill-nginx requests=4000 failed=3 duplicated=0 gap_ms=212",
    );
    assert.equal(
      failuresOf([lost(1), answer(2, { status: 503 }), answer(3), lost(4)]),
      "ECONNRESET to POST on a kept connection (2), 503 by server1 to POST on a kept connection (1)",
    );
  });

  it("are past a limit when they are greater, not when they are equal", () => {
    const limit = { failed: 2, duplicated: 0, gapMs: 1000 };
    assert.equal(limitText(limit), "failed <= 2, duplicated <= 0, gap_ms <= 1000");
    assert.deepEqual(excesses({ requests: 9, failed: 2, duplicated: 0, gapMs: 1000 }, limit), []);
    assert.deepEqual(excesses({ requests: 9, failed: 3, duplicated: 1, gapMs: 1000 }, limit), [
      "failed is 3, past its limit of 2",
      "duplicated is 1, past its limit of 0",
    ]);
  });

  it("know who answered what was sent since a time", () => {
    const answers = [
      answer(100, { server: "a" }),
      answer(900, { server: "b" }),
      answer(950, { server: "c", status: 500 }),
    ];
    assert.deepEqual([...serversSince(answers, 500)], ["b"]);
  });
});

describe("a drill's load", () => {
  const steps = Array.from({ length: 100 }, (_, number) => stepAt(number));
  const share = (of: (step: (typeof steps)[number]) => boolean) => steps.filter(of).length / steps.length;

  it("reads and writes, on connections that are kept and on new ones, and is slow now and then with both", () => {
    for (const method of ["GET", "POST"]) {
      assert.ok(share((step) => step.method === method) > 0.3, method);
      for (const connection of ["kept", "new"]) {
        assert.ok(
          share((step) => step.method === method && step.connection === connection) >= 0.1,
          method + connection,
        );
      }
      assert.ok(share((step) => step.method === method && step.slow === true) > 0, method);
    }
    assert.ok(share(({ slow }) => slow === true) < 0.05);
  });

  it("sends a slow body whole, in pieces", async () => {
    const pieces = await slowly("0123456789").toArray();
    assert.equal(Buffer.concat(pieces).toString(), "0123456789");
    assert.ok(pieces.length > 1);
  });

  it("counts every request that ends without an answer, sends none twice, and stops by itself", async () => {
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      if (request.method === "GET") return response.setHeader("x-server", "server1").end("read");
      const { text: message } = JSON.parse(await text(request)) as { text: string };
      seen.push(message);
      // As a proxy does whose process is killed: some connections are ended properly, some are reset.
      if (seen.length % 4 === 0) return request.socket.end();
      if (seen.length % 4 === 2) return request.socket.resetAndDestroy();
      return response.writeHead(201).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const load = startLoad({ url: `http://127.0.0.1:${port}`, rate: 200, maxSeconds: 0.2, run: "r" });
      // The last answer may come before its time of sending is over.
      while (load.answers.length < 40 || load.elapsed() < 200) await sleep(10);
      const end = await load.stop();
      assert.ok(end >= 200);
      assert.equal(load.answers.length, 40);
      const posts = load.answers.filter(({ message }) => message !== undefined);
      assert.deepEqual(posts.map(({ message }) => message).sort(), seen.sort());
      assert.equal(posts.length, 12);
      assert.equal(posts.filter(({ status }) => status === 201).length, 6);
      assert.equal(posts.filter(({ problem }) => problem !== undefined).length, 6);
      assert.ok(load.answers.every(({ message, status }) => message !== undefined || status === 200));
      assert.deepEqual(
        [...serversSince(load.answers, 0)].filter((name) => name !== undefined),
        ["server1"],
      );
    } finally {
      server.close();
    }
  });

  it("names no two messages alike", () => {
    assert.equal(new Set([0, 1, 10, 11, 101].map((number) => messageText("r", number))).size, 5);
  });
});

describe("a drill's change of the configuration", () => {
  const file = `# mine\nencryptionsalt: v1:abc\nconfig:\n    foobar:web: '{"maxBodyMb":2}'\n    foobar:mysql:\n        primary: server1\n`;

  it("replaces what it names and leaves the rest", () => {
    const changed = changedText("foobar", file, { web: { maxBodyMb: 2, requestTimeoutSeconds: 26 } });
    const config = configOf("foobar", "x", changed);
    assert.deepEqual([config.web.maxBodyMb, config.web.requestTimeoutSeconds], [2, 26]);
    assert.equal(config.mysql.primary, "server1");
    assert.match(changed, /encryptionsalt: v1:abc/);
  });

  it("reads settings that are written as JSON, and takes the defaults for the rest", () => {
    const { web, loadBalancer } = configOf("foobar", "x", file);
    assert.deepEqual([web.maxBodyMb, web.requestTimeoutSeconds, loadBalancer.port], [2, 25, 8080]);
    assert.equal(configOf("foobar", "x", "").servers.length, 2);
  });

  for (const outcome of ["succeeds", "fails"]) {
    it(`is taken back to the byte when the work ${outcome}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "foobar-"));
      const path = join(folder, "Pulumi.x.yaml");
      writeFileSync(path, file);
      let during = "";
      try {
        const work = whileChanged("foobar", path, { web: { maxBodyMb: 3, requestTimeoutSeconds: 25 } }, async () => {
          during = readFileSync(path, "utf8");
          if (outcome === "fails") throw new Error("no luck");
        });
        if (outcome === "fails") await assert.rejects(work, /no luck/);
        else await work;
        assert.match(during, /maxBodyMb: 3/);
        assert.equal(readFileSync(path, "utf8"), file);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

describe("the drills", () => {
  const stackWith = (changes = {}): Stack => {
    const config = parseConfig("foobar", "dev", devConfig(changes));
    return { config, topology: planTopology(config) };
  };
  const all = ["web", "app", "db"];
  const servers = (...roles: string[][]) => ({
    "foobar:servers": roles.map((list, index) => ({ name: `server${index + 1}`, roles: list })),
  });
  const skipped = (of: Stack) => TRAFFIC.filter(({ obstacle }) => obstacle(of) !== undefined).map(({ name }) => name);

  it("are all for the stack of two servers, and never may they store a message twice", () => {
    assert.deepEqual(skipped(stackWith()), []);
    for (const { limit, name } of TRAFFIC)
      assert.equal(limit(stackWith(), { rate: 200, holdSeconds: 10 }).duplicated, 0, name);
  });

  it("of a single server are those of HAProxy, for which there is nothing to take its place anywhere", () => {
    const one = stackWith(servers(all));
    assert.deepEqual(
      TRAFFIC.map(({ name }) => name).filter((name) => !skipped(one).includes(name)),
      ["release-haproxy", "release-haproxy-image", "kill-haproxy", "pause-haproxy"],
    );
  });

  /** Runs a drill that makes a release; resolves to the configuration that it releases. */
  const released = async (name: string, answering: string): Promise<Stack["config"] | undefined> => {
    const { signal } = new AbortController();
    let config: Stack["config"] | undefined;
    const of = stackWith();
    await TRAFFIC.find((drill) => drill.name === name)?.run({
      ...opened(of, signal),
      url: of.topology.url,
      seconds: 2,
      signal,
      rate: 200,
      holdSeconds: 1,
      wait: async () => {},
      serversFromNow: () => () => new Set([answering]),
      say: () => {},
      release: async (changes, meanwhile) => {
        config = configOf("foobar", "dev", changedText("foobar", "", changes));
        await meanwhile?.();
      },
      renew: async () => {},
    });
    return config;
  };

  it("release settings that are allowed and differ in what the drill is about", async () => {
    const before = stackWith().config;
    assert.notDeepEqual((await released("release-nginx", "server1"))?.web, before.web);
    const after = await released("release-haproxy", "server1");
    assert.notDeepEqual(after?.loadBalancer.health, before.loadBalancer.health);
    assert.equal(after?.loadBalancer.port, before.loadBalancer.port);
    const { application } = (await released("release-files", "server1")) ?? before;
    assert.notEqual(application.files, before.application.files);
    assert.equal(application.staticFiles, SAMPLE_STATIC_FILES);
    const out = await released("maintenance", "server2");
    assert.deepEqual(
      out?.servers.map(({ traffic }) => traffic),
      ["maintenance", "ready"],
    );
  });

  it("are not passed when a server answers that was taken out", async () => {
    await assert.rejects(released("maintenance", "server1"), /server1 answered while it was out/);
  });

  /** Renews certificates of databases of which each says another thing before and after. */
  const renewed = async (before: readonly string[], after: readonly string[]) => {
    const { signal } = new AbortController();
    const of = stackWith();
    const open = opened(of, signal);
    let said = before;
    const names = of.topology.cluster.databases.map(({ name }) => name);
    await TRAFFIC.find(({ name }) => name === "renew-certificates")?.run({
      ...open,
      ...{ signal, url: of.topology.url, seconds: 2, rate: 200, holdSeconds: 1 },
      containers: { ...open.containers, execute: async (service) => said[names.indexOf(service)] ?? "" },
      wait: async () => {},
      serversFromNow: () => () => new Set(),
      say: () => {},
      release: async () => {},
      renew: async () => {
        said = after;
      },
    });
  };

  it("are passed by databases that serve other certificates and were not started again", async () => {
    await renewed(["100\nA", "200\nB"], ["100\nC", "200\nD"]);
    await assert.rejects(
      renewed(["100\nA", "200\nB"], ["100\nC", "200\nB"]),
      /mysql-server1 still serves its old certificate/,
    );
    await assert.rejects(renewed(["100\nA", "200\nB"], ["300\nC", "200\nD"]), /mysql-server2 was restarted/);
  });

  it("take out a server that visitors can do without, and no primary database", () => {
    assert.equal(maintainableServer(stackWith()), "server1");
    assert.equal(expendableServer(stackWith()), "server2");
    const { config, topology } = stackWith();
    assert.deepEqual(servicesOn({ config, topology }, "server2"), [
      "web-server2",
      "app-server2",
      "router-server2",
      "mysql-server2",
    ]);
    assert.equal(expendableServer(stackWith({ "foobar:mysql": { primary: "server2" } })), "server1");
    assert.equal(expendableServer(stackWith(servers(all, ["app"]))), "server2");
    assert.equal(expendableServer(stackWith(servers(all))), undefined);
    const apart = { ...servers(["web"], ["app"], ["app", "db"]), "foobar:mysql": {} };
    assert.equal(maintainableServer(stackWith(apart)), "server2");
  });

  it("give images another exact tag", () => {
    assert.equal(drillImage("haproxy:3.2.26"), "haproxy:3.2.26-drill");
    assert.equal(drillImage("host:5000/a/nginx:1.2@sha256:00"), "host:5000/a/nginx:1.2-drill");
    assert.equal(drillImage("host:5000/nginx@sha256:00"), "host:5000/nginx:drill");
  });

  it("are found by name, and the nearest is named for one that there is not", () => {
    assert.equal(drillsNamed(["all"]), DRILLS);
    assert.deepEqual(
      drillsNamed(["kill-nginx"]).map(({ name }) => name),
      ["kill-nginx"],
    );
    assert.throws(() => drillsNamed(["kil-nginx"]), /there is no drill kil-nginx; did you mean kill-nginx\?/);
    assert.equal(new Set(DRILLS.map(({ name }) => name)).size, DRILLS.length);
  });
});
