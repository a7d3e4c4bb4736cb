import assert from "node:assert/strict";
import type { BoardFacts } from "../../components/monitoring/board/facts.ts";
import { lostOf } from "../../components/monitoring/board/page/lost.ts";
import { boardOf } from "../../components/monitoring/board/page/model.ts";
import type { Snapshot } from "../../components/monitoring/board/page/snapshot.ts";
import { duration, figure, lookOf, scaleText } from "../../components/monitoring/board/page/text.ts";
import { factsOf, SMALL, WHOLE } from "../board/stack.ts";
import { AT, DOWN, HURT, type State, WELL } from "../board/states.ts";

/** What the page makes of a state's answers. */
function snapshotOf({ series, alerts }: State): Snapshot {
  const samples = Object.entries(series).map(([name, all]) => [
    name,
    all.flatMap(({ labels = {}, value }) => {
      const now = typeof value === "number" ? value : value(0);
      return now === undefined ? [] : [{ labels, value: now }];
    }),
  ]);
  return {
    at: AT,
    samples: Object.fromEntries(samples),
    alerts: alerts.map(({ name, severity, summary, secondsAgo, labels }) => ({
      name,
      labels: { severity, ...labels },
      summary,
      since: AT - secondsAgo,
    })),
  };
}

const whole = factsOf(WHOLE);
const board = (state: State, facts: BoardFacts = whole) => boardOf(facts, snapshotOf(state));
const figures = (state: State, facts?: BoardFacts) =>
  board(state, facts).figures.map(({ text, title, look }) => `${look}: ${text} ${title}`);
const notes = (state: State, facts?: BoardFacts) =>
  board(state, facts).servers.flatMap(({ name, parts }) =>
    parts.map(({ title, note, look }) => `${name} ${title} ${look}: ${note}`.trim()),
  );
const changed = (changes: State["series"], state = WELL): State => ({
  ...state,
  series: { ...state.series, ...changes },
});

describe("the board of a stack that is well", () => {
  it("says so, with every figure", () => {
    assert.deepEqual(board(WELL).verdict, { text: "All is well", look: "well" });
    assert.deepEqual(board(WELL).notices, []);
    assert.deepEqual(figures(WELL), [
      "well: yes the site answers",
      "plain: 12.4 requests a second",
      "well: 0 failed requests a minute",
      "well: 85 ms 99 % of the answers take less",
      "well: 2 of 2 servers ready",
      "well: lb1 active load balancer",
      "well: server1 has the primary database",
      "well: 0 s the replicas are behind",
      "well: 3 h since the last full backup",
      "well: 3649 d until a certificate ends",
    ]);
  });

  it("says of every part what it does", () => {
    assert.deepEqual(notes(WELL), [
      "lb1 HAProxy well: active, 12.4/s",
      "lb2 HAProxy well: stands by",
      "server1 web well: 6.3/s",
      "server1 application well:",
      "server1 router well:",
      "server1 database well: primary",
      "server2 web well: 6.5/s",
      "server2 application well:",
      "server2 router well:",
      "server2 database well: replica",
      "arbiter database well: votes",
    ]);
  });

  it("leaves out what a stack has not", () => {
    const small = factsOf(SMALL);
    const all = figures(WELL, small);
    assert.ok(all.includes("plain: none backups are taken"));
    assert.ok(all.includes("well: lb1 active load balancer"));
    assert.deepEqual(
      small.servers.map(({ name }) => name),
      ["lb1", "server1", "server2"],
    );
  });
});

