import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { execa } from "execa";
import { issue } from "../../app/test/certificates.ts";
import { parseConfig } from "../../config/config.ts";
import { writerScript } from "../../operations/drills/database/bundle.ts";
import type { DatabaseContext } from "../../operations/drills/database/drill.ts";
import { FAULTS } from "../../operations/drills/database/faults.ts";
import {
  asideText,
  beginOf,
  excesses,
  type Figures,
  figuresLine,
  figuresOf,
  limitText,
  modeOf,
  troubles,
} from "../../operations/drills/database/measure.ts";
import { type Note, note } from "../../operations/drills/database/notes.ts";
import { DRILLS, drillsNamed } from "../../operations/drills/drills.ts";
import { changedText, configOf } from "../../operations/stack/configuration.ts";
import { opened } from "../../operations/stack/open.ts";
import type { Stack } from "../../operations/stack/stack.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const acked = (row: number, at: number): Note => ({ what: "acked", at, row });
const unknown = (row: number, at: number, problem = "gone"): Note => ({ what: "unknown", at, row, problem });
const refused = (row: number, at: number, problem = "read-only"): Note => ({ what: "refused", at, row, problem });
const read = (at: number): Note => ({ what: "read", at });
const unread = (at: number): Note => ({ what: "unread", at, problem: "gone" });

const WELL: Figures = {
  acked: 3000,
  lost: 0,
  duplicated: 0,
  gapMs: 6800,
  redundantAfterMs: 16_700,
  failedReads: 1,
  readGapMs: 300,
};

describe("the figures of a drill of the databases", () => {
  const stored = (...rows: number[]) => new Map(rows.map((row) => [row, 1]));

  const gaps: [string, Note[], number, number][] = [
    ["between two acknowledgements", [acked(0, 100), acked(1, 400), acked(2, 500)], 550, 300],
    ["to the end", [acked(0, 100), acked(1, 200)], 1000, 800],
    ["from the first one, not from the writer's beginning", [acked(0, 900), acked(1, 1000)], 1100, 100],
    [
      "over rows that were refused or of which nobody knows",
      [acked(0, 100), refused(1, 200), unknown(2, 300), acked(1, 600)],
      700,
      500,
    ],
    ["whatever was acknowledged after the end", [acked(0, 100), acked(1, 5000)], 1000, 900],
  ];
  for (const [what, notes, end, expected] of gaps) {
    it(`have the longest gap ${what}`, () => assert.equal(figuresOf(notes, stored(0, 1), end, 0).gapMs, expected));
  }

  it("have the longest gap and the failures of readers from the first row on, before which there is no table", () => {
    const notes = [unread(50), unread(90), acked(0, 100), read(150), unread(200), read(600), acked(1, 900)];
    const { failedReads, readGapMs } = figuresOf(notes, stored(0, 1), 1000, 0);
    assert.deepEqual([failedReads, readGapMs], [1, 450]);
  });

  it("count what was acknowledged and is not there, and what is there twice", () => {
    const notes = [acked(0, 1), acked(1, 2), unknown(2, 3), unknown(3, 4), refused(4, 5), acked(4, 6), acked(5, 7)];
    const rows = new Map([
      [0, 1],
      [2, 1],
      [4, 2],
      [5, 1],
    ]);
    const figures = figuresOf(notes, rows, 8, 0);
    assert.deepEqual([figures.acked, figures.lost, figures.duplicated], [4, 1, 1]);
  });

  it("are one line for programs, and what it does not say beside it", () => {
    assert.equal(
      figuresLine("database-kill-primary", "group", WELL),
      "drill=database-kill-primary mode=group acked=3000 lost=0 duplicated=0 gap_ms=6800 redundant_after_ms=16700",
    );
    const notes = [refused(0, 1), acked(0, 2), unknown(1, 3), refused(2, 4), refused(3, 5)];
    assert.equal(asideText(WELL, notes), "failed_reads=1 read_gap_ms=300 refused: read-only (2), unknown: gone (1)");
    assert.equal(asideText(WELL, [acked(0, 1)]), "failed_reads=1 read_gap_ms=300");
  });

  it("are past a limit when they are greater, not when they are equal", () => {
    const { acked: _, ...limit } = WELL;
    assert.match(limitText(limit), /^lost <= 0, duplicated <= 0, gap_ms <= 6800, .*read_gap_ms <= 300$/);
    assert.deepEqual(excesses(WELL, limit), []);
    assert.deepEqual(excesses({ ...WELL, lost: 1, readGapMs: 301 }, limit), [
      "lost is 1, past its limit of 0",
      "read_gap_ms is 301, past its limit of 300",
    ]);
  });

  it("begin with the first row, and show trouble from a time on", () => {
    assert.equal(beginOf([read(1), refused(0, 2), acked(0, 3), acked(1, 4)]), 3);
    assert.equal(beginOf([read(1)]), undefined);
    assert.deepEqual(troubles([unread(1), acked(0, 2), unknown(1, 3)], 2), ["unknown: gone"]);
  });

  it("name the mode, with what semisync does without its replica", () => {
    assert.equal(modeOf({ replication: "async", withoutReplica: undefined }), "async");
    assert.equal(modeOf({ replication: "semisync", withoutReplica: "wait" }), "semisync-wait");
  });
});

