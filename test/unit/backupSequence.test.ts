import assert from "node:assert/strict";
import fc from "fast-check";
import { itAnswers, itPrints, removed } from "../shellFunctions.ts";

const segments = (...numbers: readonly number[]) =>
  numbers.map((number) => `${String(number).padStart(8, "0")}\n`).join("");
const lines = (...numbers: readonly number[]) => segments(...numbers).trimEnd();

describe("the part of the archive that a restore needs", () => {
  itPrints("sequence.sh", "first_segment", [
    ["follows the backup", "yes 5 00000002", "6"],
    ["begins with the chain after its first backup", "yes 0 -", "1"],
    ["is unknown for an older version's backup: all that exist", "no 0 00000008", "8"],
    ["is the first if none exists", "no 0 -", "1"],
  ]);

  itAnswers("sequence.sh", "is_put_back", [
    ["not with all segments noted", "yes 6 1 6", "no"],
    ["not with one that is not noted yet", "yes 5 1 6", "no"],
    ["not without any segment", "yes 0 1 0", "no"],
    ["not with a backup after the last segment", "yes 6 7 6", "no"],
    ["with two that are not noted", "yes 4 1 6", "yes"],
    ["with an end before the backup", "yes 2 4 2", "yes"],
    ["with the chain's very first progress, and segments", "yes 0 1 4", "yes"],
    ["with the chain's very first progress, and a later backup", "yes 0 4 4", "yes"],
    ["not by an older version that noted no number", "no 0 1 6", "no"],
    ["by an older version that noted one", "no 4 1 6", "yes"],
  ]);

  itPrints("sequence.sh", "place_of", [
    ["the next one", "4 A u:1-5 4 A u:1-5", "next"],
    ["the first one of an older version", "4 A - 4 - u:1-5", "next"],
    ["another number", "4 A u:1-5 3 A u:1-5", "elsewhere"],
    ["another chain", "4 A u:1-5 4 B u:1-5", "elsewhere"],
    ["another continuation of the same chain", "4 A u:1-5 4 A u:1-4", "apart"],
    ["after a failover, with GTIDs of two servers", "4 A u:1-5,v:1-9 4 A u:1-5,v:1-9", "next"],
    ["after a failover, from a server that lost some", "4 A u:1-5,v:1-9 4 A u:1-4,v:1-9", "apart"],
  ]);

  itAnswers("sequence.sh", "is_later", [
    ["everything is wanted", "end 1793664000000000", "no"],
    ["at the moment itself", "1793664000000000 1793664000000000", "no"],
    ["a microsecond later", "1793664000000000 1793664000000001", "yes"],
    ["a segment without transactions", "1793664000000000 0", "no"],
  ]);

  itAnswers("sequence.sh", "is_whole", [
    ["the end is the noted one", "6 6 u:1-6 u:1-6", "yes"],
    ["the last segment is not noted yet", "5 6 u:1-5 u:1-6", "yes"],
    ["there is no segment", "0 0 u:1-3 -", "yes"],
    ["the end is another one", "6 6 u:1-6 u:1-5", "no"],
  ]);

  itPrints("sequence.sh", "missing_segments", [
    ["none is needed in an empty chain", "1 0", ""],
    ["none is missing", "1 3", "", segments(1, 2, 3)],
    ["none that no backup needs any more", "3 4", "", segments(3, 4)],
    ["a gap", "1 5", lines(2, 4), segments(1, 3, 5)],
    ["the first one", "1 3", lines(1), segments(2, 3)],
    ["the first ones, where retention has left only the marker of the end before", "4 6", lines(4), segments(3, 5, 6)],
    ["the last one", "1 3", lines(3), segments(1, 2)],
    ["all of them", "2 3", lines(2, 3)],
    ["one before a segment that is not noted", "1 2", lines(2), segments(1, 3)],
    ["from the first that exists, if it is unknown which is needed", "- 5", lines(4), segments(3, 5)],
    ["the last one, if nothing exists", "- 5", lines(5)],
    ["in decimal numbers", "8 10", lines(8), segments(9, 10)],
  ]);

  itPrints("sequence.sh", "lesser", [
    ["of two", "12 9", "9"],
    ["the second one, if the first one is unknown", "- 9", "9"],
    ["the first one, if the second one is unknown", "12 -", "12"],
    ["of none", "- -", ""],
  ]);

  itAnswers("sequence.sh", "is_copy_needed", [
    ["the first one, for the backup itself", "0 0 backup", "yes"],
    ["no later one, for the backup itself", "1 100 backup", "no"],
    ["each one, for all", "7 900 end", "yes"],
    ["the first one, for any moment", "0 0 1", "yes"],
    ["one that looked at or after the moment", "2 99 100", "yes"],
    ["not the next one", "3 100 100", "no"],
  ]);
});

