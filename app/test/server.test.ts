import assert from "node:assert/strict";
import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { DatabaseUnavailable } from "../failure.ts";
import { Readiness } from "../health.ts";
import type { Answer } from "../host.ts";
import type { Listing, Message, MessageDraft, Messages, Posting } from "../messages.ts";
import { createMetrics } from "../metrics.ts";
import { buildServer } from "../server.ts";

const REPLICA = { name: "mysql-server2", uuid: "uuid-2", readOnly: true };
const PRIMARY = { name: "mysql-server1", uuid: "uuid-1", readOnly: false };
const AT = new Date("2030-01-02T03:04:05.678Z");
const STORED: Message = { id: 3, author: "Ann", text: "hello", server: "server2", createdAt: AT };
const readDown = () => new DatabaseUnavailable("read", "not-done", "connect ECONNREFUSED 10.9.8.7:3306");

/** Messages in memory, with faults on demand. */
class FakeMessages implements Messages {
  stored: Message[] = [STORED];
  posted: MessageDraft[] = [];
  readFault: Error | undefined;
  writeFault: Error | undefined;
  state: Posting = { possible: true };
  /** What was asked for, the newest message included that the visitor is known to have posted. */
  asked: (number | undefined)[] = [];

  async newest(posted?: number): Promise<Listing> {
    this.asked.push(posted);
    if (this.readFault !== undefined) throw this.readFault;
    return { node: REPLICA, value: this.stored, behind: posted === 4 };
  }

  async post(draft: MessageDraft): Promise<Answer<Message>> {
    if (this.writeFault !== undefined) throw this.writeFault;
    this.posted.push(draft);
    return { node: PRIMARY, value: { id: 4, ...draft, server: "server1", createdAt: AT } };
  }

  posting(): Posting {
    return this.state;
  }
}

function setUp() {
  const messages = new FakeMessages();
  const readiness = new Readiness(30_000, () => 0);
  const lines: Record<string, unknown>[] = [];
  const app = buildServer({
    settings: { serverName: "server1", release: "r42", logLevel: "info" },
    messages,
    readiness,
    metrics: createMetrics(),
    staticFiles: new Map([["style.css", { type: "text/css; charset=utf-8", text: "main {}" }]]),
    writeNode: () => PRIMARY,
    logTo: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const form = (payload: string) =>
    app.inject({
      method: "POST",
      url: "/messages",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload,
    });
  const api = (payload: object) => app.inject({ method: "POST", url: "/api/messages", payload });
  return { app, messages, readiness, lines, form, api };
}

describe("the page", () => {
  it("shows who answered, where it read, where it would write, and the messages", async () => {
    const answer = await setUp().app.inject("/");
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers["content-type"]), /^text\/html/);
    for (const shown of ["server1", "r42", "mysql-server2", "mysql-server1", "hello", "Ann", "server2"]) {
      assert.ok(answer.body.includes(shown), shown);
    }
    assert.ok(answer.body.includes('<time datetime="2030-01-02T03:04:05.678Z">2030-01-02 03:04:05 UTC'));
    assert.ok(answer.body.includes('<form method="post" action="/messages">'));
  });

  it("shows what visitors wrote as text, never as markup", async () => {
    const { app, messages } = setUp();
    const evil = `<script>alert("x")</script>'&`;
    messages.stored = [{ ...STORED, text: evil, author: evil, server: evil }];
    const { body } = await app.inject("/");
    assert.ok(!body.includes("<script"));
    assert.equal(body.split("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;").length - 1, 3);
  });

  it("allows its own styles and icon and nothing else", async () => {
    const { headers, body } = await setUp().app.inject("/");
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? "";
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    assert.equal(
      headers["content-security-policy"],
      `default-src 'none'; style-src 'self' 'sha256-${Buffer.from(hash).toString("base64")}'; img-src 'self'; ` +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    assert.doesNotMatch(body, /(src|href)="(https?:)?\/\//);
  });

  it("brings the files that it refers to, under an address that changes with the release", async () => {
    const { app } = setUp();
    const { body } = await app.inject("/");
    const address = /<link rel="stylesheet" href="(.*?)">/.exec(body)?.[1] ?? "";
    assert.equal(address, "/static/style.css?v=r42");
    const file = await app.inject(address);
    assert.deepEqual(
      [file.statusCode, file.body, file.headers["content-type"], file.headers["cache-control"]],
      [200, "main {}", "text/css; charset=utf-8", "public, max-age=300"],
    );
    assert.equal((await app.inject("/static/other.css")).statusCode, 404);
  });

  it("posts by the form and sends the browser back to the list", async () => {
    const { form, messages } = setUp();
    const answer = await form("author=+Ann+&text=hi+there");
    assert.deepEqual([answer.statusCode, answer.headers.location], [303, "/"]);
    // A form sends the fields that were left empty, too.
    await form("author=+&text=hi");
    assert.deepEqual(messages.posted, [
      { author: "Ann", text: "hi there" },
      { author: "anonymous", text: "hi" },
    ]);
  });

  it("keeps what was typed when a message is not valid, and says why", async () => {
    const { form, messages } = setUp();
    const answer = await form(`author=${"a".repeat(81)}&text=keep+%3Cme%3E`);
    assert.equal(answer.statusCode, 400);
    assert.match(answer.body, /author must be at most 80 characters/);
    assert.match(answer.body, /keep &lt;me&gt;<\/textarea>/);
    assert.deepEqual(messages.posted, []);
  });

  it("stays readable with the primary down, and says that posting is not possible", async () => {
    const { app, messages } = setUp();
    messages.state = { possible: false, reason: "the primary database cannot be reached" };
    const answer = await app.inject("/");
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /Posting is not possible now: the primary database cannot be reached/);
    assert.ok(answer.body.includes("hello"));
    assert.ok(!answer.body.includes("<form"));
  });

  it("is readable even when nothing can be read: 503, and when to come back", async () => {
    const { app, messages } = setUp();
    messages.readFault = readDown();
    const answer = await app.inject("/");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.match(answer.body, /cannot be read just now/);
    assert.ok(!answer.body.includes("10.9.8.7"), "no address for visitors");
  });

  it("gives a post that was not saved back for another try", async () => {
    const { form, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "not-done", "x");
    messages.state = { possible: false, reason: "down" };
    const answer = await form("text=precious");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.match(answer.body, /was not saved/);
    assert.match(answer.body, /precious<\/textarea>/);
  });

  it("invites nobody to repeat a post that may have been saved", async () => {
    const { form, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    const answer = await form("text=precious");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, undefined]);
    assert.match(answer.body, /not known whether your message was saved/);
  });
});

