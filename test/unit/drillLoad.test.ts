import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { issue } from "../../app/test/certificates.ts";
import { startLoad } from "../../operations/drills/traffic/load.ts";
import {
  type Answer,
  checkMessages,
  excesses,
  failuresOf,
  figuresLine,
  figuresOf,
  limitText,
  longestGap,
  serversSince,
} from "../../operations/drills/traffic/measure.ts";
import { messageText, slowly, stepAt } from "../../operations/drills/traffic/requests.ts";

const step = stepAt(1);

const answer = (doneAt: number, more: Partial<Answer> = {}): Answer => ({
  step,
  sentAt: doneAt - 10,
  doneAt,
  status: 200,
  server: "server1",
  problem: undefined,
  message: undefined,
  ...more,
});

const lost = (doneAt: number, problem = "ECONNRESET") => answer(doneAt, { status: undefined, problem });

describe("a drill's figures", () => {
  const gaps: [string, Answer[], number, number][] = [
    ["between two answers", [answer(100), answer(400), answer(500)], 600, 300],
    ["between answers in whatever order they came", [answer(500), answer(100), answer(400)], 600, 300],
    ["over answers that are no success", [answer(100), answer(300, { status: 503 }), lost(400), answer(600)], 700, 500],
    ["from the beginning", [answer(900), answer(1000)], 1000, 900],
    ["to the end", [answer(100)], 1000, 900],
    ["to the end, whatever was answered after it", [answer(100), answer(5000)], 1000, 900],
    ["over the whole load where nothing was answered", [], 1000, 1000],
    ["not over a redirect, which is an answer", [answer(400, { status: 303 }), answer(800)], 1000, 400],
  ];
  for (const [what, answers, end, expected] of gaps) {
    it(`have the longest gap ${what}`, () => assert.equal(longestGap(answers, end), expected));
  }

  it("count what was not answered well, what was stored twice, and what was promised and is not there", () => {
    const posted = (message: string, status: number | undefined) => answer(500, { message, status });
    const answers = [
      answer(100),
      answer(200, { status: 404 }),
      lost(300),
      posted("a", 201),
      posted("b", 201),
      posted("c", 502),
      posted("d", 201),
    ];
    const stored = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 1],
    ]);
    assert.deepEqual(checkMessages(answers, stored), { duplicated: 1, lost: 1 });
    assert.deepEqual(figuresOf(answers, stored, 1000), { requests: 7, failed: 4, duplicated: 1, gapMs: 500 });
  });

  it("are one line for programs, with the kinds of failures beside it", () => {
    assert.equal(
      figuresLine("kill-nginx", { requests: 4000, failed: 3, duplicated: 0, gapMs: 212 }),
      "drill=kill-nginx requests=4000 failed=3 duplicated=0 gap_ms=212",
    );
    assert.equal(
      failuresOf([lost(1010), answer(2060, { status: 503, sentAt: 2010 }), answer(3010), lost(4010)]),
      "ECONNRESET to POST on a kept connection (2), 503 by server1 to POST on a kept connection (1); sent 1.0 to 4.0 s after the load began, each ended after 10 to 50 ms",
    );
  });

  it("are past a limit when they are greater, not when they are equal", () => {
    const limit = { failed: 2, duplicated: 0, gapMs: 1000 };
    assert.equal(limitText(limit), "failed <= 2, duplicated <= 0, gap_ms <= 1000");
    assert.deepEqual(excesses({ requests: 9, failed: 2, duplicated: 0, gapMs: 1000 }, limit), []);
    assert.deepEqual(excesses({ requests: 9, failed: 3, duplicated: 1, gapMs: 1000 }, limit), [
      "failed is 3, past its limit of 2",
      "duplicated is 1, past its limit of 0",
    ]);
  });

  it("know who answered what was sent since a time", () => {
    const answers = [
      answer(100, { server: "a" }),
      answer(900, { server: "b" }),
      answer(950, { server: "c", status: 500 }),
    ];
    assert.deepEqual([...serversSince(answers, 500)], ["b"]);
  });
});

describe("a drill's load", () => {
  const steps = Array.from({ length: 100 }, (_, number) => stepAt(number));
  const share = (of: (step: (typeof steps)[number]) => boolean) => steps.filter(of).length / steps.length;

  it("reads and writes, on connections that are kept and on new ones, and is slow now and then with both", () => {
    for (const method of ["GET", "POST"]) {
      assert.ok(share((step) => step.method === method) > 0.3, method);
      for (const connection of ["kept", "new"]) {
        assert.ok(
          share((step) => step.method === method && step.connection === connection) >= 0.1,
          method + connection,
        );
      }
      assert.ok(share((step) => step.method === method && step.slow === true) > 0, method);
    }
    assert.ok(share(({ slow }) => slow === true) < 0.05);
  });

  it("sends a slow body whole, in pieces", async () => {
    const pieces = await slowly("0123456789").toArray();
    assert.equal(Buffer.concat(pieces).toString(), "0123456789");
    assert.ok(pieces.length > 1);
  });

  it("counts every request that ends without an answer, sends none twice, and stops by itself", async () => {
    const seen: string[] = [];
    const server = createServer(async (request, response) => {
      if (request.method === "GET") return response.setHeader("x-server", "server1").end("read");
      const { text: message } = JSON.parse(await text(request)) as { text: string };
      seen.push(message);
      // As a proxy does whose process is killed: some connections are ended properly, some are reset.
      if (seen.length % 4 === 0) return request.socket.end();
      if (seen.length % 4 === 2) return request.socket.resetAndDestroy();
      return response.writeHead(201).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const load = startLoad({ url: `http://127.0.0.1:${port}`, rate: 200, maxSeconds: 0.2, run: "r" });
      // The last answer may come before its time of sending is over.
      while (load.answers.length < 40 || load.elapsed() < 200) await sleep(10);
      const end = await load.stop();
      assert.ok(end >= 200);
      assert.equal(load.answers.length, 40);
      const posts = load.answers.filter(({ message }) => message !== undefined);
      assert.deepEqual(posts.map(({ message }) => message).sort(), seen.sort());
      assert.equal(posts.length, 12);
      assert.equal(posts.filter(({ status }) => status === 201).length, 6);
      assert.equal(posts.filter(({ problem }) => problem !== undefined).length, 6);
      assert.ok(load.answers.every(({ message, status }) => message !== undefined || status === 200));
      assert.deepEqual(
        [...serversSince(load.answers, 0)].filter((name) => name !== undefined),
        ["server1"],
      );
    } finally {
      server.close();
    }
  });

  it("reaches a site by HTTPS if its authority is trusted, and no other site", async () => {
    const authority = issue("an authority");
    const { certificate: cert, key } = issue("localhost", authority);
    const server = createSecureServer({ cert, key }, (request, response) => {
      request.resume().once("end", () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      for (const [ca, status] of [
        [authority.certificate, 200],
        [undefined, undefined],
      ] as const) {
        const load = startLoad({ url: `https://localhost:${port}`, ca, rate: 100, maxSeconds: 0.1, run: "r" });
        while (load.answers.length < 10) await sleep(10);
        await load.stop();
        assert.deepEqual([...new Set(load.answers.map((answer) => answer.status))], [status]);
      }
    } finally {
      server.close();
    }
  });

  it("names no two messages alike", () => {
    assert.equal(new Set([0, 1, 10, 11, 101].map((number) => messageText("r", number))).size, 5);
  });
});
