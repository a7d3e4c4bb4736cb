import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { issue } from "../../app/test/certificates.ts";
import { CONFIG_FOLDER } from "../../components/webTier/folders.ts";
import { nginxConfig, stopSeconds } from "../../components/webTier/nginxConfig.ts";
import { parseConfig } from "../../config/config.ts";
import type { WebPlan } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";
import { runProgram } from "../realProgram.ts";
import { serverFiles } from "../secrets.ts";

type Changes = Parameters<typeof devConfig>[0];

/** The first web server of the dev stack with some keys changed. */
function web(changes: Changes = {}): WebPlan {
  const [plan] = planTopology(parseConfig("foobar", "dev", devConfig(changes))).web;
  assert.ok(plan);
  return plan;
}

const nginx = (changes?: Changes) => nginxConfig(web(changes), "0123456789");
const limited = (limits: object) => nginx({ "foobar:web": limits });
const APART = {
  "foobar:servers": [
    { name: "front", roles: ["web"] },
    { name: "one", roles: ["app", "db"] },
    { name: "two", roles: ["app", "db"] },
  ],
  "foobar:mysql": { primary: "one" },
};

/** The lines of the first block that begins so, without comments. */
function block(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() === `${name} {`);
  assert.notEqual(start, -1, `there is no block ${name}`);
  const indent = lines[start]?.search(/\S/) ?? 0;
  const end = lines.indexOf(`${" ".repeat(indent)}}`, start);
  return lines
    .slice(start + 1, end)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

const site = (text: string) => block(text, "server");

