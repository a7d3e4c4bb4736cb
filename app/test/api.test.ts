import assert from "node:assert/strict";
import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { DatabaseUnavailable } from "../failure.ts";
import { AT, readDown, setUp } from "./serverStage.ts";

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

  it("answers broken JSON, other content types and bodies that are too large with a clear error", async () => {
    const { app } = setUp();
    const send = (type: string, payload: string) =>
      app.inject({ method: "POST", url: "/api/messages", headers: { "content-type": type }, payload });
    assert.equal((await send("application/json", "{")).statusCode, 400);
    assert.equal((await send("text/xml", "<a/>")).statusCode, 415);
    const large = await send("application/json", JSON.stringify({ text: "x".repeat(70_000) }));
    assert.deepEqual([large.statusCode, large.json().error], [413, "too-large"]);
  });

  describe("refuses a body that is still arriving", () => {
    /** One kept connection of a proxy: the received text, and the number of answers that it waits for. */
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
        /** The statuses of the answers, once there are `count` of them. */
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
      ["that turns out to be too large", "/api/messages", [JSON_BODY, "Transfer-Encoding: chunked"], "chunk", "413"],
      ["for a path that does not exist", "/nowhere", [JSON_BODY, `Content-Length: ${size}`], "x", "413"],
      ["of another content type", "/api/messages", ["Content-Type: text/xml", `Content-Length: ${size}`], "x", "415"],
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

  it("answers 503 without a database, with Retry-After, and writes the address to the log only", async () => {
    const { app, messages, lines } = setUp();
    messages.readFault = readDown();
    const answer = await app.inject("/api/messages");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.deepEqual([answer.json().error, answer.json().outcome], ["unavailable", "not-done"]);
    assert.ok(!answer.body.includes("10.9.8.7"));
    assert.ok(JSON.stringify(lines).includes("10.9.8.7"));
  });

  it("distinguishes a write that may have happened from one that did not", async () => {
    const { api, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    const answer = await api({ text: "x" });
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, undefined]);
    assert.equal(answer.json().outcome, "unknown");
  });

  it("does not reveal internal errors", async () => {
    const { app, messages, lines } = setUp();
    messages.readFault = new Error("secret detail");
    const answer = await app.inject("/api/messages");
    assert.deepEqual(answer.json(), { error: "internal", message: "Something went wrong on our side." });
    assert.ok(JSON.stringify(lines).includes("secret detail"));
  });
});

describe("a visitor who has just posted", () => {
  it("gets a cookie with the message's id, by the form and by the API, only if it was saved", async () => {
    const { form, api, messages } = setUp();
    const cookie = "posted=4; Max-Age=60; Path=/; HttpOnly; SameSite=Lax";
    assert.equal((await form("text=hi")).headers["set-cookie"], cookie);
    assert.equal((await api({ text: "hi" })).headers["set-cookie"], cookie);
    assert.equal((await api({})).headers["set-cookie"], undefined);
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    assert.equal((await form("text=hi")).headers["set-cookie"], undefined);
    assert.equal((await api({ text: "hi" })).headers["set-cookie"], undefined);
  });

  it("learns from the page and the API that the message may be missing", async () => {
    const { app } = setUp();
    const ask = (url: string, cookie: string) => app.inject({ url, headers: { cookie } });
    const notice = /Your newest message may be missing/;
    assert.match((await ask("/", "FOOBAR_SERVER=server1; posted=4")).body, notice);
    assert.doesNotMatch((await ask("/", "posted=3")).body, notice);
    assert.equal((await ask("/api/messages", "posted=4")).json().newestMayBeMissing, true);
    assert.equal((await ask("/api/messages", "posted=3")).json().newestMayBeMissing, undefined);
  });

  it("is unknown if the cookie is not a plain whole number", async () => {
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
