import assert from "node:assert/strict";
import { appendFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { TRAFFIC } from "../../drills/drills.ts";
import { exampleSettings } from "../examples.ts";
import { createProject, missing, type TestProject, UNSEEN } from "./project.ts";

/** Short and light: what a release costs does not hang on how long it is looked at. */
const SHORT = ["--seconds", "8", "--rate", "50"];

const OF_A_PAIR = ["kill-haproxy", "pause-haproxy", "release-haproxy", "release-haproxy-image"];
/** Another image is rolled out as other files are, and one is tried in the pair; `npm run drill -- all` runs them all. */
const alone = TRAFFIC.map(({ name }) => name).filter((name) => !name.endsWith("-image"));

describe("the drills, short, against real stacks", function () {
  this.timeout("6m");
  this.bail(true);
  let project: TestProject;

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, all of the drills: ${reason}`);
      this.skip();
    }
    project = await createProject();
  });

  after(async () => {
    await project?.remove();
  });

  const up = async () => {
    const { exitCode, output } = await project.npm("up", UNSEEN);
    assert.equal(exitCode, 0, output);
  };

  /** Runs a drill: it may cost what it may cost, but its time, which is the machine's, is only printed. */
  const drill = async (name: string) => {
    const { stdout, output } = await project.npm("drill", [name, ...SHORT]);
    const line = /^drill=\S+ requests=\d+ failed=\d+ duplicated=\d+ gap_ms=\d+$/m.exec(stdout)?.[0];
    assert.ok(line, output);
    console.log(`      measured ${line}`);
    const complaints = output.split("\n").filter((text) => text.includes(" not passed: ") && !/\bgap/.test(text));
    assert.deepEqual(complaints, [], output);
  };

  it("needs a stack that is up", async () => {
    const { exitCode, output } = await project.npm("drill", ["kill-nginx", ...SHORT]);
    assert.equal(exitCode, 1, output);
    assert.match(output, /is not up/);
    await up();
  });

  for (const name of alone) it(name, () => drill(name));

  it("goes back to the release before by one command", async () => {
    const release = async () => {
      const response = await fetch(`${project.url}/version`);
      return ((await response.json()) as { release: string }).release;
    };
    const before = await release();
    const files = join(project.folder, "my-app");
    await cp(join(project.folder, "app/dist"), files, { recursive: true });
    await appendFile(join(files, "server.cjs"), "\n");
    const own = { files: "./my-app", command: ["node", "/app/./server.cjs"], staticFiles: "./app/static" };
    await project.configure({ "foobar:application": own });
    await up();
    assert.notEqual(await release(), before);
    const { exitCode, output } = await project.npm("rollback");
    assert.equal(exitCode, 0, output);
    assert.equal(await release(), before);
  });

  it("moves to a pair", async () => {
    const [port, statsPort, pairPort, pairStatsPort] = project.ports;
    const text = JSON.stringify(exampleSettings("pair")["foobar:loadBalancer"]);
    const loadBalancer = JSON.parse(project.slot.moved(text));
    const pair = { port: pairPort, statsPort: pairStatsPort };
    await project.configure({ "foobar:loadBalancer": { ...loadBalancer, port, statsPort, pair } });
    await up();
  });

  for (const name of OF_A_PAIR) it(`${name} of a pair`, () => drill(name));
});
