import assert from "node:assert/strict";
import { choose, type Wanted } from "../../operations/backups/choice.ts";
import { type FullBackup, type Listing, parseListing } from "../../operations/backups/listing.ts";
import { backupTable, lossReport } from "../../operations/backups/report.ts";
import { countTransactions } from "../../operations/backups/transactions.ts";

const backup = (name: string, changes: Partial<FullBackup> = {}): FullBackup => ({
  name,
  stack: "foobar/dev",
  timeline: "first",
  chain: "A",
  from: "mysql-server2.replication",
  version: "9.7.4",
  takenAt: "2026-11-01T00:00:00.000Z",
  seconds: 10,
  encrypted: true,
  bytes: 1_500_000,
  dataBytes: 150_000_000,
  storage: [],
  rows: { messages: 12 },
  authentic: true,
  ...changes,
});

const listing = (...backups: readonly FullBackup[]): Listing => ({
  backups,
  archivedUntil: new Map([
    ["A", new Date("2026-11-03T00:00:00Z")],
    ["B", new Date("2026-11-09T00:00:00Z")],
  ]),
  storages: new Map(),
  problems: [],
  version: "9.7.4",
});

const days = listing(
  backup("a1"),
  backup("a2", { takenAt: "2026-11-02T00:00:00.000Z" }),
  backup("b1", { takenAt: "2026-11-05T00:00:00.000Z", chain: "B" }),
);

describe("the choice of a backup", () => {
  const at = (text: string) => choose(days, "foobar/dev", { kind: "moment", at: new Date(text) });

  it("is the newest one, with all of the archive, for the latest data", () => {
    assert.deepEqual(choose(days, "foobar/dev", { kind: "latest" }), { backup: days.backups[2], until: "end" });
  });

  it("is the named one, without the archive, for its data", () => {
    assert.deepEqual(choose(days, "foobar/dev", { kind: "name", name: "a2" }), {
      backup: days.backups[1],
      until: "backup",
    });
  });

  it("is the last one before a moment that the archive has", () => {
    assert.equal(at("2026-11-01T12:00:00Z").backup.name, "a1");
    assert.equal(at("2026-11-02T12:00:00Z").backup.name, "a2");
    assert.equal(at("2026-11-03T00:00:00Z").until, "1793664000000000");
    assert.equal(at("2026-11-08T00:00:00Z").backup.name, "b1");
  });

  it("is one without authentication only if no other one will do", () => {
    const old = backup("z", { authentic: false, takenAt: "2026-11-02T12:00:00.000Z" });
    const mixed = listing(...days.backups.slice(0, 2), old);
    const chosen = (wanted: Wanted) => choose(mixed, "foobar/dev", wanted).backup.name;
    assert.equal(chosen({ kind: "latest" }), "a2");
    assert.equal(chosen({ kind: "moment", at: new Date("2026-11-02T13:00:00Z") }), "a2");
    assert.equal(chosen({ kind: "name", name: "z" }), "z");
    assert.equal(choose(listing(old), "foobar/dev", { kind: "latest" }).backup.name, "z");
  });

  const refusals: [string, () => unknown, RegExp][] = [
    [
      "a moment outside the archive, and names the moments that it has",
      () => at("2026-11-04T00:00:00Z"),
      /does not have 2026-11-04.*\n.*from 2026-11-01T00:00:00.000Z to 2026-11-03T00:00:00.000Z, or from 2026-11-05.*to 2026-11-09/,
    ],
    ["a moment before the first backup", () => at("2026-10-31T23:59:59Z"), /does not have/],
    ["a moment in the future", () => at("2026-12-01T00:00:00Z"), /does not have/],
    [
      "an unknown name, and says the nearest",
      () => choose(days, "foobar/dev", { kind: "name", name: "b2" }),
      /no backup b2; did you mean \w+\?\n.*a1, a2, b1/,
    ],
    [
      "a backup of another cluster",
      () => choose(listing(backup("x", { stack: "foobar/prod" })), "foobar/dev", { kind: "name", name: "x" }),
      /of another cluster, foobar\/prod/,
    ],
    [
      "the latest where all are of another cluster",
      () => choose(listing(backup("x", { stack: "foobar/prod" })), "foobar/dev", { kind: "latest" }),
      /no backup yet/,
    ],
    [
      "a backup of a newer MySQL",
      () => choose(listing(backup("x", { version: "9.10.0" })), "foobar/dev", { kind: "latest" }),
      /of MySQL 9\.10\.0, and the stack runs 9\.7\.4/,
    ],
  ];
  for (const [name, attempt, message] of refusals) it(`refuses ${name}`, () => assert.throws(attempt, message));

  it("may be one of an older MySQL", () => {
    assert.equal(choose(listing(backup("x", { version: "9.7.3" })), "foobar/dev", { kind: "latest" }).backup.name, "x");
  });
});

