import assert from "node:assert/strict";
import { issue } from "../../app/test/certificates.ts";
import { check, rawSettings } from "../../config/config.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { filesOfRefused } from "../../preflight/fileProblems.ts";
import { problems } from "../configProblems.ts";
import type { StackSettings } from "../examples.ts";
import { refusedBy } from "../proposals.ts";

const keys = (settings: StackSettings) =>
  problems(settings)
    .map((text) => /^foobar:(\S+)/.exec(text)?.[1])
    .sort();

describe("all problems at once", () => {
  it("are reported beside a typing error in the same part", () => {
    assert.deepEqual(
      keys({
        "foobar:loadBalancer": {
          port: "x",
          allow: { site: ["nonsense"] },
          headers: { "bad name": "v", Via: ["a"] },
          tls: { hsts: {}, certificate: "a" },
          trustedProxies: { addresses: ["0.0.0.0/0"], protocol: 5 },
          pair: { port: 9000 },
        },
      }),
      [
        "loadBalancer.allow.site[0]",
        "loadBalancer.headers.Via",
        'loadBalancer.headers["bad',
        "loadBalancer.pair",
        "loadBalancer.port",
        "loadBalancer.tls.key",
        "loadBalancer.trustedProxies.protocol",
      ],
    );
    assert.deepEqual(keys({ "foobar:networks": { range: [5], edge: "nonsense", web: "10.0.0.1/24", app: {} } }), [
      "networks.app",
      "networks.edge",
      "networks.range",
      "networks.web",
    ]);
  });

  it("are reported for the well-formed entries of a list, by their own indexes", () => {
    assert.deepEqual(keys({ "foobar:names": [{}, "a b", "b.com", [], "B.com"] }), [
      "names[0]",
      "names[1]",
      "names[3]",
      "names[4]",
    ]);
    assert.deepEqual(
      keys({
        "foobar:servers": [
          { name: "a", roles: ["web", "cache", "app", "db", "web"], weight: "x" },
          { name: 5, roles: ["app"] },
          { name: "a", roles: "db", traffic: "ready" },
        ],
        "foobar:mysql": { memoryMb: 1024, bufferPoolMb: 2048, primary: "nobody" },
      }),
      [
        "mysql.bufferPoolMb",
        "servers[0].roles[1]",
        "servers[0].roles[4]",
        "servers[0].weight",
        "servers[1].name",
        "servers[2].name",
        "servers[2].roles",
      ],
    );
  });

  it("name ports that collide, whatever is wrong with other ports and switches beside them", () => {
    assert.deepEqual(keys({ "foobar:loadBalancer": { port: {}, address: "x", httpsPort: 8404, statsPort: 8404 } }), [
      "loadBalancer.address",
      "loadBalancer.port",
      "loadBalancer.statsPort",
    ]);
    assert.deepEqual(
      keys({
        "foobar:loadBalancer": { port: "x", pair: { mode: 5 } },
        "foobar:monitoring": {
          enabled: "yes",
          boardPort: 8443,
          grafana: "perhaps",
          prometheusPort: 8443,
          receivers: 5,
        },
        "foobar:logs": { store: { port: "8443" } },
      }),
      [
        "loadBalancer.pair",
        "loadBalancer.pair.mode",
        "loadBalancer.port",
        "logs.store.port",
        "monitoring.boardPort",
        "monitoring.enabled",
        "monitoring.grafana",
        "monitoring.prometheusPort",
        "monitoring.receivers",
      ],
    );
    assert.deepEqual(keys({ "foobar:monitoring": 5, "foobar:logs": { store: { port: 8080 } } }), [
      "logs.store.port",
      "monitoring",
    ]);
  });

  it("name a log store together with syslog, of which one or both are malformed", () => {
    assert.deepEqual(keys({ "foobar:logs": { store: {}, syslog: "tcp://logs:514" } }), ["logs.store", "logs.syslog"]);
    assert.deepEqual(keys({ "foobar:logs": { store: 5, syslog: "udp://logs:514" } }), ["logs.store", "logs.store"]);
  });

  it("name nothing that depends on a malformed setting", () => {
    assert.deepEqual(keys({ "foobar:loadBalancer": { port: {}, httpsPort: 8404, pair: 5, replicas: 2 } }), [
      "loadBalancer.pair",
      "loadBalancer.port",
    ]);
    assert.deepEqual(keys({ "foobar:servers": [{ name: "a", roles: [] }], "foobar:mysql": { primary: "b" } }), [
      "servers[0].roles",
    ]);
  });

  it("have one message each, whatever is at a key of the top", () => {
    for (const wrong of ["text", "5", "true", "", "null", '["x"]', '{"x":1}', '[{"x":1}]']) {
      for (const name of ["servers", "names", "loadBalancer", "networks", "policies", "secrets", "images", "mysql"]) {
        if (name === "names" && wrong === '["x"]') continue;
        assert.ok(problems({ [`foobar:${name}`]: wrong }).length > 0, `${name} ${wrong}`);
      }
    }
  });
});

