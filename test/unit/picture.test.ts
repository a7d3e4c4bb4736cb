import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { draw } from "../../operations/picture/draw.ts";
import { layoutOf } from "../../operations/picture/layout.ts";
import { mermaid } from "../../operations/picture/mermaid.ts";
import type { Topology } from "../../topology/plan.ts";
import { singlePoints, survive } from "../../topology/survival.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { exampleNames, exampleSettings } from "../examples.ts";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);
const README = new URL("../../README.md", import.meta.url);

const dev = (more: Readonly<Record<string, unknown>> = {}): Topology =>
  planTopology(parseConfig("foobar", "dev", devConfig(more)));
const example = (name: string): Topology =>
  planTopology(parseConfig("foobar", name, rawSettings(exampleSettings(name))));
const ALL = ["dev", ...exampleNames()];
const planned = (name: string): Topology => (name === "dev" ? dev() : example(name));

/** Large and rare parts of a stack, all at once. */
const RICH = {
  "foobar:loadBalancer": { replicas: 2 },
  "foobar:mysql": { replication: "group", primary: "server1", backup: {} },
  "foobar:application": {
    image: "registry.example/shop:1",
    outbound: true,
    storage: { uploads: { path: "/srv/uploads" } },
    processes: { worker: { command: ["work"], replicas: 2 }, clock: { command: ["tick"], only: "one" } },
  },
};

describe("the pictures in docs/pictures/", () => {
  for (const name of ALL) {
    it(`that of ${name} is what its configuration gives, byte for byte`, async () => {
      const file = new URL(`${name}.svg`, FOLDER);
      const actual = draw(planned(name));
      if (process.env["UPDATE_EXPECTED"] === "1") await writeFile(file, actual);
      assert.equal(actual, await readFile(file, "utf8"), "UPDATE_EXPECTED=1 accepts the change");
    });
  }

  it("are those of the default and of every example, and no others", () =>
    assert.deepEqual(readdirSync(FOLDER).sort(), ALL.map((name) => `${name}.svg`).sort()));

  it("are shown in the README and with the examples", async () => {
    assert.match(await readFile(README, "utf8"), /\]\(docs\/pictures\/dev\.svg\)/);
    const examples = await readFile(new URL("../../examples/README.md", import.meta.url), "utf8");
    for (const name of exampleNames()) assert.ok(examples.includes(`../docs/pictures/${name}.svg`), name);
  });
});

describe("a picture", () => {
  const stacks: readonly (readonly [string, Topology])[] = [
    ...ALL.map((name) => [name, planned(name)] as const),
    ["rich", dev(RICH)],
  ];

  it("names every container that runs, but those that ask for another's health", () => {
    for (const [name, topology] of stacks) {
      const svg = draw(topology);
      const probes = topology.applications.flatMap(({ probe }) => (probe === undefined ? [] : [probe.name]));
      for (const { name: container } of instances(topology)) {
        if (!probes.includes(container)) assert.ok(svg.includes(`>${container}</text>`), `${name}: ${container}`);
      }
    }
  });

  it("has a red outline, or a red name, for each single point of failure, and for no other container", () => {
    for (const [name, topology] of stacks) {
      const { cards } = layoutOf(topology, 0);
      const red = cards.flatMap(({ id, isAlone, alone }) => [...(isAlone ? [id] : []), ...alone]);
      const expected = singlePoints(survive(topology), ["pages", "reads", "writes", "jobs"]);
      assert.deepEqual(red.sort(), [...expected].sort(), name);
    }
  });

  it("has cards that do not overlap, all of them inside", () => {
    for (const [name, topology] of stacks) {
      const { cards, width } = layoutOf(topology, 0);
      for (const [index, one] of cards.entries()) {
        assert.ok(one.x >= 0 && one.x + one.width <= width, `${name}: ${one.id}`);
        for (const other of cards.slice(index + 1)) {
          const isApart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          assert.ok(isApart, `${name}: ${one.id} and ${other.id}`);
        }
      }
    }
  });

  it("has links whose ends are at their cards, each of them crossing one strip", () => {
    for (const [name, topology] of stacks) {
      const { links, strips, cards } = layoutOf(topology, 0);
      for (const { from, to, kind, start, end } of links) {
        const told = `${name}: ${from} to ${to}`;
        assert.ok(Number.isFinite(start[0]) && Number.isFinite(end[0]), told);
        const target = cards.find(({ id }) => id === to);
        assert.ok(target !== undefined && end[0] >= target.x && end[0] <= target.x + target.width, told);
        if (kind === "replicate") continue;
        const crossed = strips.filter(({ y, height }) => start[1] <= y && y + height <= end[1]);
        assert.equal(crossed.length, 1, told);
      }
    }
  });

  it("is well-formed: names of stacks and images cannot break it", () => {
    const topology = { ...dev(), stack: `a<b>&"c"` };
    const svg = draw(topology);
    assert.ok(svg.includes("a&lt;b&gt;&amp;&quot;c&quot;"));
    const open = [...svg.matchAll(/<(g|svg|text|defs|marker|style|title)\b/g)].length;
    assert.equal(open, [...svg.matchAll(/<\/(g|svg|text|defs|marker|style|title)>/g)].length);
  });

  it("has its colours written out for light and for dark pages, because some renderers know no variables", () => {
    const svg = draw(dev());
    assert.match(svg, /@media \(prefers-color-scheme:dark\)/);
    assert.doesNotMatch(svg, /var\(|NaN|undefined|Infinity/);
  });

  it("changes with the configuration", () => {
    assert.notEqual(draw(dev()), draw(dev({ "foobar:loadBalancer": { replicas: 2 } })));
    assert.notEqual(draw(dev()), draw(dev({ "foobar:loadBalancer": { algorithm: "leastconn" } })));
  });
});

describe("the text of Mermaid", () => {
  it("in the README is that of the default", async () => {
    const readme = await readFile(README, "utf8");
    const block = /```mermaid\n([\s\S]*?)```/;
    const actual = mermaid(dev());
    if (process.env["UPDATE_EXPECTED"] === "1") {
      await writeFile(
        README,
        readme.replace(block, () => `\`\`\`mermaid\n${actual}\`\`\``),
      );
    }
    assert.equal(block.exec(await readFile(README, "utf8"))?.[1], actual, "UPDATE_EXPECTED=1 accepts the change");
  });

  it("has each link with the network that it takes, and marks single points of failure", () => {
    const text = mermaid(example("two-machines"));
    assert.match(
      text,
      /subgraph m1\["machine 192\.0\.2\.12"\]\n(?: {4}.*\n)* {4}mysql-server2\[\("mysql-server2<br>primary"\)\]/,
    );
    assert.match(text, /lb2 -\. "web" \.-> web-server1/);
    assert.match(text, /router-server1 -- "data: writes" --> mysql-server2/);
    assert.match(text, /class mysql-server2 alone/);
    for (const name of ALL) assert.doesNotMatch(mermaid(planned(name)), /""|undefined/, name);
  });
});
