import assert from "node:assert/strict";
import { issue } from "../../app/test/certificates.ts";
import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { STATISTICS_AUTHORIZATION } from "../../components/loadBalancer/statisticsFrontend.ts";
import { CERTIFICATE_FILE } from "../../components/loadBalancer/tls.ts";
import { answerFiles, CONFIG_FOLDER } from "../../components/loadBalancer/unavailable.ts";
import { ALGORITHMS } from "../../config/choices.ts";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";
import { runProgram } from "../realProgram.ts";
import { clientFiles } from "../secrets.ts";

type Changes = Parameters<typeof devConfig>[0];

/** haproxy.cfg of the first load balancer of the dev stack with some keys changed. */
function haproxy(changes: Changes = {}): string {
  const [plan] = planTopology(parseConfig("foobar", "dev", devConfig(changes))).loadBalancers;
  assert.ok(plan);
  return haproxyConfig(plan);
}

const balanced = (loadBalancer: object) => haproxy({ "foobar:loadBalancer": loadBalancer });
const served = (...servers: object[]) =>
  haproxy({
    "foobar:servers": servers.map((server, index) => ({
      name: `server${index + 1}`,
      roles: ["web", "app", "db"],
      ...server,
    })),
  });

/** A public site with a certificate of its own. */
const PUBLIC: Changes = {
  "foobar:names": ["www.foobar.com", "*.foobar.com"],
  "foobar:loadBalancer": { address: "0.0.0.0", tls: { certificate: "site.pem", key: "site.key" } },
};

/** The lines of a section, without comments. */
function section(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(name);
  assert.notEqual(start, -1, `there is no section ${name}`);
  const end = lines.findIndex(
    (line, index) => index > start && line !== "" && !line.startsWith(" ") && !line.startsWith("#"),
  );
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Lines without the options by which servers are verified. */
const plain = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/ sni \S+ check-sni \S+ verifyhost \S+/, ""));
const starting = (lines: readonly string[], word: string) => lines.filter((line) => line.startsWith(`${word} `));
/** The backend without the servers for requests that have lost theirs. */
const web = (text: string) => section(text, "backend web").filter((line) => !line.startsWith("server last-resort-"));