describe("what is removed", () => {
  const backup = (name: string, chain: string, archived: number, trust = "authentic") =>
    `backup ${trust} ${name} ${chain} ${archived}`;
  const unclear = (name: string, trust: string) => `backup ${trust} ${name} `;
  const chain = (name: string, ...numbers: readonly number[]) => [
    `chain ${name}`,
    ...numbers.map((number) => `segment ${name} ${String(number).padStart(8, "0")}`),
  ];

  const CASES: readonly [about: string, keep: number, facts: readonly string[], goes: readonly string[]][] = [
    ["nothing of an empty store", 1, [], []],
    ["nothing of the only backup", 1, [backup("c", "c", 0), ...chain("c", 1, 2)], []],
    [
      "the oldest backup, and the segments before the others; a chain's last one stays",
      2,
      [backup("c", "a", 3), backup("b", "a", 2), backup("a", "a", 0), ...chain("a", 1, 2, 3)],
      ["backup a", "segment a 00000001", "segment a 00000002"],
    ],
    [
      "no segment that marks the end of the archive",
      1,
      [backup("b", "a", 2), backup("a", "a", 0), ...chain("a", 1, 2)],
      ["backup a", "segment a 00000001"],
    ],
    ["a chain that no backup needs", 1, [backup("c", "c", 0), ...chain("a", 1, 2), ...chain("c", 1)], ["chain a"]],
    [
      "no chain while a backup's manifest is changed: it may need any",
      1,
      [backup("c", "c", 0), unclear("b", "changed"), ...chain("a", 1, 2)],
      [],
    ],
    [
      "no chain that may belong to another stack",
      1,
      [backup("c", "c", 0), unclear("b", "foreign"), ...chain("b", 1)],
      [],
    ],
    [
      "no good backup in favour of a changed one",
      1,
      [unclear("c", "changed"), unclear("b", "missing"), backup("a", "a", 0), ...chain("a", 1)],
      [],
    ],
    [
      "a possible forgery before an authentic backup, however new it is",
      1,
      [backup("c", "c", 0, "unauthenticated"), backup("a", "a", 0), ...chain("a", 1), ...chain("c", 1)],
      ["backup c", "chain c"],
    ],
    [
      "nothing that the latest of two needs which the clock named in the other order",
      2,
      [backup("b", "a", 1), backup("a", "a", 3), ...chain("a", 1, 2, 3, 4)],
      ["segment a 00000001"],
    ],
    [
      "the other server's part of a chain only with its backups, after a failover that began another chain",
      2,
      [backup("b", "b", 0), backup("a", "a", 1), ...chain("a", 1, 2, 3), ...chain("b", 1)],
      ["segment a 00000001"],
    ],
    ["nothing after a gap in the numbers", 1, [backup("b", "a", 2), ...chain("a", 1, 5, 9)], ["segment a 00000001"]],
    ["no number that only looks octal", 1, [backup("b", "a", 8), ...chain("a", 8, 9, 10)], ["segment a 00000008"]],
  ];
  for (const [about, keep, facts, goes] of CASES) {
    it(about, async () => assert.deepEqual(await removed(keep, facts), goes));
  }

  it("never includes one of the newest authentic backups, nor a segment after one that stays", async function () {
    this.timeout(60_000);
    const store = fc.record({
      keep: fc.integer({ min: 1, max: 4 }),
      backups: fc.array(
        fc.record({
          trust: fc.constantFrom("authentic", "unauthenticated", "changed"),
          chain: fc.constantFrom("x", "y"),
          archived: fc.integer({ min: 0, max: 12 }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(store, async ({ keep, backups }) => {
        const named = backups.map((one, index) => ({ ...one, name: `b${backups.length - index}` }));
        const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
        const facts = [
          ...named.map(({ trust, name, chain, archived }) =>
            trust === "changed" ? unclear(name, trust) : backup(name, chain, archived, trust),
          ),
          ...chain("x", ...numbers),
          ...chain("y", ...numbers),
        ];
        const goes = await removed(keep, facts);
        const newest = named.filter(({ trust }) => trust === "authentic").slice(0, keep);
        for (const { name } of newest) assert.ok(!goes.includes(`backup ${name}`));
        for (const { name, chain, archived, trust } of named) {
          if (trust === "changed" || goes.includes(`backup ${name}`)) continue;
          assert.ok(!goes.includes(`chain ${chain}`));
          for (const number of numbers.filter((one) => one > archived)) {
            assert.ok(!goes.includes(`segment ${chain} ${String(number).padStart(8, "0")}`));
          }
        }
        for (const { name } of named.filter(({ trust }) => trust === "changed"))
          assert.ok(!goes.includes(`backup ${name}`));
      }),
      { numRuns: 60 },
    );
  });
});
