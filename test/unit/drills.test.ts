import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAMPLE_STATIC_FILES } from "../../components/appTier/sampleApp.ts";
import { parseConfig } from "../../config/config.ts";
import { DRILLS, drillsNamed, TRAFFIC } from "../../operations/drills/drills.ts";
import { drillImage } from "../../operations/drills/traffic/images.ts";
import { expendableServer, maintainableServer, servicesOn } from "../../operations/drills/traffic/servers.ts";
import { changedText, configOf, whileChanged } from "../../operations/stack/configuration.ts";
import { opened } from "../../operations/stack/open.ts";
import type { Stack } from "../../operations/stack/stack.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

describe("a drill's change of the configuration", () => {
  const file = `# mine\nencryptionsalt: v1:abc\nconfig:\n    foobar:web: '{"maxBodyMb":2}'\n    foobar:mysql:\n        primary: server1\n`;

  it("replaces what it names and leaves the rest", () => {
    const changed = changedText("foobar", file, {
      web: { maxBodyMb: 2, requestTimeoutSeconds: 26, idleSeconds: 60, finishSeconds: 60 },
    });
    const config = configOf("foobar", "x", changed);
    assert.deepEqual([config.web.maxBodyMb, config.web.requestTimeoutSeconds], [2, 26]);
    assert.equal(config.mysql.primary, "server1");
    assert.match(changed, /encryptionsalt: v1:abc/);
  });

  it("reads settings that are written as JSON, and takes the defaults for the rest", () => {
    const { web, loadBalancer } = configOf("foobar", "x", file);
    assert.deepEqual([web.maxBodyMb, web.requestTimeoutSeconds, loadBalancer.port], [2, 30, 8080]);
    assert.equal(configOf("foobar", "x", "").servers.length, 2);
  });

  for (const outcome of ["succeeds", "fails"]) {
    it(`is taken back to the byte when the work ${outcome}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "foobar-"));
      const path = join(folder, "Pulumi.x.yaml");
      writeFileSync(path, file);
      let during = "";
      try {
        const work = whileChanged(
          "foobar",
          path,
          { web: { maxBodyMb: 3, requestTimeoutSeconds: 25, idleSeconds: 60, finishSeconds: 60 } },
          async () => {
            during = readFileSync(path, "utf8");
            if (outcome === "fails") throw new Error("no luck");
          },
        );
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

  it("all apply to the stack of two servers, and never allow a message to be stored twice", () => {
    assert.deepEqual(skipped(stackWith()), []);
    for (const { limit, name } of TRAFFIC)
      assert.equal(limit(stackWith(), { rate: 200, holdSeconds: 10 }).duplicated, 0, name);
  });

  it("of a single server are those of HAProxy, which no other container can replace in any stack", () => {
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

  it("release allowed settings that differ in the drill's subject", async () => {
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

  it("fail if a server answers that was taken out", async () => {
    await assert.rejects(released("maintenance", "server1"), /server1 answered while it was out/);
  });

  /** Renews certificates with the given outputs of each database, then of the load balancer, before and after. */
  const renewed = async (before: readonly string[], after: readonly string[], changes = {}) => {
    const { signal } = new AbortController();
    const of = stackWith(changes);
    const open = opened(of, signal);
    let said = before;
    const names = [...of.topology.cluster.databases.map(({ name }) => name), "lb1"];
    const asked: string[] = [];
    await TRAFFIC.find(({ name }) => name === "renew-certificates")?.run({
      ...open,
      ...{ signal, url: of.topology.url, seconds: 2, rate: 200, holdSeconds: 1 },
      containers: {
        ...open.containers,
        execute: async (service) => {
          asked.push(service);
          return said[names.indexOf(service)] ?? "";
        },
      },
      wait: async () => {},
      serversFromNow: () => () => new Set(),
      say: () => {},
      release: async () => {},
      renew: async () => {
        said = after;
      },
    });
    return asked;
  };

  it("pass if running databases and load balancers have new certificates, and were not restarted", async () => {
    const before = ["100\nA\n", "200\nB\n", "300\nE\nE\n"];
    await renewed(before, ["100\nC", "200\nD", "300\nF\nF"]);
    for (const [after, complaint] of [
      [["100\nC", "200\nB", "300\nF\nF"], /mysql-server1 still has its old certificate/],
      [["100\nC", "250\nD", "300\nF\nF"], /mysql-server1 was restarted/],
      [["100\nC", "200\nD", "300\nF\nE"], /lb1 still has its old certificate/],
      [["100\nC", "200\nD", "300\nE\nF"], /lb1 still has its old certificate/],
      [["100\nC", "200\nD", "400\nF\nF"], /lb1 was restarted/],
      [["100\nC", "200\nD", "300\nF"], /lb1 shows 1 of 2 certificates/],
    ] as const) {
      await assert.rejects(renewed(before, after), complaint);
    }
  });

  it("leave out a site's certificate that the stack's authority has not issued", async () => {
    const tls = { certificate: "./site.pem", key: "./site.key" };
    const asked = await renewed(["1\nA", "2\nB"], ["1\nC", "2\nD"], {
      "foobar:loadBalancer": { tls },
    });
    assert.ok(!asked.includes("lb1"), asked.join());
  });

  it("take out a server that visitors do not need, and no primary database", () => {
    assert.equal(maintainableServer(stackWith()), "server1");
    assert.equal(expendableServer(stackWith()), "server2");
    const { config, topology } = stackWith();
    assert.deepEqual(servicesOn({ config, topology }, "server2"), [
      "web-server2",
      "app-server2",
      "router-server2",
      "mysql-server2",
      "agent-server2",
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

  it("are found by name, and an unknown name gets the nearest one as a proposal", () => {
    assert.deepEqual(drillsNamed(["all", "alerts", "kill-nginx"]), DRILLS);
    assert.deepEqual(
      drillsNamed(["kill-nginx"]).map(({ name }) => name),
      ["kill-nginx"],
    );
    assert.throws(() => drillsNamed(["kil-nginx"]), /there is no drill kil-nginx; did you mean kill-nginx\?/);
    assert.equal(new Set(DRILLS.map(({ name }) => name)).size, DRILLS.length);
  });
});