describe("nginx.conf", () => {
  it("passes requests to the application on its own server", () => {
    assert.deepEqual(block(nginx(), "upstream server1").slice(1, 2), ["server app-server1:3000 resolve max_fails=0;"]);
    assert.deepEqual(block(nginx(), "map $server_port $application"), ["8443 server1;"]);
  });

  it("has a port for each application that it passes requests to", () => {
    const text = nginx(APART);
    assert.deepEqual(block(text, "map $server_port $application"), ["8443 one;", "8444 two;"]);
    assert.deepEqual(
      site(text).filter((line) => line.startsWith("listen")),
      [
        "listen web-front.web:8443 ssl so_keepalive=60s:15s:4;",
        "listen web-front.web:8444 ssl so_keepalive=60s:15s:4;",
      ],
    );
    assert.ok(block(text, "upstream two").includes("server app-two:3000 resolve max_fails=0;"));
  });

  it("closes idle connections before an application does, and keeps its own longer than the load balancer", () => {
    assert.ok(block(nginx(), "upstream server1").includes("keepalive_timeout 4s;"));
    assert.ok(block(nginx(), "http").includes("keepalive_timeout 75s;"));
  });

  it("trusts only the load balancer's network to name the client", () => {
    const text = nginx();
    assert.deepEqual(text.match(/set_real_ip_from .*;/g), ["set_real_ip_from 10.201.1.0/24;"]);
    assert.deepEqual(block(text, "geo $visitor"), ["default 1;", "10.201.1.0/24 0;"]);
  });

  it("never sends a request twice", () => assert.ok(site(nginx()).includes("proxy_next_upstream off;")));

  it("is not ready while it drains", () => {
    const ready = block(nginx({ "foobar:application": { readinessPath: "/ready" } }), "location = /ready");
    assert.deepEqual(ready.slice(0, 2), ["if (-f /tmp/draining) {", "return 503;"]);
  });

  it("limits visitors, and counts none without a rate limit", () => {
    const text = limited({
      maxBodyMb: 7,
      rateLimit: { requestsPerSecond: 20, burst: 40 },
    });
    const wanted = ["client_max_body_size 7m;", "limit_req zone=clients burst=40 nodelay;"];
    for (const line of wanted) assert.ok(site(text).includes(line), line);
    assert.ok(block(text, "http").includes("limit_req_zone $counted_client zone=clients:4m rate=20r/s;"));
    assert.ok(site(limited({ rateLimit: { requestsPerSecond: 1 } })).includes("limit_req zone=clients nodelay;"));
    assert.doesNotMatch(nginx(), /limit_req/);
  });

  it("passes bodies on as they arrive, in both directions", () => {
    for (const line of ["proxy_request_buffering off;", "proxy_buffering off;", "proxy_max_temp_file_size 0;"]) {
      assert.ok(site(limited({ maxBodyMb: 100 })).includes(line), line);
    }
  });

  it("lets an answer be silent for the time of the settings", () => {
    assert.ok(site(nginx()).includes("proxy_read_timeout 7200s;"));
    assert.ok(site(limited({ idleSeconds: 600 })).includes("proxy_read_timeout 600s;"));
  });

  it("has the time to finish what it has begun, and at least that of a request", () => {
    for (const [limits, seconds] of [
      [{}, 90],
      [{ finishSeconds: 300 }, 300],
      [{ requestTimeoutSeconds: 120 }, 120],
    ] as const) {
      const plan = web({ "foobar:web": limits });
      assert.match(nginxConfig(plan, undefined), new RegExp(`^worker_shutdown_timeout ${seconds}s;$`, "m"));
      assert.equal(stopSeconds(plan), plan.drainSeconds + seconds);
    }
  });

  it("hides the paths of the settings from visitors, with all below them", () => {
    const hidden = (application: object) =>
      nginx({ "foobar:application": { files: "app", command: ["node", "/app/x.cjs"], ...application } }).match(
        /location ~\* .*(?= \{)/g,
      ) ?? [];
    assert.deepEqual(hidden({}), ['location ~* "^/metrics([/;]|$)"']);
    assert.deepEqual(hidden({ hiddenPaths: ["/a.b/", "//c"] }), [
      'location ~* "^/a\\.b([/;]|$)"',
      'location ~* "^/c([/;]|$)"',
    ]);
    assert.deepEqual(hidden({ hiddenPaths: [] }), []);
    const ready = block(
      nginx({ "foobar:application": { readinessPath: "/ops/ready", hiddenPaths: ["/ops"] } }),
      "location = /ops/ready",
    );
    assert.deepEqual(ready.slice(0, 2), ["if ($visitor) {", "return 404;"]);
  });

  it("shows the user's pages for errors, and its own texts for the others", () => {
    const text = nginxConfig(web(), undefined, { "400.html": "a", "404.html": "b", "502.html": "c" });
    const pages = site(text).filter((line) => line.startsWith("error_page"));
    assert.ok(pages.includes("error_page 404 /.foobar-error/404.html;"));
    assert.ok(pages.includes("error_page 400 494 495 496 497 /.foobar-error/400.html;"));
    assert.ok(pages.includes("error_page 502 504 @unanswered;"));
    assert.deepEqual(block(text, "location @unanswered").slice(0, 2), [
      "error_page 504 /.foobar-error/;",
      "error_page 502 /.foobar-error/502.html;",
    ]);
  });

  it("serves static files below their path, if there are any", () => {
    const files = block(nginx({ "foobar:application": { staticPath: "/assets/" } }), "location /assets/");
    for (const line of ["alias /srv/static/;", `add_header ETag '"0123456789"';`, "try_files $uri @application;"]) {
      assert.ok(files.includes(line), line);
    }
    assert.doesNotMatch(nginxConfig(web(), undefined), /static/);
  });

  it("shows its status inside its container only", () => {
    assert.deepEqual(nginx().match(/listen 127.*;/g), ["listen 127.0.0.1:8404;"]);
  });
});

it("start.sh of Nginx is valid", async () => {
  await execa("sh", ["-n", fileURLToPath(new URL("../../components/webTier/files/start.sh", import.meta.url))]);
});

describe("the real Nginx takes its file", function () {
  this.timeout(60_000);
  const { images } = parseConfig("foobar", "dev", {});
  const authority = issue("authority");
  const check = (text: string) =>
    runProgram({
      image: images.nginx,
      files: { "nginx.conf": text },
      folder: CONFIG_FOLDER,
      secrets: serverFiles(authority, issue("web-server1", authority)),
      command: ["nginx", "-t", "-c", `${CONFIG_FOLDER}/nginx.conf`],
      user: "101:101",
      hosts: [web().listenAddress, web(APART).listenAddress],
    });

  before(async function () {
    const reason = await engineMissing();
    if (reason === undefined) return;
    console.log(`      SKIPPED, what needs the real Nginx: ${reason}`);
    this.skip();
  });

  const variants: readonly [string, string][] = [
    ["of the dev stack", nginx()],
    ["of a server apart", nginx(APART)],
    ["with a rate and a burst", limited({ rateLimit: { requestsPerSecond: 100_000, burst: 100_000 } })],
    ["with a rate alone, and large bodies", limited({ maxBodyMb: 1024, rateLimit: { requestsPerSecond: 1 } })],
    ["without static files", nginxConfig(web(), undefined)],
    ["with pages for errors", nginxConfig(web(), undefined, { "404.html": "page", "502.html": "page" })],
    ["with a readiness path that is also another's", nginx({ "foobar:application": { readinessPath: "/metrics" } })],
  ];
  for (const [name, text] of variants) it(name, () => check(text));

  it("and rejects one with a spelling mistake", () =>
    assert.rejects(check(nginx().replace("worker_connections", "worker_conections")), /worker_conections/));
});
