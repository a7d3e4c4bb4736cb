import assert from "node:assert/strict";
import {
  excesses,
  type Figures,
  figuresLine,
  limitFor,
  limitText,
  siteAway,
  visitorFigures,
  writerFigures,
} from "../../operations/drills/hosts/measure.ts";
import type { Answer } from "../../operations/drills/traffic/measure.ts";
import { readingStepAt } from "../../operations/drills/traffic/requests.ts";

import { drillOf, MACHINES, stackWith } from "../drilledMachines.ts";

const answer = (sentAt: number, doneAt: number, status?: number): Answer => ({
  step: readingStepAt(1),
  sentAt,
  doneAt,
  status: status ?? 200,
  server: undefined,
  problem: undefined,
  message: undefined,
});

describe("the figures of a machine's loss", () => {
  const figures: Figures = {
    ...{ requests: 4_000, failed: 0, gapMs: 300, acked: 900, lost: 0, duplicated: 0 },
    ...{ writeGapMs: 7_000, wholeAfterMs: 20_000, siteAwayMs: 0 },
  };
  const elsewhere = { movesAddress: false, isDatabase: false };

  it("are in one line", () =>
    assert.equal(
      figuresLine("kill-host", "lb1+arbiter", "group", figures),
      "drill=kill-host host=lb1+arbiter mode=group requests=4000 failed=0 gap_ms=300 acked=900 lost=0 duplicated=0 " +
        "write_gap_ms=7000 whole_after_ms=20000 site_away_ms=0",
    ));

  it("have limits, of which that of failures grows with the requests", () => {
    const limit = limitFor(elsewhere, 8_000);
    assert.deepEqual(excesses({ ...figures, failed: 4 }, limit), []);
    assert.deepEqual(
      excesses({ ...figures, failed: 5, gapMs: 1_001, lost: 1, writeGapMs: 8_001, wholeAfterMs: 45_001 }, limit),
      [
        "failed is 5, past its limit of 4",
        "gap_ms is 1001, past its limit of 1000",
        "lost is 1, past its limit of 0",
        "write_gap_ms is 8001, past its limit of 8000",
        "whole_after_ms is 45001, past its limit of 45000",
      ],
    );
    assert.deepEqual(excesses({ ...figures, gapMs: 1_400 }, limitFor({ ...elsewhere, movesAddress: true }, 8_000)), []);
  });

  it("have no limit for writes that only the lost machine could take", () => {
    const limit = limitFor({ ...elsewhere, isDatabase: true }, 8_000);
    assert.deepEqual(excesses({ ...figures, writeGapMs: 60_000 }, limit), []);
    assert.doesNotMatch(limitText(limit), /write_gap_ms/);
    assert.match(limitText(limitFor(elsewhere, 9_000)), /^failed <= 0\.1 % of requests, .*write_gap_ms <= 9000/);
  });

  it("are listed with the machines that they are for", () => {
    const text = drillOf("cut-host").limit(stackWith(), { rate: 200, holdSeconds: 10, machines: MACHINES });
    assert.match(text, /^lb1\+arbiter, server1, server2: .* write_gap_ms <= 9000/);
  });

  it("count every request while the site has to be there", () => {
    const answers = [answer(0, 10), answer(100, 110), answer(900, 1_300, 503), answer(1_000, 1_400)];
    assert.deepEqual(visitorFigures(answers, 1_500, undefined), {
      ...{ requests: 4, failed: 1, gapMs: 1_290, siteAwayMs: 0 },
    });
  });

  it("leave out the time without a site, and until what was sent in it has ended", () => {
    const answers = [
      ...[answer(0, 10), answer(90, 110), answer(95, 1_280, 504), answer(200, 700, 504)],
      ...[answer(1_000, 1_100, 504), answer(1_200, 1_250), answer(1_300, 1_320, 503), answer(1_400, 1_420)],
    ];
    const away = siteAway(answers, 105, 900, 1_500);
    assert.deepEqual(away, { from: 105, back: 1_250, counts: 1_280 });
    assert.deepEqual(visitorFigures(answers, 1_500, away), { requests: 3, failed: 1, gapMs: 140, siteAwayMs: 1_145 });
  });

  it("have no site again if none answers until the end", () =>
    assert.deepEqual(siteAway([answer(0, 10), answer(2_000, 2_100, 503)], 100, 900, 3_000), {
      ...{ from: 100, back: 3_000, counts: 3_000 },
    }));

  it("count rows", () => {
    const notes = [
      { what: "acked", at: 100, row: 0 },
      { what: "acked", at: 200, row: 1 },
      { what: "acked", at: 5_200, row: 2 },
    ] as const;
    const stored = new Map([
      [0, 1],
      [2, 2],
    ]);
    assert.deepEqual(writerFigures(notes, stored, 5_300), { acked: 3, lost: 1, duplicated: 1, writeGapMs: 5_000 });
    assert.equal(writerFigures([], new Map(), 5_300).writeGapMs, 5_300);
  });

  it("are of visitors who only read", () => {
    for (let number = 0; number < 20; number++) assert.equal(readingStepAt(number).method, "GET");
  });
});