describe("the board of a stack that is hurt", () => {
  it("says what is wrong, the worst first and what explains others alone, and since when", () => {
    const { verdict, notices } = board(HURT);
    assert.deepEqual(verdict, { text: "Somebody is needed now", look: "page" });
    assert.deepEqual(
      notices.map(({ text, since, look }) => `${look} ${since}: ${text}`),
      [
        "page 31 s: server1: nothing of it answers",
        "warn 8 s: No replica is fit to be read: the primary serves the reads, too",
        "warn 20 s: 2 members of 3 are left in the group",
        "plain 12 s: mysql-server2 has become the primary",
      ],
    );
  });

  it("says who does the work now", () => {
    const all = figures(HURT);
    assert.ok(all.includes("warn: 1 of 2 servers ready"));
    assert.ok(all.includes("warn: 4.4 failed requests a minute"));
    assert.ok(all.includes("well: server2 has the primary database"));
    assert.ok(notes(HURT).includes("server1 database page: no answer"));
    assert.ok(notes(HURT).includes("server2 database well: primary"));
  });

  it("is a site that does not answer, before anything else", () => {
    assert.deepEqual(board(DOWN).verdict, { text: "The site does not answer", look: "page" });
    assert.ok(figures(DOWN).includes("page: no the site answers"));
  });

  it("needs no page for a warning, and a note is none", () => {
    const alerts = HURT.alerts.filter(({ severity }) => severity !== "page");
    assert.deepEqual(board({ ...WELL, alerts }).verdict, { text: "Somebody should look", look: "warn" });
    const notesAlone = alerts.filter(({ severity }) => severity !== "warn");
    assert.equal(board({ ...WELL, alerts: notesAlone }).verdict.look, "well");
  });

  it("tells a second primary, a lost one, and a replica that has stopped", () => {
    const two = changed({
      readOnly: [
        { labels: { instance: "mysql-server1" }, value: 0 },
        { labels: { instance: "mysql-server2" }, value: 0 },
      ],
    });
    assert.ok(figures(two).includes("page: server1 and server2 take writes: only one may"));
    const none = changed({ readOnly: [{ labels: { instance: "mysql-server2" }, value: 1 }] });
    assert.ok(figures(none).includes("page: none database takes writes"));
    const stopped = changed({ replicates: [{ labels: { instance: "mysql-server2" }, value: 0 }], lag: [] });
    assert.ok(notes(stopped, factsOf(SMALL)).includes("server2 database page: replica, stopped"));
    assert.ok(figures(stopped).includes("unknown: ? the replicas are behind"));
  });

  it("tells a server out of the rotation, a late replica, and an address that nobody holds", () => {
    const out = changed({ webReady: [{ labels: { instance: "web-server2" }, value: 0 }] });
    assert.ok(notes(out).includes("server2 web warn: gets no requests"));
    const late = changed({ databaseLag: [{ labels: { instance: "mysql-server2" }, value: 75 }] });
    assert.ok(notes(late).includes("server2 database warn: replica, 75 s behind"));
    const moved = changed({ holders: [{ labels: { load_balancer: "lb2" }, value: 1 }] });
    assert.ok(figures(moved).includes("well: lb2 active load balancer"));
    assert.ok(notes(moved).includes("lb1 HAProxy well: stands by"));
    assert.ok(figures(changed({ holders: [] })).includes("unknown: ? active load balancer"));
  });
});

describe("what a board does not know", () => {
  it("looks neither well nor bad", () => {
    for (const { text, look } of board({ series: {}, alerts: WELL.alerts }).figures) {
      assert.deepEqual([text, look], ["?", "unknown"]);
    }
    for (const { note, look } of board({ series: {}, alerts: [] }).servers.flatMap(({ parts }) => parts)) {
      assert.deepEqual([note, look], ["no figures", "unknown"]);
    }
  });

  it("is no verdict: without the probe, and without alerts", () => {
    assert.equal(board(changed({ siteAnswers: [] })).verdict.text, "Nobody knows whether the site answers");
    assert.equal(board({ ...WELL, alerts: [] }).verdict.text, "No alerts are evaluated");
  });

  it("is everything, as soon as there is no answer", () => {
    const heard = (secondsAgo: number, state: State = WELL) => ({ snapshot: snapshotOf(state), secondsAgo });
    assert.equal(lostOf(heard(3), undefined), undefined);
    assert.equal(lostOf(heard(14), "Prometheus"), undefined, "one question that is not answered");
    assert.deepEqual(lostOf(heard(190.4), "Prometheus"), {
      title: "Prometheus does not answer",
      lines: [
        "The last answer came at 00:22:27 UTC, 3 min ago.",
        "How the stack is, is not known here. npm run status asks it directly.",
      ],
    });
    assert.equal(lostOf(heard(190), "board")?.title, "The board does not answer");
    assert.equal(lostOf(heard(190), undefined)?.title, "Prometheus does not answer", "a page that has slept");
    assert.equal(lostOf(undefined, "Prometheus")?.lines[0], "It has not answered yet.");
    assert.equal(lostOf(undefined, undefined), undefined, "the first question is under way");
    assert.equal(lostOf(heard(1, changed({ age: [] })), undefined)?.title, "There are no figures yet");
    assert.deepEqual(
      lostOf(heard(1, changed({ age: [{ value: 147 }] })), undefined)?.lines[0],
      "Its newest ones are of 00:20:00 UTC, 2 min ago.",
    );
  });
});

describe("the board's figures for people", () => {
  it("are short", () => {
    assert.deepEqual([0, 0.04, 0.1, 12.44, 123.4, 45_678].map(figure), ["0", "< 0.1", "0.1", "12.4", "123", "46 k"]);
    assert.deepEqual([0, 0.0002, 0.0124, 0.9996, 4.1, 59, 119, 120, 7_199, 7_200, 2 * 86_400].map(duration), [
      "0 s",
      "0.2 ms",
      "12 ms",
      "1 s",
      "4.1 s",
      "59 s",
      "119 s",
      "2 min",
      "119 min",
      "2 h",
      "2 d",
    ]);
    assert.deepEqual([scaleText(0.25, "count"), scaleText(0.0025, "seconds")], ["0.25", "2.5 ms"]);
  });

  it("look as their limits say", () => {
    const above = { side: "above", warn: 0, page: 10 } as const;
    assert.deepEqual(
      [0, 1, 10, 11].map((value) => lookOf(value, above)),
      ["well", "warn", "warn", "page"],
    );
    assert.deepEqual(
      [2, 1, 0].map((value) => lookOf(value, { side: "below", warn: 2, page: 1 })),
      ["well", "warn", "page"],
    );
  });
});
