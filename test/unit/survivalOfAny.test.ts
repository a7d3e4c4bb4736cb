import assert from "node:assert/strict";
import fc from "fast-check";
import { parseConfig } from "../../config/config.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Capability, evaluate, isSinglePoint, survive } from "../../topology/survival.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { topologies } from "../topologies.ts";

const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));

const SERVERS = ["server1", "server2"].map((name) => ({ name, roles: ["web", "app", "db"] }));

describe("of any stack", () => {
  const all: readonly Capability[] = ["pages", "reads", "writes"];

  it("everything works while all is alive, and nothing without anything", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const whole = evaluate(topology, () => true);
        const none = evaluate(topology, () => false);
        assert.ok(all.every((capability) => whole[capability] && !none[capability]));
      }),
    );
  });

  it("a loss never makes the stack able to do more", () => {
    fc.assert(
      fc.property(topologies, fc.infiniteStream(fc.boolean()), (topology, choices) => {
        const names = instances(topology).map(({ name }) => name);
        const some = new Set(names.filter(() => choices.next().value));
        const fewer = new Set([...some].filter(() => choices.next().value));
        const more = evaluate(topology, (name) => some.has(name));
        const less = evaluate(topology, (name) => fewer.has(name));
        assert.ok(all.every((capability) => more[capability] || !less[capability]));
      }),
    );
  });

  it("the list's singles and its next ones are what the structure function says", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const without = (...names: readonly string[]) => evaluate(topology, (name) => !names.includes(name));
        for (const finding of survive(topology).filter(({ unit }) => unit.kind === "container")) {
          const left = without(...finding.unit.takes);
          assert.equal(isSinglePoint(finding), !all.every((capability) => left[capability]), finding.unit.name);
          for (const next of finding.then) {
            const both = without(...finding.unit.takes, next);
            assert.ok(
              all.some((capability) => left[capability] && !both[capability]),
              next,
            );
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("the engine alone on which everything is takes everything", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const engine = survive(topology).find(({ unit }) => unit.kind === "engine");
        assert.ok(engine?.effects.every(({ outcome }) => outcome === "down"));
      }),
      { numRuns: 20 },
    );
  });
});

it("two servers of the same roles are what the default is", () =>
  assert.deepEqual(survive(dev({ "foobar:servers": SERVERS })), survive(dev())));
