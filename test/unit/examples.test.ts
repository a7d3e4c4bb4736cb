import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { parseConfig, rawSettings } from "../../config/config.ts";
import type { Topology } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { exampleNames, exampleSettings } from "../examples.ts";
import { outline } from "../outline.ts";

const plan = (name: string): Topology => planTopology(parseConfig("foobar", name, rawSettings(exampleSettings(name))));

describe("the examples", () => {
  for (const name of exampleNames()) {
    it(`${name} is planned as its golden file says`, async () => {
      const file = new URL(`../expected/examples/${name}.txt`, import.meta.url);
      const actual = outline(plan(name));
      if (process.env["UPDATE_EXPECTED"] === "1") await writeFile(file, actual);
      assert.equal(actual, await readFile(file, "utf8"), "UPDATE_EXPECTED=1 accepts the change");
    });
  }

  it("are there", () => assert.ok(exampleNames().includes("round-robin")));

  it("keep the primary where it is, so that a stack can move from any to any", () => {
    for (const name of exampleNames()) assert.equal(plan(name).cluster.databases.at(-1)?.server, "server2", name);
  });
});
