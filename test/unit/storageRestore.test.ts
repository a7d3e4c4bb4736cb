import assert from "node:assert/strict";
import { type Choice, momentOf } from "../../operations/backups/choice.ts";
import { parseListing } from "../../operations/backups/listing.ts";
import { backupTable } from "../../operations/backups/report.ts";
import { nearness, storageFates, storageReport } from "../../operations/backups/storageFates.ts";

const at = (text: string) => new Date(`2026-11-21T${text}Z`);
const micros = (text: string) => at(text).getTime() * 1_000;

describe("the fate of storages at a restore", () => {
  const own = { name: "uploads", isShared: false };
  const shared = { name: "media", isShared: true };

  it("is the backup's files, in new volumes or beside those of a folder outside of the engine", () =>
    assert.deepEqual(storageFates([own, shared], ["uploads", "media"]), [
      { name: "uploads", fate: "restored" },
      { name: "media", fate: "aside" },
    ]));

  it("is the present files if the backup lacks the storage", () =>
    assert.deepEqual(storageFates([own, shared], []), [
      { name: "uploads", fate: "copied" },
      { name: "media", fate: "left" },
    ]));

  it("is told of a storage that only the backup has", () => {
    const report = storageReport(undefined, storageFates([], ["uploads"]), at("12:00:00"), "");
    assert.deepEqual(report, ["uploads: is in the backup and not in application.storage; it is not restored"]);
  });
});

describe("the distance between files and data", () => {
  const files = { at: micros("12:00:00"), held: micros("12:05:00") };
  for (const [data, says] of [
    ["12:03:00", "as of 2026-11-21T12:03:00.000Z, the moment of the data"],
    ["11:59:48", "as of 2026-11-21T12:00:00.000Z, 12 s after the data"],
    ["12:05:30.5", "as of 2026-11-21T12:05:00.000Z, 31 s before the data"],
  ] as const) {
    it(`is said for ${data}`, () => assert.equal(nearness(files, at(data)), says));
  }

  it("is taken from the moment of the data that a choice brings", () => {
    const backup = { takenAt: "2026-11-21T12:00:00.000Z", chain: "A" } as Choice["backup"];
    const archivedUntil = new Map([["A", at("13:00:00")]]);
    const moments = ["end", "backup", String(micros("12:30:00"))].map((until) =>
      momentOf({ backup, until }, { archivedUntil }),
    );
    assert.deepEqual(moments, [at("13:00:00"), at("12:00:00"), at("12:30:00")]);
  });
});

describe("the list of backups with storages", () => {
  const entry = (file: string, trust: string, manifest: object) =>
    JSON.stringify({ file, trust, text: Buffer.from(JSON.stringify(manifest)).toString("base64") });
  const full = (name: string, more: object) =>
    entry(`full/${name}/manifest.json`, "authentic", {
      ...{ name, stack: "foobar/dev", timeline: "first", run: name, from: "m", version: "9.7.4", seconds: 1 },
      ...{ takenAt: "2026-11-21T12:00:00.000Z", encrypted: true, bytes: 1, dataBytes: 1, rows: { storage: 3 } },
      ...more,
    });
  const progress = {
    kind: "storageProgress",
    ...{ stack: "foobar/dev", backup: "B", number: 4, storages: "media,uploads" },
    ...{ at: micros("12:30:00"), files: 7, size: 9, bytes: 1_500, listSha256: "0" },
  };
  const listing = (trust: string) =>
    parseListing(
      [
        full("A", {}),
        full("B", { storage: "media,uploads" }),
        entry("full/B/storage/progress.json", trust, progress),
        '{"server":"9.7.4","format":2}',
      ].join("\n"),
    );

  it("says what they hold and until when; a backup of an older version has none", () => {
    const { backups, problems } = listing("authentic");
    assert.deepEqual(
      backups.map(({ storage }) => storage),
      [[], ["media", "uploads"]],
    );
    assert.deepEqual(problems, []);
    const table = backupTable(listing("authentic"), "foobar/dev", at("13:00:00")).join("\n");
    assert.match(table, /media, uploads: 7 files, 1\.5 kB, until 2026-11-21T12:30:00\.000Z/);
    assert.match(table, /no storages/);
  });

  it("names files that somebody has changed", () =>
    assert.match(
      listing("changed").problems.join(),
      /^full\/B\/storage\/progress\.json is not as this stack wrote it/,
    ));
});