describe("the API", () => {
  it("lists the messages and names the server and the node", async () => {
    const answer = await setUp().app.inject("/api/messages");
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(answer.json(), {
      server: "server1",
      readFrom: "mysql-server2",
      messages: [{ id: 3, author: "Ann", text: "hello", server: "server2", createdAt: "2030-01-02T03:04:05.678Z" }],
    });
  });

  it("posts, and the author may be left out", async () => {
    const answer = await setUp().api({ text: " hi " });
    assert.equal(answer.statusCode, 201);
    assert.deepEqual(answer.json(), {
      server: "server1",
      writtenTo: "mysql-server1",
      message: { id: 4, author: "anonymous", text: "hi", server: "server1", createdAt: AT.toISOString() },
    });
  });

  it("names the field that is wrong", async () => {
    const { api } = setUp();
    const cases: [object, string, RegExp][] = [
      [{}, "text", /missing/],
      [{ text: "  " }, "text", /empty/],
      [{ text: "x".repeat(2001) }, "text", /at most 2000/],
      [{ text: "x", author: 7 }, "author", /must be text/],
      [["x"], "body", /must be an object/],
    ];
    for (const [body, field, message] of cases) {
      const answer = await api(body);
      assert.equal(answer.statusCode, 400);
      const { error, problems } = answer.json();
      assert.equal(error, "bad-request");
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.equal(problems[0].field, field);
      assert.match(problems[0].message, message);
    }
  });

  it("answers broken JSON, foreign types and too much of it with a clear error", async () => {
    const { app } = setUp();
    const send = (type: string, payload: string) =>
      app.inject({ method: "POST", url: "/api/messages", headers: { "content-type": type }, payload });
    assert.equal((await send("application/json", "{")).statusCode, 400);
    assert.equal((await send("text/xml", "<a/>")).statusCode, 415);
    const large = await send("application/json", JSON.stringify({ text: "x".repeat(70_000) }));
    assert.deepEqual([large.statusCode, large.json().error], [413, "too-large"]);
  });

  describe("refuses a body that is still on its way", () => {
    /** One connection, as a proxy keeps it: what it got back, and how many answers it waits for. */
    async function connection(app: FastifyInstance) {
      await app.listen({ host: "127.0.0.1", port: 0 });
      const [address] = app.addresses();
      assert.ok(typeof address === "object");
      const socket = connect(address.port, address.address);
      let received = "";
      let waiting = () => {};
      socket.on("data", (data) => {
        received += data;
        waiting();
      });
      const ended = new Promise<never>((_, reject) => {
        socket.on("error", reject);
        socket.on("close", () => reject(new Error(`the connection was closed after: ${received}`)));
      });
      ended.catch(() => {});
      const answers = () => [...received.matchAll(/HTTP\/1\.1 (\d+) /g)];
      return {
        socket,
        /** The statuses of the answers, when there are so many. */
        async statuses(count: number): Promise<string[]> {
          while (answers().length < count) {
            await Promise.race([ended, new Promise<void>((resolve) => (waiting = resolve))]);
          }
          return answers().flatMap(([, status]) => status ?? []);
        },
        closes: () => /^connection: close/im.test(received),
      };
    }

    const head = (path: string, ...more: string[]) =>
      [`POST ${path} HTTP/1.1`, "Host: x", ...more]
        .map((line) => `${line}\r\n`)
        .join("")
        .concat("\r\n");
    const JSON_BODY = "Content-Type: application/json";
    const size = 200_000;
    const cases: [string, string, string[], string, string][] = [
      ["that is too large by its length", "/api/messages", [JSON_BODY, `Content-Length: ${size}`], "x", "413"],
      ["that turns out too large", "/api/messages", [JSON_BODY, "Transfer-Encoding: chunked"], "chunk", "413"],
      ["for a path that is not there", "/nowhere", [JSON_BODY, `Content-Length: ${size}`], "x", "413"],
      ["of a foreign type", "/api/messages", ["Content-Type: text/xml", `Content-Length: ${size}`], "x", "415"],
    ];
    for (const [what, path, headers, kind, status] of cases) {
      for (const draining of [false, true]) {
        it(`${what}, and reads it to its end${draining ? ", while it drains, too" : ""}`, async () => {
          const { app, readiness } = setUp();
          if (draining) readiness.drain();
          try {
            const { socket, statuses, closes } = await connection(app);
            const part = "x".repeat(size / 2);
            const piece = kind === "chunk" ? `${part.length.toString(16)}\r\n${part}\r\n` : part;
            socket.write(head(path, ...headers) + piece);
            assert.deepEqual(await statuses(1), [status]);
            assert.ok(!closes(), "a proxy that still sends would lose the answer");
            socket.write(piece + (kind === "chunk" ? "0\r\n\r\n" : ""));
            socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            assert.deepEqual(await statuses(2), [status, "200"]);
            assert.equal(closes(), draining);
            socket.destroy();
          } finally {
            await app.close();
          }
        });
      }
    }
  });

  it("is unavailable with the database, says when to come back, and tells the address to the log only", async () => {
    const { app, messages, lines } = setUp();
    messages.readFault = readDown();
    const answer = await app.inject("/api/messages");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.deepEqual([answer.json().error, answer.json().outcome], ["unavailable", "not-done"]);
    assert.ok(!answer.body.includes("10.9.8.7"));
    assert.ok(JSON.stringify(lines).includes("10.9.8.7"));
  });

  it("tells a write that may have happened from one that did not", async () => {
    const { api, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    const answer = await api({ text: "x" });
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, undefined]);
    assert.equal(answer.json().outcome, "unknown");
  });

  it("keeps what went wrong inside to itself", async () => {
    const { app, messages, lines } = setUp();
    messages.readFault = new Error("secret detail");
    const answer = await app.inject("/api/messages");
    assert.deepEqual(answer.json(), { error: "internal", message: "Something went wrong on our side." });
    assert.ok(JSON.stringify(lines).includes("secret detail"));
  });
});