const stackWith = (mysql = {}, servers?: readonly string[]): Stack => {
  const named = servers?.map((name) => ({ name, roles: ["web", "app", "db"] }));
  const config = parseConfig(
    "foobar",
    "dev",
    devConfig({ "foobar:mysql": mysql, ...(named === undefined ? {} : { "foobar:servers": named }) }),
  );
  return { config, topology: planTopology(config) };
};
const ASYNC = stackWith({ replication: "async" });
const WAIT = stackWith({ replication: "semisync", withoutReplica: "wait" });
const DEGRADE = stackWith({ replication: "semisync", withoutReplica: "degrade" });
const GROUP = stackWith({ replication: "group" });

describe("the drills of the databases", () => {
  const apply = (of: Stack) => FAULTS.filter(({ obstacle }) => obstacle(of) === undefined).map(({ name }) => name);
  const limit = (name: string, of: Stack) => {
    const found = FAULTS.find((drill) => drill.name === `database-${name}`)?.limit(of, { rate: 200, holdSeconds: 10 });
    assert.ok(found);
    return found;
  };

  it("are among all drills, by names that begin with what they are about", () => {
    assert.ok(FAULTS.every(({ name }) => name.startsWith("database-")));
    assert.deepEqual(
      drillsNamed(["all"])
        .map(({ name }) => name)
        .filter((name) => name.startsWith("database-")),
      FAULTS.map(({ name }) => name),
    );
    assert.equal(new Set(DRILLS.map(({ name }) => name)).size, DRILLS.length);
  });

  it("all apply to a group, and outside one those that somebody survives", () => {
    assert.deepEqual(
      apply(GROUP),
      FAULTS.map(({ name }) => name),
    );
    const outside = ["switchover", "kill-primary", "kill-replicas", "pause-replicas", "kill-all"];
    const named = (names: readonly string[]) => names.map((name) => `database-${name}`);
    assert.deepEqual(apply(ASYNC), named(outside), "and async promises nothing of what was not sent");
    for (const of of [WAIT, DEGRADE]) assert.deepEqual(apply(of), named([...outside, "chained-failure"]));
  });

  it("of a single database, and of a group of two, are those that need no other", () => {
    assert.deepEqual(apply(stackWith({}, ["server1"])), ["database-kill-primary", "database-kill-all"]);
    const two = stackWith({ replication: "group", arbiter: false, acceptNoMajority: true });
    assert.deepEqual(apply(two), ["database-switchover", "database-kill-all", "database-chained-failure"]);
  });

  it("never may lose a row that was acknowledged, nor write one twice", () => {
    for (const of of [ASYNC, WAIT, DEGRADE, GROUP]) {
      for (const drill of FAULTS) {
        const { lost, duplicated } = drill.limit(of, { rate: 200, holdSeconds: 10 });
        assert.deepEqual([lost, duplicated], [0, 0], drill.name);
      }
    }
  });

  it("may hold up writers for as long as a group takes to choose another primary, and not at all where it is planned", () => {
    for (const fault of ["kill", "pause", "partition"]) assert.equal(limit(`${fault}-primary`, GROUP).gapMs, 7_500);
    assert.equal(limit("stop-primary", GROUP).gapMs, 1_000);
    for (const of of [ASYNC, WAIT, DEGRADE, GROUP]) assert.equal(limit("switchover", of).gapMs, 1_000);
  });

  it("may hold up writers while a replica is away only where they are to wait for it", () => {
    assert.equal(limit("pause-replicas", ASYNC).gapMs, 1_000);
    assert.equal(limit("pause-replicas", GROUP).gapMs, 4_000, "while the group agrees to do without it");
    assert.ok(limit("pause-replicas", WAIT).gapMs > 10_000);
    assert.equal(limit("pause-replicas", DEGRADE).gapMs, 3_000);
    const three = stackWith({ replication: "semisync", withoutReplica: "wait" }, ["server1", "server2", "server3"]);
    assert.equal(limit("kill-replicas", three).gapMs, 1_000);
  });
});

