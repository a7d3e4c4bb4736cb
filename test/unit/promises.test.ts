import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { DRILLS } from "../../operations/drills/drills.ts";
import type { Topology } from "../../topology/plan.ts";
import { SECONDS } from "../../topology/survival/seconds.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));

const PAIR_AND_GROUP = {
  "foobar:loadBalancer": { replicas: 2 },
  "foobar:mysql": { replication: "group", primary: "server1", backup: {} },
};

describe("the promises", () => {
  it("name drills that exist and allow no more", () => {
    const names = DRILLS.map(({ name }) => name);
    for (const [key, promised] of Object.entries(SECONDS)) {
      if ("drill" in promised) assert.ok(names.includes(promised.drill), `${key}: ${promised.drill}`);
    }
    const group = dev(PAIR_AND_GROUP);
    const limit = DRILLS.find(({ name }) => name === SECONDS.election.drill)?.limit(
      { topology: group, config: parseConfig("foobar", "dev", devConfig(PAIR_AND_GROUP)) },
      { rate: 50, holdSeconds: 5 },
    );
    const [, gap] = /gap_ms <= (\d+)/.exec(limit ?? "") ?? [];
    assert.ok(Number(gap) > 0 && Number(gap) <= SECONDS.election.seconds * 1_000);
  });
});
