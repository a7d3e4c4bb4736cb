import assert from "node:assert/strict";
import { NOTHING, type Reach, round } from "../../agent/loop.ts";
import type { PeerServer } from "../../agent/observation.ts";
import type { Step } from "../../agent/step.ts";
import type { Term } from "../../agent/vocabulary.ts";
import { ALONE, ONE, observation, PEER, PRIMARY, type Situation, STARTED, TWO } from "./cluster.ts";

/** A node in a situation, and what was done to it. */
function node(situation: Situation, peers: Readonly<Record<string, PeerServer>> = {}, problem?: string) {
  const [done, shown, noted]: [Step[], string[], (string | undefined)[]] = [[], [], []];
  const learned: Term[] = [];
  let surveys = 0;
  const { peers: _, memory: __, ...seen } = observation(situation);
  const reach: Reach = {
    observe: async () => seen,
    survey: async () => {
      surveys++;
      return new Map(Object.entries(peers));
    },
    learn: async (term) => {
      learned.push(term);
      if (problem !== undefined) throw new Error(problem);
    },
    act: async (step) => {
      done.push(step);
      if (problem !== undefined) throw new Error(problem);
    },
    show: async ({ word, text }) => void shown.push(`${word}: ${text}`),
    note: (_decision, why) => void noted.push(why),
  };
  return { reach, done, shown, noted, learned, surveys: () => surveys };
}

describe("a round of an agent", () => {
  it("asks nobody else and rests where the node is in its place", async () => {
    const { reach, done, shown, surveys } = node({});
    assert.deepEqual(await round(reach, NOTHING), { memory: {}, pause: 2 });
    assert.deepEqual([done, shown, surveys()], [[], [`replica: of ${ONE}`], 0]);
  });

  it("carries out one step, remembers it, and looks again at once", async () => {
    const { reach, done, surveys } = node({ settings: { member: ONE, peers: [TWO] }, own: { ...PRIMARY, ...STARTED } });
    assert.deepEqual(await round(reach, NOTHING), { memory: { triedIn: 1 }, pause: 0 });
    assert.deepEqual([done, surveys()], [[{ do: "open", term: 1, source: undefined }], 1]);
  });

  it("shows why a step failed, forgets it, and takes its time", async () => {
    const { reach, shown, noted } = node(
      { own: { isReceiving: false, broken: "13114" } },
      { [ONE]: PEER },
      "no answer",
    );
    assert.deepEqual(await round(reach, NOTHING), { memory: {}, pause: 1 });
    assert.deepEqual([shown.at(-1), noted], [`starting: following ${ONE}; failed: no answer`, ["no answer"]]);
  });

  it("records a newer term before the step, and takes the step although that fails", async () => {
    const situation = { settings: { member: ONE, peers: [TWO] }, own: PRIMARY } as const;
    const newer = { ...PEER, term: { number: 2, promoted: TWO } };
    const { reach, done, learned, noted } = node(situation, { [TWO]: newer }, "the disk is full");
    await round(reach, NOTHING);
    assert.deepEqual([learned, done], [[newer.term], [{ do: "close" }]]);
    assert.deepEqual(noted, ["the disk is full"]);
  });

  it("says what the group said when it refuses the node", async () => {
    const settings = { replication: "group" } as const;
    const online = { ...PEER, group: "ONLINE" } as const;
    const { reach, shown } = node({ settings, own: ALONE }, { [ONE]: online }, "more transactions than the group");
    await round(reach, NOTHING);
    assert.equal(shown.at(-1), "refused: the group does not accept this node: more transactions than the group");
  });
});
