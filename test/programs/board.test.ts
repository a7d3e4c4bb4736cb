import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { boardConfig, CONFIG_FOLDER, PAGE_FOLDER } from "../../components/monitoring/board/boardConfig.ts";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { BOARD_PORT, PROMETHEUS_PORT } from "../../topology/ports.ts";
import { devConfig } from "../devConfig.ts";
import { answers, docker, engineMissing, published } from "../engine.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

const { images } = parseConfig("foobar", "dev", devConfig());

/** Says what it is asked, and with what. */
const PROMETHEUS = `require("node:http").createServer(({ method, url, headers }, response) => {
  if (url.startsWith("/api/v1/query?long")) return response.end("x".repeat(3_000_000));
  response.end(JSON.stringify({ method, url, headers }));
}).listen(${PROMETHEUS_PORT})`;

describe("the board's Nginx", function () {
  this.timeout("2m");
  let stack: TestStack;
  let url: string;
  let prometheus: string;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, the board's Nginx: ${reason}`);
      return this.skip();
    }
    stack = await createTestStack();
    await chmod(stack.folder, 0o755);
    const folder = async (name: string, files: Readonly<Record<string, string>>) => {
      await mkdir(join(stack.folder, name));
      for (const [file, text] of Object.entries(files)) await writeFile(join(stack.folder, name, file), text);
      return join(stack.folder, name);
    };
    const config = await folder("config", {
      "nginx.conf": boardConfig("board", "prometheus"),
      "board.json": '{"project":"foobar"}',
    });
    const page = await folder("page", { "index.html": "<title>Board</title>", "main.js": "1" });
    await docker("network", "create", ...stack.labels, stack.name);
    const common = [...stack.labels, `--network=${stack.name}`, "--read-only", "--cap-drop=ALL"];
    prometheus = await docker(
      ...["run", "--detach", ...common, "--network-alias=prometheus.monitor", "--user=65534:65534"],
      ...[images.application, "node", "-e", PROMETHEUS],
    );
    const id = await docker(
      ...["run", "--detach", ...common, "--network-alias=board.monitor", "--user=101:101", "--tmpfs=/tmp:uid=101"],
      ...[
        `--publish=127.0.0.1::${BOARD_PORT}`,
        `--volume=${config}:${CONFIG_FOLDER}:ro`,
        `--volume=${page}:${PAGE_FOLDER}:ro`,
      ],
      ...[images.nginx, "nginx", "-c", `${CONFIG_FOLDER}/nginx.conf`, "-g", "daemon off;"],
    );
    url = await published(id, BOARD_PORT);
    await answers(`${url}/livez`);
    await eventually(async () => assert.equal((await fetch(`${url}/api/v1/alerts`)).status, 200), 20);
  });

  after(() => stack?.remove());

  it("serves the page and its facts, and lets it run its own files alone", async () => {
    const page = await fetch(url);
    assert.match(await page.text(), /<title>Board/);
    assert.match(
      page.headers.get("content-security-policy") ?? "",
      /^default-src 'self'; style-src 'self' 'unsafe-inline'/,
    );
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match((await fetch(`${url}/main.js`)).headers.get("content-type") ?? "", /javascript/);
    assert.deepEqual(await (await fetch(`${url}/board.json`)).json(), { project: "foobar" });
    assert.equal((await fetch(`${url}/nginx.conf`)).status, 404);
  });

  it("passes three questions on, with their parameters and nothing else of the request", async () => {
    for (const path of ["query?query=up", "query_range?query=up&start=1&end=2&step=1", "alerts"]) {
      const response = await fetch(`${url}/api/v1/${path}`, {
        headers: { cookie: "a=b", authorization: "Basic eDp5" },
      });
      const { method, url: asked, headers } = JSON.parse(await response.text());
      assert.deepEqual([method, asked, headers], ["GET", `/api/v1/${path}`, { host: "prometheus" }]);
    }
    assert.equal((await (await fetch(`${url}/api/v1/query?long`)).text()).length, 3_000_000);
  });

  it("passes nothing else on", async () => {
    for (const path of [
      "admin/tsdb/snapshot",
      "status/config",
      "series",
      "query/",
      "query_range/x",
      "targets",
      "../-/quit",
    ]) {
      assert.equal((await request(`${url}/api/v1/${path}`)).statusCode, 404, path);
    }
    assert.equal((await request(`${url}/-/reload`)).statusCode, 404);
    for (const method of ["POST", "PUT", "DELETE"] as const) {
      assert.equal((await request(`${url}/api/v1/query?query=up`, { method })).statusCode, 405, method);
    }
  });

  it("answers by the names of its own machine alone, whatever site's page asks", async () => {
    const by = async (host: string) => (await request(url, { headers: { host } })).statusCode;
    assert.deepEqual([await by("localhost:8090"), await by("127.0.0.1")], [200, 200]);
    assert.deepEqual([await by("evil.example"), await by("10.201.7.5")], [403, 403]);
    assert.equal((await request(`${url}/livez`, { headers: { host: "board.monitor" } })).statusCode, 204);
  });

  it("answers itself while Prometheus is away, and finds it again", async () => {
    await docker("stop", "--time=0", prometheus);
    assert.equal((await fetch(url)).status, 200);
    await eventually(async () => assert.ok((await fetch(`${url}/api/v1/alerts`)).status >= 502), 20);
    await docker("start", prometheus);
    await eventually(async () => assert.equal((await fetch(`${url}/api/v1/alerts`)).status, 200), 20);
  });
});