describe("what a drill of the databases does", () => {
  /** Runs a drill against a stack of which only this is told; resolves to what was done, in order. */
  const done = async (name: string, of: Stack, primary: string): Promise<string[]> => {
    const log: string[] = [];
    const { signal } = new AbortController();
    const during = (what: string) => async (service: string, work: () => Promise<void>) => {
      log.push(`${what} ${service}`);
      await work();
      log.push(`${service} again`);
    };
    const open = opened(of, signal);
    const containers: DatabaseContext["containers"] = {
      ...open.containers,
      untilWell: async () => {},
      kill: async (services) => void log.push(`kill ${services.join(" ")}`),
      whilePaused: during("pause"),
      whileStopped: during("stop"),
      whileCutOff: (service, network, work) => during(`cut from ${network}`)(service, work),
    };
    const context: DatabaseContext = {
      ...open,
      containers,
      databases: { primary: async () => (log.length > 0 ? "another" : primary), ask: async () => [] },
      url: of.topology.url,
      seconds: 2,
      signal,
      rate: 200,
      holdSeconds: 9,
      wait: async (seconds) => void (seconds >= 1 && log.push(`wait ${seconds}`)),
      release: async (changes) => {
        const { mysql } = configOf("foobar", "dev", changedText("foobar", "", changes));
        log.push(`primary ${mysql.primary} of ${mysql.database}`);
      },
      renew: async (resource) => void log.push(`renew ${resource}`),
      say: () => {},
      primary,
      untilInPlace: async () => void log.push("whole"),
    };
    await FAULTS.find((drill) => drill.name === `database-${name}`)?.run(context);
    return log;
  };

  it("meets the primary, whoever that is", async () => {
    assert.deepEqual(await done("kill-primary", GROUP, "mysql-server2"), ["kill mysql-server2", "whole"]);
    assert.deepEqual(await done("partition-primary", GROUP, "mysql-server1"), [
      "cut from foobar-dev-replication mysql-server1",
      "wait 9",
      "mysql-server1 again",
      "whole",
    ]);
  });

  it("meets every other member, the arbiter too, when those before it are back", async () => {
    assert.deepEqual(await done("kill-replicas", GROUP, "mysql-server2"), [
      "kill mysql-arbiter",
      "whole",
      "kill mysql-server1",
      "whole",
    ]);
    assert.deepEqual(await done("pause-replicas", ASYNC, "mysql-server1"), [
      "pause mysql-server2",
      "wait 9",
      "mysql-server2 again",
      "whole",
    ]);
  });

  it("meets all members at once", async () => {
    const [kill] = await done("kill-all", GROUP, "mysql-server1");
    assert.equal(kill, "kill mysql-arbiter mysql-server2 mysql-server1");
  });

  it("configures a primary that is none, and no arbiter", async () => {
    const of = stackWith({ replication: "group", database: "shop" });
    const [change] = await done("switchover", of, "mysql-server1");
    assert.equal(change, "primary server2 of shop");
  });
});