describe("haproxy.cfg", () => {
  it("spreads requests over every server, by name and port", () => {
    assert.deepEqual(plain(starting(web(haproxy()), "server")), [
      "server server1 web-server1:8443 weight 1",
      "server server2 web-server2:8443 weight 1",
    ]);
  });

  it("verifies servers by the stack's authority and by their names, and shows its own certificate", () => {
    for (const lines of [web(haproxy()), section(haproxy(), "backend last-resort")]) {
      const defaults = starting(lines, "default-server").join(" ");
      assert.match(defaults, / ssl verify required ca-file \/run\/secrets\/ca\.crt crt \/run\/secrets\/client\.pem /);
      assert.match(
        starting(lines, "server")[1] ?? "",
        / sni str\(web-server2\) check-sni web-server2 verifyhost web-server2/,
      );
    }
  });

  for (const algorithm of ALGORITHMS) {
    it(`balances by ${algorithm}`, () => {
      assert.deepEqual(starting(web(balanced({ algorithm })), "balance"), [`balance ${algorithm}`]);
    });
  }

  it("hashes consistently by default, and the configured part of the URI", () => {
    assert.deepEqual(starting(web(balanced({ algorithm: "source" })), "hash-type"), ["hash-type consistent"]);
    const uri = web(balanced({ algorithm: "uri", hash: { method: "map-based", depth: 2, length: 40, query: true } }));
    assert.deepEqual(starting(uri, "hash-type"), ["hash-type map-based"]);
    assert.deepEqual(starting(uri, "balance"), ["balance uri len 40 depth 2 whole"]);
    assert.deepEqual(starting(web(haproxy()), "hash-type"), []);
  });

  it("keeps all but the first server in reserve in mode active-passive", () => {
    assert.deepEqual(plain(starting(web(balanced({ mode: "active-passive" })), "server")), [
      "server server1 web-server1:8443 weight 1",
      "server server2 web-server2:8443 weight 1 backup",
    ]);
  });

  it("gives servers their weight and their limit", () => {
    assert.deepEqual(plain(starting(web(served({ weight: 3, maxConnections: 50 }, {})), "server")), [
      "server server1 web-server1:8443 weight 3 maxconn 50",
      "server server2 web-server2:8443 weight 1",
    ]);
  });

  it("sends no new visitors to a server that drains, and nothing at all to one in maintenance", () => {
    const text = served({}, { traffic: "drain" }, { traffic: "maintenance" });
    assert.deepEqual(plain(starting(web(text), "server")), [
      "server server1 web-server1:8443 weight 1",
      "server server2 web-server2:8443 weight 0",
      "server server3 web-server3:8443 weight 1 disabled",
    ]);
    assert.deepEqual(plain(starting(section(text, "backend last-resort"), "server")), [
      "server server1 web-server1:8443",
    ]);
    assert.deepEqual(
      plain(starting(section(text, "backend web"), "server").filter((line) => line.includes("backup"))),
      ["server last-resort-server1 web-server1:8443 no-check backup non-stick resolve-opts allow-dup-ip"],
    );
  });

  it("binds visitors to a server by a cookie that scripts cannot read, or by their address", () => {
    const cookie = web(balanced({ affinity: "cookie" }));
    assert.match(starting(cookie, "cookie")[0] ?? "", /^cookie FOOBAR_SERVER insert indirect nocache httponly /);
    assert.ok(starting(cookie, "server").every((line, index) => line.endsWith(` cookie server${index + 1}`)));
    const address = web(balanced({ affinity: "address" }));
    assert.deepEqual(starting(address, "stick-table"), [
      "stick-table type ipv6 size 100k expire 30m peers loadbalancers",
    ]);
    assert.ok(address.includes("stick on src"));
    assert.deepEqual(starting(web(haproxy()), "cookie"), []);
  });

  it("shares tables with the other load balancer of a pair, under its own name", () => {
    const text = balanced({ replicas: 2 });
    assert.deepEqual(section(text, "peers loadbalancers"), [
      "bind 10.201.0.11:10000",
      "server lb1",
      "server lb2 10.201.0.12:10000",
    ]);
    assert.ok(section(text, "global").includes("localpeer lb1"));
  });

  it("checks the application's readiness at the configured interval", () => {
    const text = haproxy({
      "foobar:application": { readinessPath: "/ready" },
      "foobar:loadBalancer": { health: { intervalMs: 2000, fall: 3, rise: 4, observe: "response" } },
    });
    assert.ok(web(text).includes("http-check send meth GET uri /ready hdr Host www.foobar.com"));
    const [checks = ""] = starting(web(text), "default-server");
    assert.match(checks, / check inter 2000ms fastinter 500ms downinter 2000ms fall 3 rise 4 observe layer7 /);
  });

  it("observes connections, or nothing, and lets servers start slowly if configured", () => {
    const checks = (health: object) => starting(web(balanced({ health })), "default-server")[0] ?? "";
    assert.match(checks({}), / observe layer4 error-limit \d+ on-error mark-down /);
    assert.doesNotMatch(checks({ observe: "off" }), /observe/);
    assert.doesNotMatch(checks({}), /slowstart/);
    assert.match(checks({ slowStartSeconds: 20 }), / slowstart 20s /);
  });

  it("retries only requests that never reached the application", () => {
    assert.deepEqual(starting(section(haproxy(), "defaults"), "retry-on"), ["retry-on conn-failure 421"]);
  });

  it("replaces clients' claims about their address once it knows the address", () => {
    const site = section(haproxy(), "frontend site");
    const dropped = site.findIndex((line) => line.startsWith("http-request del-header "));
    assert.ok(dropped >= 0 && dropped < site.indexOf("http-request set-header X-Forwarded-For %[src]"));
  });

  it("listens for visitors in the edge network alone, a pair at its virtual addresses, too", () => {
    const of = (loadBalancer: object) =>
      starting(section(balanced(loadBalancer), "frontend site"), "bind").map((line) => line.split(" ")[1]);
    assert.deepEqual(of({}), ["10.201.0.11:80", "10.201.0.11:443"]);
    assert.deepEqual(of({ http: "off", tls: { http3: true } }), ["10.201.0.11:443", "quic4@10.201.0.11:443"]);
    assert.deepEqual(of({ replicas: 2, pair: { mode: "active-active" } }), [
      ...["10.201.0.11:80", "10.201.0.11:443", "10.201.0.254:80", "10.201.0.254:443"],
      ...["10.201.0.253:80", "10.201.0.253:443"],
    ]);
  });

  it("shows its statistics to its own host only, unless they are published", () => {
    const of = (loadBalancer: object) => section(balanced(loadBalancer), "frontend statistics");
    assert.equal(of({})[0], "bind 127.0.0.1:8404");
    const published = of({ statsPort: 9000 });
    assert.deepEqual(published.slice(0, 2), ["bind 127.0.0.1:8404", "bind 10.201.0.11:8404"]);
    assert.ok(published.includes("acl admitted src 127.0.0.0/8 10.201.0.0/24"));
    assert.ok(published.includes("http-request deny unless admitted"));
  });
});

