import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { goDuration, waitForHealth } from "../../components/healthcheck.ts";
import { untilTrue } from "../../engine/eventually.ts";

describe("durations", () => {
  for (const [seconds, text] of [
    [0.75, "750ms"],
    [1.75, "1.75s"],
    [2, "2s"],
    [59, "59s"],
    [60, "1m0s"],
    [120, "2m0s"],
  ] as const) {
    it(`${seconds} seconds are ${text} to the engine`, () => assert.equal(goDuration(seconds), text));
  }
});

for (const shell of ["bash", "sh"] as const) {
  describe(`a container's health check by ${shell}`, () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "foobar-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const mark = () => join(folder, "served");
    /** Runs the script as the engine does. */
    const run = (line: string, { watch = 60, longest = 3 } = {}) => {
      const [, program = "", flag = "", script = "", name = ""] = waitForHealth({ check: [], startPeriod: 1, shell })
        .healthcheck.tests;
      const args = [flag, script, name, mark(), `${watch}`, `${longest}`, "bash", "-c", line];
      return execa(program, args, { cwd: folder, reject: false });
    };

    it("reports the first success at once, so that `up` goes on", async () => {
      const { exitCode, stdout } = await run("echo it serves");
      assert.deepEqual([exitCode, stdout], [0, "it serves"]);
      assert.ok(existsSync(mark()));
    });

    it("reports a failure at once, with what the check says, and watches for the next success", async () => {
      writeFileSync(mark(), "");
      const { exitCode, stdout } = await run("echo why >&2; exit 7");
      assert.deepEqual([exitCode, stdout], [7, "why"]);
      assert.ok(!existsSync(mark()));
    });

    it("watches a container that serves with one process, and reports its failure", async () => {
      writeFileSync(mark(), "");
      const { exitCode } = await run("echo >>checks; [ $(wc -l <checks) -lt 2 ]");
      assert.equal(exitCode, 1);
      assert.ok(!existsSync(mark()));
    });

    it("is repeated after a pause that a container may have of its own", () => {
      const script = (pause?: number) =>
        waitForHealth({ check: [], startPeriod: 1, shell, ...(pause === undefined ? {} : { pause }) }).healthcheck
          .tests[3];
      assert.match(script() ?? "", /^PAUSE=2$/m);
      assert.equal(script(15), script()?.replace("PAUSE=2", "PAUSE=15"));
    });

    it("reports that it served all the while", async () => {
      writeFileSync(mark(), "");
      // A POSIX shell counts whole seconds, so that the last of them may be a short one.
      const { exitCode, stdout } = await run("echo >>checks; wc -l <checks", { watch: 3 });
      assert.equal(exitCode, 0);
      assert.ok(Number(stdout) >= 2, stdout);
    });

    it("reports a success at once beside a process that still watches, of which the engine may know nothing", async () => {
      writeFileSync(mark(), "");
      const watching = run("echo >>checks; [ ! -e stop ]");
      await untilTrue("no process watches", () => existsSync(join(folder, "checks")) && !existsSync(mark()), 5);
      assert.equal((await run("true")).exitCode, 0);
      writeFileSync(join(folder, "stop"), "");
      assert.equal((await watching).exitCode, 1);
    });

    it("takes a check that hangs for a failure", async () => {
      writeFileSync(mark(), "");
      const { exitCode } = await run("sleep 20", { longest: 0.2 });
      assert.notEqual(exitCode, 0);
    });
  });
}
