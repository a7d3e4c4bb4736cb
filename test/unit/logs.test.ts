import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { engineClient } from "../../engine/client.ts";
import { engineSeconds, logLines, sortable } from "../../engine/logs.ts";
import { last, merged } from "../../operations/logs/merge.ts";
import { momentBefore, momentOfId } from "../../operations/logs/moment.ts";
import { type LogOptions, logQuery } from "../../operations/logs/query.ts";
import { lineText } from "../../operations/logs/text.ts";
import { devConfig } from "../devConfig.ts";
import { plan } from "../topologies.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
const DEV = plan(devConfig());
const WATCHED = plan(devConfig({ "foobar:monitoring": { enabled: true } }));

const query = (words: readonly string[] = [], options: LogOptions = {}) => logQuery(DEV, words, options, NOW);
const services = (...words: string[]) => query(words).containers.map(({ service }) => service);

describe("the containers whose logs are read", () => {
  it("are all, in the order of a request, those of monitoring too", () => {
    assert.deepEqual(services().slice(0, 4), ["lb1", "haproxy-lb1", "web-server1", "app-server1"]);
    const all = logQuery(WATCHED, [], {}, NOW).containers.map(({ service }) => service);
    assert.ok(all.includes("prometheus-lb1"), all.join());
  });

  it("are those of a server, a tier, a container, or of several words together", () => {
    assert.deepEqual(services("server2"), [
      ...["web-server2", "app-server2", "router-server2", "mysql-server2", "agent-server2"],
    ]);
    assert.deepEqual(services("web"), ["web-server1", "web-server2"]);
    assert.deepEqual(services("mysql-server1", "haproxy"), ["lb1", "haproxy-lb1", "mysql-server1"]);
    assert.deepEqual(services("web", "router"), ["web-server1", "router-server1", "web-server2", "router-server2"]);
  });

  it("are those of a tier on a server, where both are named", () => {
    assert.deepEqual(services("web", "server2"), ["web-server2"]);
    assert.deepEqual(services("server2", "web", "app", "lb1"), ["web-server2", "app-server2"]);
    assert.deepEqual(services("web", "server2", "mysql-server1"), ["mysql-server1", "web-server2"]);
    assert.throws(() => services("web", "lb1"), /nothing of web is on lb1/);
  });

  it("are those that a request passes, if one is sought", () =>
    assert.deepEqual(
      query([], { request: "x" }).containers.map(({ tier }) => tier),
      ["pause", "haproxy", "web", "app", "web", "app"],
    ));
});

describe("what is wrong with a question for logs", () => {
  it("is said at once, with what is allowed", () =>
    assert.throws(
      () => query(["nosuch"], { since: "bla", until: "1x", tail: "0", grep: "(", request: "" }),
      ({ message }: Error) => {
        for (const part of [
          "nosuch is no server",
          "--since bla",
          "--until 1x",
          "--tail 0",
          "--grep (",
          "--request needs",
        ]) {
          assert.ok(message.includes(part), part);
        }
        return true;
      },
    ));

  it("may be the order of its moments, or an end for what has none", () => {
    assert.throws(() => query([], { since: "1m", until: "1h" }), /--since 1m is later than --until 1h/);
    assert.throws(() => query([], { follow: true, until: "1m" }), /--follow has no end/);
  });
});

describe("the part of a log that is read", () => {
  it("is the last lines, or all of a time", () => {
    assert.deepEqual(
      [query().tail, query([], { since: "1h" }).tail, query([], { since: "1h", tail: "5" }).tail],
      [200, undefined, 5],
    );
  });

  it("is all of what may match, of which the last are shown", () => {
    const { part, tail } = query([], { grep: "x", tail: "5" });
    assert.deepEqual([part.tail, tail], [undefined, 5]);
  });

  it("is the time of a request's id", () => {
    const id = "0199c2f0-5400-7000-8000-000000000000";
    const begun = momentOfId(id);
    assert.equal(begun?.getTime(), 0x0199c2f05400);
    const { window, matches } = query([], { request: id });
    assert.ok(window !== undefined && begun !== undefined && window.from < begun && window.to > begun);
    assert.deepEqual([matches(`{"reqId":"${id}"}`), matches("another")], [true, false]);
    assert.equal(query([], { request: "c55be357-0da9-4330-97da-f3d3ed8f7a28" }).window, undefined);
  });

  it("begins and ends at durations before now, or at moments", () => {
    assert.equal(momentBefore("90s", NOW)?.toISOString(), "2026-11-27T11:58:30.000Z");
    assert.equal(momentBefore("2026-11-27T10:00:00Z", NOW)?.toISOString(), "2026-11-27T10:00:00.000Z");
    for (const wrong of ["", "10", "yesterday", "-5m", "1.5h"])
      assert.equal(momentBefore(wrong, NOW), undefined, wrong);
  });
});

