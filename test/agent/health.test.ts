import assert from "node:assert/strict";
import { stat, utimes, writeFile } from "node:fs/promises";
import { readText } from "../../agent/files/storing.ts";
import { Decisions, decisionLines, parseDecisions } from "../../agent/health/decisions.ts";
import { Metrics } from "../../agent/health/metrics.ts";
import { StateFile, stateText } from "../../agent/health/state.ts";
import { decided, ONE, observation, type Situation } from "./cluster.ts";
import { type FakeNode, fakeNode } from "./fakeNode.ts";

const AT = new Date("2026-11-27T10:00:00Z");
const BROKEN: Situation = { own: { isReceiving: false, isApplying: false } };

describe("what an agent shows", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await fakeNode();
  });
  afterEach(() => node.remove());

  it("is a state whose first word tells what the node does", () => {
    assert.equal(stateText({ word: "primary", text: "term 3" }), "primary, term 3");
    assert.equal(stateText({ word: "member", text: "SECONDARY" }), "member, SECONDARY");
    assert.equal(stateText({ word: "replica", text: `of ${ONE}` }), `replica of ${ONE}`);
    assert.equal(stateText({ word: "out of place", text: "closed" }), "out of place: closed");
    assert.equal(stateText({ word: "starting", text: "" }), "starting");
  });

  it("is logged when it changes, and its file stays young while it does not", async () => {
    const file = new StateFile(node.paths.state, node.hands.say);
    const old = new Date("2020-01-01");
    await file.show({ word: "replica", text: `of ${ONE}` });
    await utimes(node.paths.state, old, old);
    await file.show({ word: "replica", text: `of ${ONE}` });
    assert.ok((await stat(node.paths.state)).mtime > old);
    await writeFile(node.paths.state, "starting\n");
    await file.show({ word: "replica", text: `of ${ONE}` });
    assert.deepEqual(node.said, [`replica of ${ONE}`, `replica of ${ONE}`]);
  });

  it("is the progress of long work, logged now and then", async () => {
    let at = 100;
    const file = new StateFile(node.paths.state, node.hands.say, () => at);
    for (const percent of [1, 2, 3]) {
      await file.show({ word: "cloning", text: `all data: ${percent}.5 MiB of 7 GiB, ${percent} %` });
      at += 20;
    }
    assert.equal(await readText(node.paths.state), "cloning: all data: 3.5 MiB of 7 GiB, 3 %\n");
    assert.deepEqual(node.said, [
      "cloning: all data: 1.5 MiB of 7 GiB, 1 %",
      "cloning: all data: 3.5 MiB of 7 GiB, 3 %",
    ]);
  });

  it("is logged at once when other work begins", async () => {
    const file = new StateFile(node.paths.state, node.hands.say, () => 100);
    for (const text of ["joining the group", "opening for writes"]) await file.show({ word: "starting", text });
    assert.deepEqual(node.said, ["starting: joining the group", "starting: opening for writes"]);
  });
});

describe("the last decisions of an agent", () => {
  let node: FakeNode;
  beforeEach(async () => {
    node = await fakeNode();
  });
  afterEach(() => node.remove());
  const kept = async () => parseDecisions((await readText(node.paths.decisions)) ?? "");

  it("are kept once in a row, with what they were made from", async () => {
    const decisions = new Decisions(node.paths.decisions);
    assert.equal(await decisions.note(decided({}), undefined, observation({}), AT), true);
    assert.equal(await decisions.note(decided({}), undefined, observation({}), AT), false);
    assert.equal(await decisions.note(decided(BROKEN), "no answer", observation(BROKEN), AT), true);
    const [first, second, ...others] = await kept();
    assert.deepEqual([first?.times, first?.state, others], [2, `replica of ${ONE}`, []]);
    assert.equal(second?.problem, "no answer");
    assert.match(second?.from.join("\n") ?? "", /own server: term 1 of \S+, closed, source \S+, does not receive/);
  });

  it("count as the same while only the transactions change that are waited for", async () => {
    const decisions = new Decisions(node.paths.decisions);
    const left = (set: string) => {
      const state = {
        word: "starting",
        text: `applying; left are 3e11fa47-71ca-11e1-9e33-c80aa9429562:${set}`,
      } as const;
      return { ...decided({}), state };
    };
    await decisions.note(left("5-90"), undefined, observation({}), AT);
    assert.equal(await decisions.note(left("7-90:93"), undefined, observation({}), AT), false);
  });

  it("stay few, and an agent goes on with those of the one before", async () => {
    const first = new Decisions(node.paths.decisions);
    for (let index = 0; index < 70; index++) {
      await first.note({ ...decided({}), reason: "x".repeat(index) }, undefined, observation({}), AT);
    }
    const second = new Decisions(node.paths.decisions);
    await second.load();
    await second.note({ ...decided({}), reason: "last" }, undefined, observation({}), AT);
    const reasons = (await kept()).map(({ reason }) => reason);
    const lengths = reasons.slice(0, -1).map((reason) => reason.length);
    assert.deepEqual([reasons.length, lengths[0], lengths.at(-1), reasons.at(-1)], [60, 11, 69, "last"]);
  });

  it("are read although a line of them is broken", () => {
    const good = {
      at: "2026-11-27T10:00:00Z",
      times: 3,
      step: "wait",
      state: "new",
      reason: "nobody has data",
      from: ["a"],
    };
    const entries = parseDecisions(`{"at":\n${JSON.stringify(good)}\n{}\n`);
    assert.deepEqual(entries, [good]);
    assert.deepEqual(decisionLines(entries, 5), [
      "2026-11-27T10:00:00Z new, 3 times",
      "    wait: nobody has data",
      "    - a",
    ]);
  });
});

describe("the figures of an agent", () => {
  it("tell its state, its decisions, what failed, who is silent and for how long it waits", () => {
    const metrics = new Metrics("mysql-server2.replication");
    const silent = { ...observation(BROKEN), peers: new Map() };
    metrics.count(decided(BROKEN), "no answer", silent, AT);
    metrics.count(decided(BROKEN), undefined, silent, AT);
    const text = metrics.text(new Date(AT.getTime() + 30_000));
    const member = 'member="mysql-server2.replication"';
    for (const line of [
      `foobar_agent_state{${member},state="starting"} 1`,
      `foobar_agent_state{${member},state="replica"} 0`,
      `foobar_agent_waiting_seconds{${member}} 30`,
      `foobar_agent_looked_timestamp_seconds{${member}} ${AT.getTime() / 1000}`,
      `foobar_agent_peer_silent{${member},peer="${ONE}"} 1`,
      `foobar_agent_decisions_total{${member},step="start-applier"} 2`,
      `foobar_agent_failures_total{${member},step="start-applier"} 1`,
    ]) {
      assert.ok(text.split("\n").includes(line), `${line} is missing in:\n${text}`);
    }
  });

  it("of a node in its place tell no waiting, however long it waited before", () => {
    const metrics = new Metrics("m");
    metrics.count(decided(BROKEN), undefined, observation(BROKEN), AT);
    metrics.count(decided({}), undefined, observation({}), AT);
    assert.match(metrics.text(new Date(AT.getTime() + 30_000)), /^foobar_agent_waiting_seconds\{member="m"\} 0$/m);
  });
});