describe("a visitor who has just posted", () => {
  it("is given a cookie that says which message, by the form and by the API, and only when it was saved", async () => {
    const { form, api, messages } = setUp();
    const cookie = "posted=4; Max-Age=60; Path=/; HttpOnly; SameSite=Lax";
    assert.equal((await form("text=hi")).headers["set-cookie"], cookie);
    assert.equal((await api({ text: "hi" })).headers["set-cookie"], cookie);
    assert.equal((await api({})).headers["set-cookie"], undefined);
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    assert.equal((await form("text=hi")).headers["set-cookie"], undefined);
    assert.equal((await api({ text: "hi" })).headers["set-cookie"], undefined);
  });

  it("is told by the page and by the API when the message may be missing", async () => {
    const { app } = setUp();
    const ask = (url: string, cookie: string) => app.inject({ url, headers: { cookie } });
    const notice = /Your newest message may be missing/;
    assert.match((await ask("/", "FOOBAR_SERVER=server1; posted=4")).body, notice);
    assert.doesNotMatch((await ask("/", "posted=3")).body, notice);
    assert.equal((await ask("/api/messages", "posted=4")).json().newestMayBeMissing, true);
    assert.equal((await ask("/api/messages", "posted=3")).json().newestMayBeMissing, undefined);
  });

  it("is anybody, with a cookie that is not a plain whole number", async () => {
    const { app, messages } = setUp();
    for (const cookie of [
      "posted=",
      "posted=-4",
      "posted=4.5",
      "posted=4e1",
      'posted="4"',
      "posted=4x",
      "notposted=4",
    ]) {
      await app.inject({ url: "/api/messages", headers: { cookie } });
    }
    await app.inject({ url: "/", headers: { cookie: `posted=${"9".repeat(40)}` } });
    assert.deepEqual([...new Set(messages.asked)], [undefined]);
    await app.inject({ url: "/", headers: { cookie: "a=1;posted=12 ; b=2" } });
    assert.equal(messages.asked.at(-1), 12);
  });
});