describe("lines of several containers", () => {
  const source = async function* (moments: readonly number[], name: string) {
    for (const moment of moments) yield { at: String(moment).padStart(4, "0"), name };
  };
  const all = async <T>(lines: AsyncIterable<T>) => {
    const list: T[] = [];
    for await (const line of lines) list.push(line);
    return list;
  };

  it("are in the order of time, and none is lost", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(999))), async (logs) => {
        const sources = logs.map((moments, index) =>
          source(
            moments.toSorted((a, b) => a - b),
            `${index}`,
          ),
        );
        const lines = await all(merged(sources));
        const moments = lines.map(({ at }) => Number(at));
        assert.deepEqual(
          moments,
          logs.flat().sort((a, b) => a - b),
        );
      }),
    ));

  it("are cut to the last of all", async () => {
    const lines = await all(last(merged([source([1, 4, 6], "a"), source([2, 3, 5], "b")]), 3));
    assert.deepEqual(
      lines.map(({ at, name }) => `${Number(at)}${name}`),
      ["4a", "5b", "6a"],
    );
  });

  it("end all sources when the reader has had enough", async () => {
    let ended = 0;
    const endless = async function* () {
      try {
        for (let at = 0; ; at++) yield { at: String(at).padStart(9, "0") };
      } finally {
        ended++;
      }
    };
    for await (const _ of merged([endless(), endless()])) break;
    assert.equal(ended, 2);
  });
});

describe("a line on the screen", () => {
  const line = (text: string, isNote = false) => ({
    at: "2026-11-27T12:00:00.123456789Z",
    service: "web",
    id: "1",
    text,
    isNote,
  });

  it("has its moment and its container, and cannot command the terminal", () => {
    const show = lineText(["web", "haproxy"], false);
    assert.equal(show(line("GET /")), "2026-11-27T12:00:00.123Z  web      GET /");
    assert.equal(show(line("a\tb\u001b[2J")), "2026-11-27T12:00:00.123Z  web      a\tb\\x1b[2J");
    assert.match(show(line("ended with 137", true)), /-- ended with 137 --$/);
  });

  it("has its container's colour on a terminal", () => {
    const show = lineText(["haproxy", "web"], true);
    assert.notEqual(show(line("x")).slice(0, 5), show({ ...line("x"), service: "haproxy" }).slice(0, 5));
  });
});

describe("a log of an engine", () => {
  it("is read line by line, with both outputs, whatever pieces it comes in", async () => {
    const folder = await mkdtemp(join(tmpdir(), "engine-"));
    const frame = (output: number, text: string) => {
      const header = Buffer.alloc(8);
      header[0] = output;
      header.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    const log = Buffer.concat([
      frame(1, "2026-11-27T12:00:00.1Z first ü\n2026-11-27T12:00:00.2Z sec"),
      frame(2, "2026-11-27T12:00:00.15Z problem\n"),
      frame(1, "ond\n2026-11-27T12:00:00.3Z no end"),
    ]);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(200);
      for (const byte of log) response.write(Buffer.from([byte]));
      response.end();
    });
    const path = join(folder, "engine.sock");
    await once(server.listen(path), "listening");
    try {
      const lines: string[] = [];
      const part = { since: engineSeconds(sortable("2026-11-27T12:00:00.05Z")), tail: 7 };
      for await (const { at, text, isError } of logLines(engineClient({ endpoint: `unix://${path}` }), "one", part)) {
        lines.push(`${at.slice(17, 24)} ${isError ? "!" : ""}${text}`);
      }
      assert.deepEqual(lines, ["00.1000 first ü", "00.1500 !problem", "00.2000 second", "00.3000 no end"]);
      const options = new URL(`http://engine${asked[0]}`).searchParams;
      assert.deepEqual([options.get("since"), options.get("tail")], ["1795780800.050000000", "7"]);
    } finally {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    }
  });

  it("goes on behind a moment, to the nanosecond", () =>
    assert.equal(engineSeconds("2026-11-27T12:00:00.999999999Z", 1), "1795780801.000000000"));
});
