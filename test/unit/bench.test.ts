import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { childTicksOf, ticksOf } from "../../bootstrap/engine/process.ts";
import { figureLine, median } from "../bench/figures.ts";
import { load } from "../bench/load.ts";
import { costLine, type Run, requestCost, speedLine } from "../bench/trafficFigures.ts";
import { type Measured, upTable } from "../bench/upTable.ts";

const run = (figures: Partial<Run>): Run => ({
  requests: 1000,
  seconds: 1,
  p50: 1,
  p99: 2,
  cost: { haproxy: 100, nginx: 200 },
  ...figures,
});

describe("a bench's figures", () => {
  it("are a line that programs can read", () => {
    assert.equal(figureLine("release", { what: "nginx", ms: 12_000 }), "bench=release what=nginx ms=12000");
  });

  it("are medians, which one disturbed run does not move", () => {
    assert.equal(median([3, 1, 1000]), 3);
    assert.equal(median([4, 1, 2, 1000]), 3);
    assert.equal(median([7]), 7);
    assert.throws(() => median([]), /nothing/);
  });

  it("say the middle run's speed, not the best one's", () => {
    const runs = [run({ requests: 500 }), run({ requests: 9000, p50: 0.4, p99: 3.26 }), run({ requests: 700, p50: 9 })];
    assert.equal(
      speedLine("stack", "/version", runs),
      "bench=traffic route=stack path=/version rps=700 p50_ms=1.0 p99_ms=2.0",
    );
  });

  it("charge requests with what was used while they were made", () => {
    const load = { requests: 5_000, seconds: 10, p50: 1, p99: 2 };
    assert.deepEqual(requestCost(load, { haproxy: 100, nginx: 0 }, { haproxy: 600, nginx: 900 }), {
      haproxy: 1_000,
      nginx: 1_800,
    });
  });

  it("take a process's user and system time, whatever it calls itself", () => {
    assert.equal(ticksOf("7 (a) b (c)) S 1 7 7 0 -1 4194560 500 0 2 0 31 12 5 6 20 0 1 0 99 1000 1 0"), 43);
  });

  it("take the time of the children that have ended apart from a process's own", () => {
    assert.equal(childTicksOf("7 (a) b (c)) S 1 7 7 0 -1 4194560 500 0 2 0 31 12 5 6 20 0 1 0 99 1000 1 0"), 11);
  });

  it("compare a program in the stack with the bare one", () => {
    const stack = [run({ cost: { haproxy: 115, nginx: 0 } })];
    assert.equal(
      costLine("haproxy", "/version", stack, [run({})]),
      "bench=cpu program=haproxy path=/version stack_ms=115 bare_ms=100 percent=115",
    );
  });
});

describe("the table of a stack's costs beside Compose", () => {
  const measured = (tool: Measured["tool"], step: Measured["step"], ...seconds: number[]): Measured[] =>
    seconds.map((second, round) => ({
      tool,
      step,
      cost: {
        seconds: second,
        cpuSeconds: second / 10,
        ...(step === "release" ? { load: { requests: 100, failed: round } } : {}),
      },
    }));

  it("has medians, all requests, ratios and goals", () => {
    const rounds = [
      ...measured("foobar", "from nothing", 40, 90, 50),
      ...measured("compose", "from nothing", 40, 41, 39),
      ...measured("foobar", "unchanged", 4),
      ...measured("compose", "unchanged", 2),
      ...measured("foobar", "release", 14, 15),
      ...measured("compose", "release", 20),
      ...measured("foobar", "down", 16),
      ...measured("compose", "down", 10),
    ];
    assert.deepEqual(upTable(rounds), [
      "step          foobar s  CPU s  failed    compose s  CPU s  failed    foobar : compose  goal",
      "from nothing  50.0      5.0    -         40.0       4.0    -         1.25              at most 1.25 × compose: met",
      "unchanged     4.0       0.4    -         2.0        0.2    -         2.00              at most 5 s and 8 s of CPU: met",
      "release       14.5      1.4    1 of 200  20.0       2.0    0 of 100  0.72              at most 16 s and 0 failed: missed",
      "down          16.0      1.6    -         10.0       1.0    -         1.60              at most 15 s: missed",
    ]);
  });
});

describe("a bench's load", () => {
  const servers: Server[] = [];
  const asked: string[] = [];
  const listen = async (status: number) => {
    const server = createServer((request, response) => {
      asked.push(`${request.socket.localPort} ${request.url}`);
      response.writeHead(status).end("answer");
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const options = { path: "/version", seconds: 0.1, signal: new AbortController().signal };

  afterEach(() => {
    asked.length = 0;
    for (const server of servers.splice(0)) server.close();
  });

  it("counts every answer, from all of its origins, but the first one on each connection", async () => {
    const origins = [await listen(200), await listen(200)];
    let first = 0;
    const begin = async () => {
      first = asked.length;
    };
    const { requests, p50, p99 } = await load({ ...options, origins, begin });
    assert.equal(first, 16);
    assert.equal(requests, asked.length - first);
    assert.equal(new Set(asked).size, 2);
    assert.ok(p50 > 0 && p50 <= p99);
  });

  it("is no measurement where an answer is not 200", async () => {
    await assert.rejects(load({ ...options, origins: [await listen(200), await listen(503)] }), /answered with 503/);
  });

  it("ends when it is told to", async () => {
    const origins = [await listen(200)];
    const signal = AbortSignal.abort(new Error("interrupted"));
    await assert.rejects(load({ ...options, seconds: 3_600, origins, signal }), /interrupted/);
  });
});