describe("the listing of backups", () => {
  const entry = (file: string, trust: string, content: unknown) =>
    JSON.stringify({ file, trust, text: Buffer.from(JSON.stringify(content)).toString("base64") });
  /** A manifest as it is on disk, where the chain is `run`. */
  const stored = ({ authentic: _, chain, storage, ...manifest }: FullBackup) => ({
    ...manifest,
    run: chain,
    storage: storage.join(","),
  });
  const SERVER = '{"server":"9.7.4","format":2}';

  it("is read from what the container prints, in the spellings of the first version", () => {
    const manifest = stored(backup("a1"));
    const progress = { run: "A", reach: "2026-11-03T00:00:00.000Z", after: "u:1-5" };
    const read = parseListing(
      [
        entry("full/a1/manifest.json", "authentic", manifest),
        entry("full/a0/manifest.json", "unauthenticated", {
          ...manifest,
          name: "a0",
          takenAt: "2026-10-01T00:00:00.000Z",
        }),
        entry("archive/A/reach.json", "authentic", progress),
        SERVER,
      ].join("\n"),
    );
    assert.deepEqual(read.backups, [
      backup("a0", { authentic: false, takenAt: "2026-10-01T00:00:00.000Z" }),
      backup("a1"),
    ]);
    assert.deepEqual(read.archivedUntil.get("A"), new Date("2026-11-03T00:00:00Z"));
    assert.equal(read.version, "9.7.4");
    assert.deepEqual(read.problems, []);
  });

  it("has backups in the order in which they were taken, also if the clock was put back", () => {
    const entries = [
      { name: "20261103T000001Z", takenAt: "2026-11-02T00:00:00.000Z" },
      { name: "20261103T000000Z", takenAt: "2026-11-03T00:00:00.000Z" },
    ].map(({ name, takenAt }) => entry(`full/${name}/manifest.json`, "authentic", stored(backup(name, { takenAt }))));
    const read = parseListing([...entries, SERVER].join("\n"));
    assert.deepEqual(
      read.backups.map(({ name }) => name),
      ["20261103T000000Z", "20261103T000001Z"],
    );
    assert.equal(choose(read, "foobar/dev", { kind: "latest" }).backup.name, "20261103T000001Z");
  });

  it("names each file with a problem, and uses none of them", () => {
    const manifest = stored(backup("a1"));
    const read = parseListing(
      [
        entry("full/a1/manifest.json", "changed", manifest),
        entry("full/a2/manifest.json", "foreign", { ...manifest, stack: "foobar/prod" }),
        entry("full/a3/manifest.json", "unauthenticated", "no backup"),
        entry("archive/A/reach.json", "changed", { run: "A", reach: "2026-11-03T00:00:00.000Z" }),
        entry("archive/A/00000004.json", "missing", ""),
        SERVER,
      ].join("\n"),
    );
    assert.deepEqual(read.problems, [
      "full/a1/manifest.json is not as this stack wrote it: it was changed, or written with another key",
      "full/a2/manifest.json says that it is of another stack, foobar/prod",
      "full/a3/manifest.json cannot be read",
      "archive/A/reach.json is not as this stack wrote it: it was changed, or written with another key",
      "archive/A/00000004.json is missing",
    ]);
    assert.deepEqual(
      read.backups.filter(({ stack }) => stack === "foobar/dev"),
      [],
    );
    assert.equal(read.archivedUntil.size, 0);
  });

  it("is refused if an older version of the program printed it, which verified nothing", () => {
    assert.throws(
      () => parseListing(`${JSON.stringify(backup("a1"))}\n{"server":"9.7.4"}`),
      /older version.*\n.*npm run up/,
    );
  });

  it("has a line for each of the stack's own, the newest first", () => {
    const lines = backupTable(
      listing(...days.backups, backup("x", { stack: "foobar/prod" })),
      "foobar/dev",
      new Date("2026-11-06T00:00:00Z"),
    );
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? "", /^b1 .*1 day ago.*1\.5 MB.*12 rows.*encrypted, authenticated.*to 2026-11-09/);
    const [old] = backupTable(listing(backup("x", { authentic: false })), "foobar/dev", new Date());
    assert.match(old ?? "", /encrypted, NOT AUTHENTICATED \(an older version took it\)/);
  });

  it("is followed by the loss: the transactions are counted and the rows compared", () => {
    const restored = { gtids: "u:1-5", last: 1_793_664_000_000_000, rows: { messages: 10, gone: 3 } };
    const present = { lacking: "u:6-47:50,v:7", rows: { messages: 12 } };
    const text = lossReport({ backup: backup("a1") }, restored, present, new Date("2026-11-03T00:02:30Z")).join("\n");
    assert.match(text, /up to 2026-11-03T00:00:00\.000Z/);
    assert.match(text, /gone +rows now: no table, restored: 3/);
    assert.match(text, /messages +rows now: 12, restored: 10/);
    assert.match(text, /44 transactions of the last 3 min/);
  });

  it("is followed by a message if nothing can be counted", () => {
    const restored = { gtids: "u:1-5", last: 0, rows: { messages: 10 } };
    const text = lossReport({ backup: backup("a1") }, restored, undefined, new Date()).join("\n");
    assert.match(text, /up to 2026-11-01T00:00:00\.000Z/);
    assert.match(text, /cannot be counted/);
  });
});

describe("a set of GTIDs", () => {
  for (const [set, count] of [
    ["", 0],
    ["u:1", 1],
    ["u:1-5:7,\nv:2-3", 8],
    ["u:tag:4-5:9", 3],
  ] as const) {
    it(`has ${count} transactions in "${set.replace("\n", "\\n")}"`, () => assert.equal(countTransactions(set), count));
  }
});
