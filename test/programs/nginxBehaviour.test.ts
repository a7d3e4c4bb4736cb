import assert from "node:assert/strict";
import type { ConnectionOptions } from "node:tls";
import { issue } from "../../app/test/certificates.ts";
import { setUp } from "../../app/test/serverStage.ts";
import { drainingFile } from "../../components/webTier/locations.ts";
import { LIVENESS_URL } from "../../components/webTier/nginxConfig.ts";
import { eventually } from "../../engine/eventually.ts";
import { LOAD_BALANCER_CLIENT, WEB_PORT } from "../../topology/ports.ts";
import { answers, docker, engineMissing } from "../engine.ts";
import { createStage, type NginxContainer, STATIC_VERSION, type Stage } from "../nginxStage.ts";
import { sendRaw } from "../rawRequests.ts";
import { clientOptions } from "../secrets.ts";
import { spellings } from "../spellings.ts";

const STYLE = "p { color: red }\n".repeat(100);
const FILES = {
  "app.css": STYLE,
  "app.3fa2b1c9.css": STYLE,
  "jquery.validate.js": "1",
  "photo-20240101.svg": "<svg/>",
};

describe("Nginx at work", function () {
  this.timeout(60_000);
  let stage: Stage;
  let nginx: NginxContainer;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createStage(FILES);
    const { application } = stage;
    nginx = await stage.start(
      [
        application,
        { ...application, server: "refused", port: 3001 },
        { ...application, server: "nameless", address: "no-such-name" },
        { ...application, server: "silent", address: stage.nobody },
      ],
      {
        limits: {
          maxBodyMb: 1,
          requestTimeoutSeconds: 1,
          idleSeconds: 10,
          finishSeconds: 1,
          rateLimit: { requestsPerSecond: 1, burst: 2 },
        },
      },
    );
  });
  after(() => stage?.remove());

  const ask = (path: string, init: RequestInit = {}, listener = 0) => fetch(`${nginx.urls[listener]}${path}`, init);
  const from = (client: string) => ({ headers: { "x-forwarded-for": client } });

  describe("answers 421 if nothing was sent", () => {
    for (const [listener, what] of [
      [1, "refuses connections"],
      [2, "has no address"],
      [3, "does not answer to a connection"],
    ] as const) {
      it(`to an application that ${what}, of a GET and of a POST`, async () => {
        const get = ask("/", {}, listener);
        const post = ask("/", { method: "POST", body: "x" }, listener);
        assert.deepEqual([(await get).status, (await post).status], [421, 421]);
      });
    }

    it("but not when the application had the request: 502 when it hung up, 504 when it was too slow", async () => {
      assert.equal((await ask("/breaks", { method: "POST", body: "x" })).status, 502);
      assert.equal((await ask("/never", { method: "POST", body: "x" })).status, 504);
    });

    it("and passes on the application's answer, whatever the status", async () => {
      for (const status of [421, 500, 502, 503, 504]) {
        const answer = await ask(`/status/${status}`);
        assert.deepEqual(
          [answer.status, answer.headers.get("x-from"), await answer.text()],
          [status, "application", "own answer"],
        );
      }
    });
  });

  describe("serves static files", () => {
    const lifetime = async (name: string) => (await ask(`/static/${name}`)).headers.get("cache-control");

    it("compressed, cached for five minutes and revalidated by their version", async () => {
      const answer = await ask("/static/app.css");
      const header = (name: string) => answer.headers.get(name);
      assert.equal(await answer.text(), STYLE);
      assert.deepEqual(
        ["content-type", "content-encoding", "vary", "cache-control", "etag", "x-content-type-options"].map(header),
        ["text/css", "gzip", "Accept-Encoding", "public, max-age=300", `W/"${STATIC_VERSION}"`, "nosniff"],
      );
      // Differs from web server to web server.
      assert.equal(header("last-modified"), null);
      const again = await ask("/static/app.css", { headers: { "if-none-match": header("etag") ?? "" } });
      assert.deepEqual([again.status, again.headers.get("cache-control")], [304, "public, max-age=300"]);
      assert.equal((await ask("/static/app.css", { headers: { "if-none-match": '"older"' } })).status, 200);
    });

    it("cached for a year if their name contains a hash, which neither a word nor a date is", async () => {
      assert.equal(await lifetime("app.3fa2b1c9.css"), "public, max-age=31536000, immutable");
      assert.equal(await lifetime("jquery.validate.js"), "public, max-age=300");
      assert.equal(await lifetime("photo-20240101.svg"), "public, max-age=300");
    });

    it("and passes requests for missing files and for folders to the application", async () => {
      for (const path of ["/static/older.css?v=1", "/static/"]) {
        const answer = await ask(path);
        assert.deepEqual([await answer.text(), answer.headers.get("cache-control")], [`application ${path}`, null]);
      }
    });

    it("and does not compress answers of the application", async () => {
      assert.equal((await ask("/text")).headers.get("content-encoding"), null);
    });
  });

  describe("answers the load balancer only", () => {
    const status = async (options: ConnectionOptions) =>
      (await fetch(`${await stage.reach(nginx.id, WEB_PORT, options)}/text`)).status;

    it("which shows its certificate, and nobody who shows none or another of the same authority", async () => {
      const { ca } = stage.loadBalancer;
      assert.equal(await status(stage.loadBalancer), 200);
      assert.equal(await status(ca === undefined ? {} : { ca }), 403);
      const database = issue("mysql-server1", stage.authority);
      assert.equal(await status(clientOptions(stage.authority, database)), 403);
    });

    it("and not one whose certificate another authority signed, even in its name", async () => {
      const impostor = issue(LOAD_BALANCER_CLIENT, issue("authority"));
      assert.equal(await status({ ...clientOptions(stage.authority, impostor) }), 400);
    });

    it("and by TLS 1.3 only", () => assert.rejects(status({ ...stage.loadBalancer, maxVersion: "TLSv1.2" })));
  });

  describe("knows the client", () => {
    it("from the load balancer, of whose list only the last address is its own", async () => {
      const sent = await (await ask("/headers", from("203.0.113.5, 192.0.2.1"))).json();
      assert.equal(sent["x-forwarded-for"], "192.0.2.1");
    });

    it("and trusts no other container's claim", async () => {
      const place = { host: nginx.id.slice(0, 12), port: WEB_PORT, servername: "web-server1", path: "/headers" };
      const request = { ...place, headers: { "x-forwarded-for": "192.0.2.1" }, ...stage.loadBalancer };
      const script = `require("https").get(${JSON.stringify(request)}, (answer) => answer.pipe(process.stdout))`;
      const sent = JSON.parse(await docker("exec", stage.applicationId, "node", "-e", script));
      const own = await docker(
        "inspect",
        "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        stage.applicationId,
      );
      assert.equal(sent["x-forwarded-for"], own);
    });

    it("and logs it, one JSON object for each request, without the load balancer's own requests", async () => {
      await ask("/status/503?own", { headers: { "x-request-id": "unseen" } });
      await ask("/status/503", {
        method: "POST",
        headers: { "x-request-id": 'say "42"', "x-forwarded-for": "192.0.2.2" },
      });
      await eventually(async () => {
        const log = (await docker("logs", nginx.id)).split("\n").filter((line) => line.startsWith("{"));
        const entries = log.map((line): Record<string, unknown> => JSON.parse(line));
        const entry = entries.find(({ request_id }) => request_id === 'say "42"');
        const expected = { client: "192.0.2.2", method: "POST", path: "/status/503", status: 503, bytes: 10 };
        assert.deepEqual({ ...entry, ...expected, upstream_status: "503" }, entry);
        assert.match(String(entry?.["upstream"]), /:3000$/);
        assert.equal(typeof entry?.["seconds"], "number");
        assert.ok(!entries.some(({ request_id }) => request_id === "unseen"));
      }, 10);
    });
  });

  it("refuses a visitor who exceeds the rate, not the others and not the load balancer", async () => {
    const statuses = async (init: RequestInit) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask("/", init)));
      return new Set(answers.map(({ status }) => status));
    };
    assert.deepEqual(await statuses(from("192.0.2.3")), new Set([200, 429]));
    assert.equal((await ask("/", from("192.0.2.4"))).status, 200);
    assert.deepEqual(await statuses({}), new Set([200]));
  });

  it("refuses bodies that are too large", async () => {
    const post = (size: number) => ask("/", { method: "POST", body: "x".repeat(size) });
    assert.equal((await post(1_000_000)).status, 200);
    assert.equal((await post(1_100_000)).status, 413);
  });

  it("keeps its connection to the application for the next request", async () => {
    const ports = [await (await ask("/connection")).text(), await (await ask("/connection")).text()];
    assert.equal(ports[0], ports[1]);
  });

  it("shows its status to its own container only", async () => {
    for (const path of ["/nginx-livez", "/nginx-status"]) {
      assert.equal(await (await ask(path)).text(), `application ${path}`);
      await docker("exec", nginx.id, "curl", "-fsS", new URL(path, LIVENESS_URL).href);
    }
    assert.equal((await ask("/metrics", from("192.0.2.9"))).status, 404);
  });

  it("hides from visitors what the sample application says about itself, in every spelling of its path", async () => {
    const { app } = setUp();
    for (const [index, path] of ["livez", "readyz", "metrics"].flatMap(spellings).entries()) {
      const text = `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.${index + 10}\r\nConnection: close\r\n\r\n`;
      const { answers } = await sendRaw(nginx.urls[0] ?? "", text);
      const [, passed] = /^application (.*)$/s.exec(answers[0]?.body ?? "") ?? [];
      const status = passed === undefined ? answers[0]?.status : (await app.inject({ url: passed })).statusCode;
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    }
    await app.close();
  });

  describe("stops without losing a request", () => {
    const status = async (url: string | undefined, path: string) => (await fetch(`${url}${path}`)).status;

    it("not ready at the first signal, still serving, gone at the second, ready after a restart", async () => {
      const { id, urls } = await stage.start([stage.application], { drainSeconds: 600 });
      assert.equal(await status(urls[0], "/readyz"), 200);
      await docker("kill", "--signal=QUIT", id);
      await eventually(async () => assert.equal(await status(urls[0], "/readyz"), 503), 10);
      assert.equal(await status(urls[0], "/"), 200);
      await docker("kill", "--signal=QUIT", id);
      assert.equal(await docker("wait", id), "0");
      await docker("start", id);
      const url = await stage.reach(id);
      await answers(url);
      assert.equal(await status(url, "/readyz"), 200);
    });

    it("of one application that is about to stop: it is not ready by Nginx's answer, and still served", async () => {
      const { id, urls } = await stage.start([stage.application]);
      const file = drainingFile(stage.application.server);
      await docker("exec", id, "touch", file);
      assert.equal(await status(urls[0], "/readyz"), 503);
      assert.equal(await status(urls[0], "/"), 200);
      await docker("exec", id, "rm", file);
      assert.equal(await status(urls[0], "/readyz"), 200);
    });

    it("finishing what it has begun", async () => {
      const { id, urls } = await stage.start([stage.application], { drainSeconds: 0 });
      const late = fetch(`${urls[0]}/held`);
      const held = async () => (await fetch(`${stage.applicationUrl}/held-count`)).text();
      await eventually(async () => assert.equal(await held(), "1"), 10);
      await docker("kill", "--signal=QUIT", id);
      await eventually(() => assert.rejects(docker("exec", id, "curl", "-s", `https://127.0.0.1:${WEB_PORT}/`)), 10);
      await fetch(`${stage.applicationUrl}/release`);
      assert.equal(await (await late).text(), "late");
      assert.equal(await docker("wait", id), "0");
    });

    it("and ends its container when it dies, so that the engine restarts it", async () => {
      const { id } = await stage.start([stage.application]);
      // Detached: the container may end before the command that kills it has.
      await docker("exec", "--detach", id, "sh", "-c", 'kill -KILL "$(cat /tmp/nginx.pid)"');
      assert.equal(await docker("wait", id), "137");
    });
  });
});
