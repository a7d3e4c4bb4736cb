import assert from "node:assert/strict";
import { DatabaseUnavailable } from "../failure.ts";
import { readDown, STORED, setUp } from "./serverStage.ts";

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

  it("shows visitors' input as text, never as markup", async () => {
    const { app, messages } = setUp();
    const evil = `<script>alert("x")</script>'&`;
    messages.stored = [{ ...STORED, text: evil, author: evil, server: evil }];
    const { body } = await app.inject("/");
    assert.ok(!body.includes("<script"));
    assert.equal(body.split("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;").length - 1, 3);
  });

  it("allows only its own styles and icon", async () => {
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

  it("serves the files that it refers to, under an address that changes with the release", async () => {
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

  it("keeps the input when a message is not valid, and says why", async () => {
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

  it("is a page even if nothing can be read: 503 with Retry-After", async () => {
    const { app, messages } = setUp();
    messages.readFault = readDown();
    const answer = await app.inject("/");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.match(answer.body, /cannot be read just now/);
    assert.ok(!answer.body.includes("10.9.8.7"), "no address for visitors");
  });

  it("shows a message that was not saved again for another attempt", async () => {
    const { form, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "not-done", "x");
    messages.state = { possible: false, reason: "down" };
    const answer = await form("text=precious");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "5"]);
    assert.match(answer.body, /was not saved/);
    assert.match(answer.body, /precious<\/textarea>/);
  });

  it("does not invite a visitor to repeat a message that may have been saved", async () => {
    const { form, messages } = setUp();
    messages.writeFault = new DatabaseUnavailable("write", "unknown", "x");
    const answer = await form("text=precious");
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, undefined]);
    assert.match(answer.body, /not known whether your message was saved/);
  });
});
