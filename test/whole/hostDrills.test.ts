import assert from "node:assert/strict";
import { HOST_FAULTS } from "../../operations/drills/hosts/faults.ts";
import { describeMachines, onThree } from "../hosts/site.ts";
import { quietly } from "../quiet.ts";
import { measured, succeed, up } from "../site.ts";

/** The machines as the stack names them, in the order in which they are hit. */
const HIT = ["lb1+arbiter", "server1", "server2"];
/** 30 requests and 30 rows per second: all three machines share the cores of this one. */
const LOAD = ["--seconds", "8", "--rate", "60"];
/** wipe-host has other people's steps in it. */
const DRILLS = HOST_FAULTS.filter(({ isEmptied }) => !isEmptied).map(({ name }) => name);
/** Complaints that depend on the speed of this machine, which is all three at once. */
const PAST_ITS_TIME = / not passed: \S+: (?:gap_ms|write_gap_ms|whole_after_ms|failed) is \d+, past/;
/** The largest share of requests that may fail, even on a slow machine. */
const MOST_FAILED = 0.05;

describeMachines("a stack on three machines, of which any one fails", (project, hosts) => {
  it("comes up", async () => {
    await project().configure(onThree(hosts()));
    await up(project());
  });

  it("is not drilled without a program that has power over its machines", async () => {
    const { exitCode, output } = await project().npm("drill", ["kill-host"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /drill=kill-host skipped: it needs --machines PROGRAM/);
    const { output: lists } = await project().npm("drill", ["list", "--machines", hosts().machines]);
    assert.match(lists, /\nkill-host\n.*\n +lb1\+arbiter, server1, server2: failed <= 0\.1 % of requests/);
    assert.match(lists, /\nwipe-host\n.*\n +it needs --repair PROGRAM/);
  });

  for (const name of DRILLS) {
    it(`${name}: loses no row, and is whole again without a hand`, async () => {
      const { stdout, output } = await quietly(() =>
        project().npm("drill", [name, "--machines", hosts().machines, "--yes", ...LOAD]),
      );
      const lines = stdout.match(/^drill=.*$/gm) ?? [];
      for (const line of lines) measured(line);
      assert.deepEqual(
        lines.map((line) => /^drill=(\S+ host=\S+) /.exec(line)?.[1]),
        HIT.map((host) => `${name} host=${host}`),
        output,
      );
      for (const line of lines) {
        assert.match(line, / acked=[1-9]\d* lost=0 duplicated=0 /, output);
        const [, requests, failed] = / requests=(\d+) failed=(\d+) /.exec(line) ?? [];
        assert.ok(Number(failed) <= Number(requests) * MOST_FAILED, output);
      }
      const complaints = output.split("\n").filter((line) => / not passed: /.test(line) && !PAST_ITS_TIME.test(line));
      assert.deepEqual(complaints, [], output);
    });
  }

  it("is unchanged", () => succeed(project(), "preview", "--expect-no-changes"));
});
