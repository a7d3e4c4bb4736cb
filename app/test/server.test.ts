import assert from "node:assert/strict";
import { readDown, setUp } from "./serverStage.ts";

describe("requests of machines", () => {
  it("/livez does not depend on the database", async () => {
    const { app, messages } = setUp();
    messages.readFault = readDown();
    assert.equal((await app.inject("/livez")).statusCode, 200);
  });

  it("/readyz is 503 with reasons, 200, and 503 again while draining", async () => {
    const { app, readiness } = setUp();
    const ask = async () => {
      const answer = await app.inject("/readyz");
      return [answer.statusCode, answer.json().reasons.join()];
    };
    assert.deepEqual(await ask(), [503, "never connected to a database yet"]);
    readiness.contact();
    assert.deepEqual(await ask(), [200, ""]);
    readiness.drain();
    assert.deepEqual(await ask(), [503, "draining: this instance is about to stop"]);
  });

  it("serves while draining, and tells clients to close the connection", async () => {
    const { app, readiness } = setUp();
    assert.notEqual((await app.inject("/")).headers.connection, "close");
    readiness.drain();
    const answer = await app.inject("/");
    assert.deepEqual([answer.statusCode, answer.headers.connection], [200, "close"]);
  });

  it("tells so clients whose request was in flight when draining began, too", async () => {
    const { form, messages, readiness } = setUp();
    const post = messages.post.bind(messages);
    messages.post = async (draft) => {
      readiness.drain();
      return post(draft);
    };
    const answer = await form("text=hi");
    assert.deepEqual([answer.statusCode, answer.headers.connection], [303, "close"]);
  });

  it("/version names the release and the server, and not the version of Node.js", async () => {
    const answer = (await setUp().app.inject("/version")).json();
    assert.deepEqual(answer, { name: "foobar", version: "0.1.0", release: "r42", server: "server1" });
  });

  it("/metrics counts requests by route, not by address, and shows the process", async () => {
    const { app, form } = setUp();
    await form("text=x");
    await app.inject("/nowhere/1");
    await app.inject("/nowhere/2");
    const { body, headers } = await app.inject("/metrics");
    assert.match(String(headers["content-type"]), /^text\/plain/);
    assert.match(body, /http_request_duration_seconds_count\{route="\/messages",method="POST",status="303"\} 1/);
    assert.match(body, /http_request_duration_seconds_count\{route="unknown",method="GET",status="404"\} 2/);
    assert.match(body, /^process_resident_memory_bytes \d/m);
  });
});

describe("every answer", () => {
  it("names the server and is not to be stored, errors included", async () => {
    const { app } = setUp();
    for (const url of ["/", "/api/messages", "/livez", "/readyz", "/metrics", "/version", "/nowhere", "/%zz"]) {
      const { headers } = await app.inject(url);
      assert.deepEqual([headers["x-server"], headers["cache-control"]], ["server1", "no-store"], url);
    }
  });

  it("keeps the load balancer's request id in the answer and in the log, unless it could do harm", async () => {
    const { app, lines } = setUp();
    const ask = async (id: string) => (await app.inject({ url: "/", headers: { "x-request-id": id } })).headers;
    assert.equal((await ask("abc-123"))["x-request-id"], "abc-123");
    assert.equal(lines.at(-1)?.["request_id"], "abc-123");
    assert.match(String((await ask("a b{}"))["x-request-id"]), /^[0-9a-f-]{36}$/);
    assert.match(String((await ask("x".repeat(129)))["x-request-id"]), /^[0-9a-f-]{36}$/);
  });

  it("leaves one line in the log, except for health checks", async () => {
    const { app, lines } = setUp();
    for (const url of ["/livez", "/readyz", "/metrics"]) await app.inject(url);
    assert.equal(lines.length, 0);
    await app.inject({ url: "/api/messages", headers: { "x-forwarded-for": "192.0.2.7" } });
    assert.equal(lines.length, 1);
    const expected = { method: "GET", url: "/api/messages", status: 200, server: "server1", release: "r42" };
    assert.deepEqual({ ...lines[0], ...expected, client: "192.0.2.7" }, lines[0]);
  });

  it("is a page for a browser and JSON for a program, if the path does not exist", async () => {
    const { app } = setUp();
    const browser = await app.inject({ url: "/nowhere", headers: { accept: "text/html,*/*" } });
    assert.match(String(browser.headers["content-type"]), /^text\/html/);
    const program = await app.inject("/api/nowhere");
    assert.deepEqual([program.statusCode, program.json().error], [404, "not-found"]);
  });
});
