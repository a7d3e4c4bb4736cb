import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { EVERYDAY, patternsIn } from "../../operations/tests/files.ts";
import { testNeeds } from "../../operations/tests/needs.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const workflow = (name: string) => parse(readFileSync(`${ROOT}/.github/workflows/${name}.yml`, "utf8"));

describe("the workflows", () => {
  it("run every test each night, each file of whole stacks on a machine of its own", () => {
    const whole = readdirSync(`${ROOT}/test/whole`).filter((name) => name.endsWith(".test.ts"));
    const parts: string[] = workflow("nightly").jobs.test.strategy.matrix.part;
    assert.deepEqual(parts.toSorted(), [...patternsIn(EVERYDAY), ...whole.map((name) => `test/whole/${name}`)].sort());
  });

  it("run every everyday test for a change", () => {
    const { unit, integration } = workflow("ci").jobs;
    const named = [unit, integration].flatMap(({ steps }: { steps: { run?: string }[] }) =>
      steps.flatMap(({ run }) => [...(run ?? "").matchAll(/'([^']+)'/g)].map(([, pattern = ""]) => pattern)),
    );
    assert.deepEqual(named.sort(), patternsIn(EVERYDAY).sort());
  });
});

describe("a test file that is run alone", () => {
  it("needs nothing of the machine if it uses nothing", async () => {
    assert.deepEqual(await testNeeds(["test/unit/config.test.ts"]), { engine: false, cli: false });
  });

  it("needs an engine if it runs a container, and the CLI if it runs a stack", async () => {
    assert.deepEqual(await testNeeds(["test/programs/nginxBehaviour.test.ts"]), { engine: true, cli: false });
    assert.deepEqual(await testNeeds(["test/integration/life.test.ts"]), { engine: true, cli: true });
    const monitored = { engine: true, cli: false, monitoring: true };
    assert.deepEqual(await testNeeds(["test/programs/monitoring.test.ts"]), monitored);
  });

  it("may be given by a pattern", async () => {
    assert.deepEqual(await testNeeds(["test/integration/*.test.ts"]), { engine: true, cli: true });
  });

  it("is named in the error if it does not exist", async () => {
    await assert.rejects(testNeeds(["test/unit/nothing.test.ts"]), /there is no test file test\/unit\/nothing.test.ts/);
  });
});