describe("the names that every object inherits", () => {
  it("are no settings", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      const within = JSON.stringify({ port: 8081 }).replace("{", `{"${name}":1,`);
      const servers = JSON.stringify([{ name: "a", roles: ["web", "app", "db"] }]).replace("{", `{"${name}":1,`);
      const raw: [string, string][] = [
        [name, "1"],
        ["loadBalancer", within],
        ["servers", servers],
      ];
      for (const [key, value] of raw) {
        const found = check("foobar", Object.fromEntries([[`foobar:${key}`, value]])).problems;
        assert.equal(found.length, 1, `${key} ${name}`);
        assert.match(found[0]?.complaint ?? "", /is not a setting/);
      }
    }
    assert.equal(check("foobar", { "foobar:policies": '{"off":["constructor"]}' }).problems.length, 1);
  });
});

describe("a JSON text that is broken", () => {
  const message = (settings: StackSettings) => refusedBy(settings, UNKNOWN)?.message ?? "";

  it("is named by the place of the mistake, and no other value is proposed", () => {
    const text = message({ "foobar:mysql": '{"replication":"group","memoryMb":4096' });
    assert.match(text, /mysql is no valid JSON: .*position 38/);
    assert.match(text, /\n {4}cure: {6}correct the JSON text/);
    assert.ok(!text.includes("config set") && !text.includes("replication"), text);
    assert.match(message({ "foobar:servers": "[{name: a}]" }), /servers is no valid JSON: /);
    assert.match(message({ "foobar:web": { rateLimit: " {x" } }), /web\.rateLimit is no valid JSON: /);
  });

  it("shows no secret", () => {
    const text = message({ "foobar:secrets": '{"a":hunter2}' });
    assert.match(text, /secrets is no valid JSON\n/);
    assert.ok(!text.includes("hunter2"), text);
  });
});

describe("the files that refused settings name", () => {
  const found = (settings: StackSettings) =>
    filesOfRefused({ project: "foobar", stack: "two" }, check("foobar", rawSettings(settings))).map(({ path }) =>
      path.join("."),
    );

  it("are examined together with the settings, whatever is wrong beside them", () => {
    const tls = { certificate: "./nowhere.pem", key: "./nowhere.key", hsts: { maxAgeSeconds: "x" } };
    assert.deepEqual(
      found({
        "foobar:servers": [],
        "foobar:names": ["a b", {}],
        "foobar:loadBalancer": { port: "x", trustedProxies: { addresses: ["nonsense"] }, tls },
        "foobar:application": { files: "./nowhere", command: 5 },
        "foobar:mysql": "nonsense",
      }),
      ["loadBalancer.tls.certificate", "loadBalancer.tls.key", "application.files"],
    );
  });

  it("are judged by the protocol of proxies, which can pass TLS through", () => {
    const certificate = issue("www.foobar.com", undefined, { isAuthority: false });
    const at = (protocol: string) =>
      found({
        "foobar:loadBalancer": {
          port: "x",
          trustedProxies: { addresses: ["nonsense"], protocol },
          tls: { certificate: certificate.certificate, key: certificate.key },
        },
      }).filter((path) => path.endsWith("hsts"));
    assert.deepEqual([at("proxy"), at("forwarded")], [["loadBalancer.tls.hsts"], []]);
  });

  it("are passed over where their own setting is refused", () => {
    assert.deepEqual(found({ "foobar:loadBalancer": { tls: { certificate: "./nowhere.pem", key: 5 } } }), []);
    assert.deepEqual(found({ "foobar:loadBalancer": 5, "foobar:application": "x" }), []);
  });
});

describe("values in an error", () => {
  it("are no passwords", () => {
    const text = problems({
      "foobar:secrets": { application: "hunter2", root: { password: "hunter2" }, backup: 0 },
      "foobar:names": ["https://user:hunter2@foobar.com/"],
    }).join("\n");
    assert.ok(!text.includes("hunter2"), text);
    assert.match(text, /secrets\.application is \(not shown\)\n.*the program makes .*own/);
    assert.match(text, /secrets\.backup is 0\n/);
  });

  it("are taken as texts where texts are meant", () => {
    assert.deepEqual(problems({ "foobar:loadBalancer": { headers: { "X-XSS-Protection": 0, "X-A": true } } }), []);
    const lost = refusedBy(
      { "foobar:loadBalancer": '{"headers":{"X-Version":1.10,"X-Big":12345678901234567890}}' },
      UNKNOWN,
    );
    assert.deepEqual(
      lost?.problems.map(({ path, example }) => [path.at(-1), example]),
      [
        ["X-Version", undefined],
        ["X-Big", undefined],
      ],
    );
    assert.match(lost?.message ?? "", /cure: {6}put it in quotes/);
    assert.match(problems({ "foobar:names": [443] }).join(), /names\[0\] is "443"\n +allowed: +a host name in ASCII/);
  });
});