describe("the real HAProxy takes its file", function () {
  this.timeout(60_000);
  const { images } = parseConfig("foobar", "dev", {});
  const { certificate, key } = issue("www.foobar.com");
  const authority = issue("authority");
  const check = (text: string) =>
    runProgram({
      image: images.haproxy,
      files: { "haproxy.cfg": text, ...answerFiles({ headers: [{ name: "X-A", value: "b" }] }) },
      folder: CONFIG_FOLDER,
      secrets: {
        [CERTIFICATE_FILE]: certificate + key,
        [STATISTICS_AUTHORIZATION]: "Basic YWRtaW46eA==\n",
        ...clientFiles(authority, issue("load-balancer", authority)),
      },
      command: ["haproxy", "-c", "-f", `${CONFIG_FOLDER}/haproxy.cfg`],
      user: "99:99",
    });

  before(async function () {
    const reason = await engineMissing();
    if (reason === undefined) return;
    console.log(`      SKIPPED, what needs the real HAProxy: ${reason}`);
    this.skip();
  });

  const many = Array.from({ length: 90 }, (_, index) => `192.0.${index}.0/24`);
  const variants: readonly [string, string][] = [
    ["of the dev stack", haproxy()],
    ...ALGORITHMS.map((algorithm): [string, string] => [`with ${algorithm}`, balanced({ algorithm })]),
    ["with every option of uri", balanced({ algorithm: "uri", hash: { depth: 1, length: 9, query: true } })],
    ["active-passive", balanced({ mode: "active-passive" })],
    ["with a cookie", balanced({ affinity: "cookie" })],
    ["of a pair that keeps visitors by address", balanced({ replicas: 2, affinity: "address", statsPort: 8404 })],
    ["with HTTP/3 by the modern profile", balanced({ tls: { profile: "modern", http3: true } })],
    ["with names, redirects and HSTS", haproxy(PUBLIC)],
    [
      "of a pair with HTTPS only and cookies",
      balanced({ replicas: 2, http: "off", affinity: "cookie", tls: { http3: true } }),
    ],
    ["with a slow start and observed answers", balanced({ health: { slowStartSeconds: 5, observe: "response" } })],
    ["behind proxies that set headers", balanced({ trustedProxies: { addresses: many }, allow: { site: many } })],
    [
      "behind proxies that speak PROXY",
      balanced({ trustedProxies: { addresses: ["127.0.0.0/8"], protocol: "proxy" } }),
    ],
    ["without limits", balanced({ connectionsPerSource: 0, address: "0.0.0.0", underscores: "refuse" })],
    ["with odd headers in answers", balanced({ headers: { "X-Odd": `a "b" 'c' \\ $HOME %[src] %% # ;` } })],
    [
      "with servers out of service",
      served({ weight: 5, maxConnections: 9 }, { traffic: "drain" }, { traffic: "maintenance" }),
    ],
  ];
  for (const [name, text] of variants) it(name, () => check(text));

  it("with rules for connections before those for requests: HAProxy warns of another order at every start", () => {
    for (const [name, text] of variants) {
      for (const section of text.split(/\n(?=frontend )/)) {
        assert.ok(section.lastIndexOf("\n    tcp-request") <= Math.max(0, section.indexOf("\n    http-request")), name);
      }
    }
  });

  it("and rejects one with a spelling mistake", () =>
    assert.rejects(check(haproxy().replace("timeout connect", "timeuot connect")), /timeuot/));
});
