import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnsOf } from "../../operations/session/columns.ts";
import { outputFile } from "../../operations/session/outputFile.ts";

describe("the file for an output", () => {
  it("is refused in a folder that does not exist, which is not made", () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    try {
      assert.equal(outputFile(join(folder, "x.svg")), join(folder, "x.svg"));
      assert.throws(() => outputFile(join(folder, "a/b/x.svg")), /a\/b is no folder[\s\S]*allowed:/);
      assert.equal(existsSync(join(folder, "a")), false);
      assert.throws(() => outputFile(folder), /is a folder\n/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the columns of an output", () => {
  it("are the terminal's, else those of COLUMNS, else the usual ones", () => {
    const terminal = { isTTY: true, columns: 72 };
    const pipe = { isTTY: false, columns: 0 };
    assert.equal(columnsOf(terminal, 100, "132"), 72);
    assert.equal(columnsOf(pipe, 100, "132"), 132);
    for (const said of [undefined, "", "0", "-5", "wide", "1e9"]) assert.equal(columnsOf(pipe, 100, said), 100);
  });
});