/** What a MySQL server says first: it speaks TLS, and asks for a password hashed with twenty bytes. */
const GREETING = Buffer.concat([
  Buffer.from("\x0a9.7.4\0", "latin1"),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from("11111111\0"),
  Buffer.from([0x08, 0x8a, 0xff, 2, 0, 0x08, 0, 21]),
  Buffer.alloc(10),
  Buffer.from("111111111111\0mysql_native_password\0"),
]);
const TLS_REQUEST_BYTES = 36;
const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const READ_ONLY = Buffer.concat([Buffer.from([0xff, 0x0a, 0x05]), Buffer.from("#HY000--read-only")]);

const packet = (number: number, body: Uint8Array) => Buffer.concat([Buffer.from([body.length, 0, 0, number]), body]);

describe("the writer", function () {
  this.timeout(20_000);

  it("sends each row once, and again only after an answer by which it is certainly not written", async () => {
    const authority = issue("authority");
    const { certificate, key } = issue("localhost", authority);
    const received: number[] = [];
    const sockets = new Set<Socket>();
    let enough: (() => void) | undefined;
    const answer = (socket: TLSSocket, command: Buffer) => {
      const row = /INSERT INTO drill_rows .*\((\d+)\)/.exec(command.toString())?.[1];
      if (row !== undefined) {
        const isFirst = !received.includes(Number(row));
        received.push(Number(row));
        if (received.length > 60) enough?.();
        if (isFirst && row.endsWith("3")) return socket.write(packet(1, READ_ONLY));
        if (row.endsWith("5")) return socket.destroy();
      }
      return socket.write(packet(1, OK));
    };
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.write(packet(0, GREETING));
      socket.once("data", (request) => {
        socket.pause();
        socket.unshift(request.subarray(TLS_REQUEST_BYTES));
        const secure = new TLSSocket(socket, { isServer: true, cert: certificate, key });
        secure.on("error", () => {});
        secure.once("data", () => {
          secure.write(packet(3, OK));
          secure.on("data", (command) => answer(secure, command));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const { port } = address;
    try {
      const script = writerScript({
        user: "application",
        password: "secret",
        ca: authority.certificate,
        database: "foobar",
        write: { host: "localhost", port },
        read: { host: "localhost", port },
        rate: 200,
        maxSeconds: 15,
      });
      const running = execa("node", ["-"], { input: script });
      await new Promise<void>((resolve, reject) => {
        enough = resolve;
        running.then(() => reject(new Error("the writer ended by itself")), reject);
      });
      running.kill("SIGTERM");
      const { stdout } = await running;
      const notes = stdout.split("\n").map((line) => note.parse(JSON.parse(line)));
      const rows = (what: Note["what"]) =>
        new Set(notes.flatMap((told) => ("row" in told && told.what === what ? [told.row] : [])));
      const times = (row: number) => received.filter((other) => other === row).length;

      for (const row of rows("refused")) assert.equal(row % 10, 3);
      for (const row of rows("unknown")) assert.equal(row % 10, 5);
      for (const row of rows("acked")) {
        assert.notEqual(row % 10, 5);
        assert.equal(times(row), row % 10 === 3 ? 2 : 1, `row ${row}`);
      }
      for (const row of rows("unknown")) assert.equal(times(row), 1, `row ${row}`);
      assert.ok(rows("acked").has(3) && rows("unknown").has(5) && rows("acked").size > 40);
      assert.ok(notes.some(({ what }) => what === "read"));
      assert.equal(notes.at(-1)?.what, "ended");
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