describe("what machines ask", () => {
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

  it("serves while draining, and tells clients to let go of the connection", async () => {
    const { app, readiness } = setUp();
    assert.notEqual((await app.inject("/")).headers.connection, "close");
    readiness.drain();
    const answer = await app.inject("/");
    assert.deepEqual([answer.statusCode, answer.headers.connection], [200, "close"]);
  });

  it("tells so those whose request was under way when draining began, too", async () => {
    const { form, messages, readiness } = setUp();
    const post = messages.post.bind(messages);
    messages.post = async (draft) => {
      readiness.drain();
      return post(draft);
    };
    const answer = await form("text=hi");
    assert.deepEqual([answer.statusCode, answer.headers.connection], [303, "close"]);
  });

  it("/version tells what runs where", async () => {
    const { node, ...rest } = (await setUp().app.inject("/version")).json();
    assert.deepEqual(rest, { name: "foobar", version: "0.1.0", release: "r42", server: "server1" });
    assert.equal(node, process.version);
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

  it("keeps the load balancer's request id, in the answer and in the log, but nothing that looks like mischief", async () => {
    const { app, lines } = setUp();
    const ask = async (id: string) => (await app.inject({ url: "/", headers: { "x-request-id": id } })).headers;
    assert.equal((await ask("abc-123"))["x-request-id"], "abc-123");
    assert.equal(lines.at(-1)?.["reqId"], "abc-123");
    assert.match(String((await ask("a b{}"))["x-request-id"]), /^[0-9a-f-]{36}$/);
    assert.match(String((await ask("x".repeat(129)))["x-request-id"]), /^[0-9a-f-]{36}$/);
  });

  it("leaves one line in the log, unless it was a health question", async () => {
    const { app, lines } = setUp();
    for (const url of ["/livez", "/readyz", "/metrics"]) await app.inject(url);
    assert.equal(lines.length, 0);
    await app.inject({ url: "/api/messages", headers: { "x-forwarded-for": "192.0.2.7" } });
    assert.equal(lines.length, 1);
    const expected = { method: "GET", url: "/api/messages", status: 200, server: "server1", release: "r42" };
    assert.deepEqual({ ...lines[0], ...expected, client: "192.0.2.7" }, lines[0]);
  });

  it("is a page for a lost browser and JSON for a lost program", async () => {
    const { app } = setUp();
    const browser = await app.inject({ url: "/nowhere", headers: { accept: "text/html,*/*" } });
    assert.match(String(browser.headers["content-type"]), /^text\/html/);
    const program = await app.inject("/api/nowhere");
    assert.deepEqual([program.statusCode, program.json().error], [404, "not-found"]);
  });
});
