import assert from "node:assert/strict";
import { assess } from "../../operations/status/assess.ts";
import type { Facts } from "../../operations/status/facts.ts";
import { render } from "../../operations/status/render.ts";
import { type Status, VERDICTS } from "../../operations/status/status.ts";
import { exampleNames } from "../examples.ts";
import { ON_SERVER1, well } from "../statusCase.ts";
import { CASES } from "../statusCases.ts";
import { NOW, stopped, wellFacts, withDatabase } from "../statusFacts.ts";
import { DEV, example, HA } from "../statusStacks.ts";

const text = (status: Status, width = 100) => render(status, { width, hasColour: false });

describe("a status", () => {
  for (const { state, topology, facts, exit, says } of CASES) {
    it(`exits with ${exit} and says what is the matter: ${state}`, () => {
      const status = assess(topology, facts);
      const shown = text(status);
      assert.equal(VERDICTS.indexOf(status.verdict), exit, shown);
      for (const words of says) assert.match(shown, words);
    });
  }

  it("of every example is well when all is well, fits every screen, and is the same for programs", () => {
    for (const topology of [DEV, HA, ...exampleNames().map(example)]) {
      const status = assess(topology, wellFacts(topology));
      assert.equal(status.verdict, "well", `${topology.stack}\n${text(status)}`);
      for (const width of [60, 80, 100, 140]) {
        const shown = text(status, width);
        assert.doesNotMatch(shown, /undefined|NaN|\(\)/, topology.stack);
        for (const line of shown.split("\n")) assert.ok(line.length <= width, `${width} columns: ${line}`);
      }
      const { places, verdict } = JSON.parse(JSON.stringify(status));
      assert.equal(verdict, "well");
      assert.equal(places.length, status.places.length);
    }
  });

  it("of any broken stack fits a narrow screen", () => {
    for (const { topology, facts } of CASES) {
      for (const line of text(assess(topology, facts), 72).split("\n")) assert.ok(line.length <= 72, line);
    }
  });

  it("has colours on a terminal alone, and the same text", () => {
    const status = assess(HA, stopped(well.ha, ON_SERVER1));
    const coloured = render(status, { width: 100, hasColour: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    const plain = coloured.replace(/\u001b\[\d+m/g, "").replace(/ +$/gm, "");
    assert.notEqual(coloured, text(status));
    assert.equal(plain, text(status));
  });

  it("names what a server's loss costs now, by the primary of now", () => {
    const moved = withDatabase(
      withDatabase(well.ha, "mysql-server1", { writes: false, isGroup: true }),
      "mysql-server2",
      {
        writes: true,
        isGroup: true,
      },
    );
    const pauses = (facts: Facts, server: string) =>
      assess(HA, facts)
        .losses.find((loss) => loss.server === server)
        ?.pauses.filter(({ capability }) => capability === "writes");
    assert.deepEqual(pauses(well.ha, "server1"), [{ capability: "writes", seconds: 25 }]);
    assert.deepEqual(pauses(moved, "server2"), [{ capability: "writes", seconds: 25 }]);
    assert.equal(assess(HA, moved).primary, "server2");
  });

  it("is of one moment", () => assert.equal(assess(DEV, well.dev).at, NOW));
});
