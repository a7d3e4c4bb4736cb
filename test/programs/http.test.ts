import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../engine/eventually.ts";
import { engineMissing } from "../engine.ts";
import { createHttpStage, type HttpStage, SITE_AUTHORITY } from "../httpStage.ts";
import { sendRaw } from "../rawRequests.ts";
import { type OpenSocket, upgrade, upgradeByHttp2 } from "../sockets.ts";
import { answersTo } from "../uploads.ts";

/** The time limit until an answer begins, and a silence that is longer. */
const LIMIT_SECONDS = 5;
const SILENCE_MS = 7_000;

const PAGES = { "404.html": "own page for 404", "502.html": "own page for 502", "504.html": "own page for 504" };

describe("HTTP as applications use it, through HAProxy and Nginx", function () {
  this.timeout("3m");
  let stage: HttpStage;
  let pages: string;

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    pages = await mkdtemp(join(tmpdir(), "pages-"));
    for (const [name, text] of Object.entries(PAGES)) await writeFile(join(pages, name), text);
    stage = await createHttpStage({
      "foobar:web": {
        maxBodyMb: 64,
        requestTimeoutSeconds: LIMIT_SECONDS,
        idleSeconds: 60,
        finishSeconds: LIMIT_SECONDS,
        errorPages: pages,
      },
    });
  });
  after(async () => {
    await stage?.remove();
    if (pages !== undefined) await rm(pages, { recursive: true });
  });

  const text = async (path: string, init?: RequestInit) => (await fetch(stage.url + path, init)).text();
  const raw = async (head: string) => (await sendRaw(stage.url, head)).answers.map(({ status }) => status);
  const open = async (found: Promise<OpenSocket | number>): Promise<OpenSocket> => {
    const socket = await found;
    assert.ok(typeof socket !== "number", `the answer is ${socket}, not an upgrade`);
    return socket;
  };
  /** Sockets to each server. */
  const openToBoth = async (): Promise<Map<string, OpenSocket>> => {
    const sockets = new Map<string, OpenSocket>();
    await eventually(async () => {
      const socket = await open(upgrade(stage.url, "websocket"));
      if (sockets.has(socket.server)) socket.close();
      else sockets.set(socket.server, socket);
      assert.equal(sockets.size, 2);
    }, 20);
    return sockets;
  };

  describe("upgrades", () => {
    it("a connection of HTTP/1.1 to a WebSocket, and to another protocol", async () => {
      for (const protocol of ["websocket", "another/1"]) {
        const socket = await open(upgrade(stage.url, protocol));
        assert.equal(await socket.echo("hello"), "hello");
        socket.close();
      }
    });

    it("a stream of HTTP/2 to a WebSocket", async () => {
      const socket = await open(upgradeByHttp2(stage.securePort, SITE_AUTHORITY));
      assert.equal(await socket.echo("hello"), "hello");
      socket.close();
    });

    it("none to HTTP/2 without TLS, which would hide requests from every rule", async () => {
      assert.equal(await upgrade(stage.url, "h2c"), 200);
      const socket = await open(upgrade(stage.url, "another/1, h2c"));
      assert.equal(socket.protocol, "another/1");
      socket.close();
    });

    it("none that only names a protocol", async () => {
      const close = "Connection: close\r\n";
      assert.deepEqual(await raw(`GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: another/1\r\n${close}\r\n`), [200]);
    });
  });

  it("limits the time until an answer begins, not the silences within answers and sockets", async () => {
    const late = fetch(`${stage.url}/late?ms=${SILENCE_MS}`);
    const events = text(`/events?pieces=1&ms=${SILENCE_MS}`);
    const socket = await open(upgrade(stage.url, "websocket"));
    const answer = await late;
    assert.deepEqual([answer.status, await answer.text()], [504, PAGES["504.html"]]);
    assert.equal(await events, "data: 0\n\n");
    assert.equal(await socket.echo("hello"), "hello");
    socket.close();
  });

  it("passes on an answer without a length as it comes", async () => {
    const { body } = await fetch(`${stage.url}/held`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader?.read())?.value, "first");
    // Each of the two applications gets one of two requests.
    for (let request = 0; request < 2; request++) await text("/release");
    assert.equal((await reader?.read())?.value, " rest");
  });

  it("passes on methods, bodies, headers and answers of all kinds", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      assert.equal(JSON.parse(await text("/body", { method, body: "hello" })).bytes, 5, method);
    }
    const seen = JSON.parse(await text("/headers", { headers: { api_key: "1", "x.dot": "2" } }));
    assert.deepEqual([seen.api_key, seen["x.dot"], seen.upgrade], ["1", "2", undefined]);
    const range = await fetch(`${stage.url}/range`, { headers: { range: "bytes=2-5" } });
    assert.deepEqual([range.status, await range.text()], [206, "2345"]);
    assert.equal(await text("/compressed"), "text");
    const moved = await fetch(`${stage.url}/moved`, { redirect: "manual" });
    assert.equal(moved.headers.get("location"), "http://elsewhere.example/x");
    for (const status of [404, 500, 502, 503, 504]) {
      const answer = await fetch(`${stage.url}/failing?status=${status}`);
      assert.deepEqual([answer.status, await answer.text()], [status, "own answer"]);
    }
    const { answers } = await sendRaw(stage.url, "GET /trailers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert.match(answers[0]?.body ?? "", /\r\n0\r\nx-sum: 4\r\n/);
  });

  it("passes on the early answer 103 to browsers that open a page, and to nobody else", async () => {
    const early = (headers: Record<string, string>) =>
      new Promise<boolean>((resolve, reject) => {
        let hinted = false;
        request(`${stage.url}/hints`, { headers, agent: false })
          .on("information", ({ statusCode }) => {
            hinted ||= statusCode === 103;
          })
          .on("response", (response) => response.resume().on("end", () => resolve(hinted)))
          .on("error", reject)
          .end();
      });
    assert.deepEqual([await early({ "sec-fetch-mode": "navigate" }), await early({})], [true, false]);
  });

  it("serves clients of HTTP/1.0 without a host, and headers and addresses of 32 kB", async () => {
    const close = "Connection: close\r\n";
    assert.deepEqual(await raw("GET / HTTP/1.0\r\n\r\n"), [200]);
    assert.deepEqual(await raw(`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${"a".repeat(32_000)}\r\n${close}\r\n`), [200]);
    assert.deepEqual(await raw(`GET /${"a".repeat(32_000)} HTTP/1.1\r\nHost: a\r\n${close}\r\n`), [200]);
    assert.deepEqual(await raw(`GET /${"a".repeat(33_000)} HTTP/1.1\r\nHost: a\r\n${close}\r\n`), [431]);
  });

  it("takes bodies that arrive slowly, in chunks or after 100 Continue", async () => {
    const slow = { path: "/body", size: 300_000, pieces: 12, pauseMs: 1_000 };
    const found = await Promise.all([
      answersTo(stage.url, slow, 1),
      answersTo(stage.url, { ...slow, size: 1200 }, 1),
      answersTo(stage.url, { ...slow, chunked: true }, 1),
      answersTo(stage.url, { path: "/body", size: 30_000_000, expect: true }, 1),
    ]);
    assert.deepEqual(found, Array(4).fill({ 200: 1 }));
  });

  it("shows the user's pages instead of the stack's own answers", async () => {
    for (const [path, status] of [
      ["/metrics", 404],
      ["/breaks", 502],
    ] as const) {
      const answer = await fetch(stage.url + path);
      assert.deepEqual([answer.status, await answer.text()], [status, PAGES[`${status}.html`]]);
      assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    }
    assert.equal(await text("/.foobar-error/nginx.conf"), PAGES["404.html"]);
  });

  it("sends POSTs of 20 and 100 kB to the other server when an application is killed, each once", async () => {
    const bodies = async () => Number(await text("/bodies"));
    await stage.signal("app-server1", "KILL");
    try {
      const before = await bodies();
      for (const size of [20_000, 100_000]) {
        assert.deepEqual(await answersTo(stage.url, { path: "/body", size }, 8), { 200: 8 });
      }
      assert.equal((await bodies()) - before, 16);
    } finally {
      await stage.start("app-server1");
      await stage.untilServing();
    }
  });

  describe("closes sockets in order", () => {
    /** The socket ends without an error, with all that its application has sent; a new one is at the other server. */
    const moves = async (socket: OpenSocket | undefined, last: string) => {
      assert.deepEqual(await socket?.closed, { last, inOrder: true });
      const next = await open(upgrade(stage.url, "websocket"));
      assert.notEqual(next.server, socket?.server);
      next.close();
    };

    it("when their application stops", async () => {
      const sockets = await openToBoth();
      await stage.signal("app-server1", "TERM");
      try {
        await moves(sockets.get("server1"), "bye");
        assert.equal(await sockets.get("server2")?.echo("hello"), "hello");
      } finally {
        sockets.get("server2")?.close();
        await stage.start("app-server1");
        await stage.untilServing();
      }
    });

    it("when Nginx stops, after the time for what has begun", async () => {
      const sockets = await openToBoth();
      await stage.signal("web-server1", "QUIT");
      try {
        assert.equal(await sockets.get("server1")?.echo("hello"), "hello");
        await moves(sockets.get("server1"), "");
        assert.equal(await sockets.get("server2")?.echo("hello"), "hello");
      } finally {
        sockets.get("server2")?.close();
        await stage.ended("web-server1");
        await stage.start("web-server1");
        await stage.untilServing();
      }
    });

    it("when HAProxy is replaced, and a download goes on meanwhile", async () => {
      const sockets = await openToBoth();
      const download = await fetch(`${stage.url}/download?pieces=20&ms=100`);
      await stage.replaceHaproxy();
      assert.equal((await download.arrayBuffer()).byteLength, 20_000);
      for (const socket of sockets.values()) assert.deepEqual(await socket.closed, { last: "", inOrder: true });
      const next = await open(upgrade(stage.url, "websocket"));
      assert.equal(await next.echo("hello"), "hello");
      next.close();
    });
  });
});
