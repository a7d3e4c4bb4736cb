import assert from "node:assert/strict";
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
import type { Note } from "../../operations/drills/database/notes.ts";

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
