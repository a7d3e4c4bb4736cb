import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_ENDPOINT } from "../../config/schema.ts";
import { engineClient } from "../../preflight/engine.ts";
import { configOf } from "../../stack/configuration.ts";
import { stackContainers } from "../../stack/containers.ts";
import { type Databases, databasesOf } from "../../stack/databases.ts";
import { planTopology } from "../../topology.ts";
import { createProject, eventually, missing, type TestProject, UNSEEN } from "./project.ts";

const SHORT = ["--seconds", "8", "--rate", "100"];

/** The ways to replicate that the stack goes through, and what is done to it in each. */
const MODES = [
  {
    mode: "group",
    settings: { replication: "group" },
    drills: ["kill-primary", "partition-primary", "stop-primary", "kill-all"],
  },
  {
    mode: "semisync-wait",
    settings: { replication: "semisync", withoutReplica: "wait" },
    drills: ["pause-replicas", "switchover"],
  },
  { mode: "async", settings: { replication: "async" }, drills: ["kill-primary"] },
] as const;

describe("the databases, in every way to replicate, against one real stack", function () {
  this.timeout("6m");
  this.bail(true);
  let project: TestProject;
  const stopWaiting = new AbortController();

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, all of the databases: ${reason}`);
      this.skip();
    }
    project = await createProject();
  });

  after(async () => {
    stopWaiting.abort();
    await project?.remove();
  });

  const up = async (...args: string[]) => {
    const { exitCode, output } = await project.npm("up", [...UNSEEN, ...args]);
    assert.equal(exitCode, 0, output);
  };

  /** Runs a drill: it may lose nothing, but its times, which are the machine's, are only printed. */
  const drill = async (name: string, mode: string) => {
    const { stdout, output } = await project.npm("drill", [`database-${name}`, ...SHORT]);
    const figures = /^drill=\S+ mode=(\S+) acked=(\d+) lost=(\d+) duplicated=(\d+) gap_ms=\d+ redundant_after_ms=\d+$/m;
    const [line, inMode, acked, lost, duplicated] = figures.exec(stdout) ?? [];
    assert.ok(line, output);
    console.log(`      measured ${line}`);
    assert.deepEqual([inMode, lost, duplicated], [mode, "0", "0"], output);
    assert.ok(Number(acked) > 0, output);
    const complaints = output.split("\n").filter((text) => / not passed: (?!\w+ is \d+, past)/.test(text));
    assert.deepEqual(complaints, [], output);
  };

  /** The databases as the stack's file has them now. */
  const nodes = async (): Promise<{ databases: Databases; names: string[] }> => {
    const file = await readFile(join(project.folder, `Pulumi.${project.stack}.yaml`), "utf8");
    const topology = planTopology(configOf("foobar", project.stack, file));
    const containers = stackContainers(engineClient(LOCAL_ENDPOINT), topology, stopWaiting.signal);
    return { databases: databasesOf(containers, topology), names: topology.cluster.databases.map(({ name }) => name) };
  };

  const CONTENT = "SELECT COUNT(*), SUM(id), BIT_XOR(CRC32(text)) FROM foobar.messages";

  const post = async (messages: number) => {
    for (let number = 0; number < messages; number++) {
      const response = await fetch(`${project.url}/api/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ author: "test", text: `kept ${number}` }),
      });
      assert.equal(response.status, 201, await response.text());
    }
  };

  let content: string[][] | undefined;

  for (const { mode, settings, drills } of MODES) {
    it(`${mode}: comes up with the data that it had, on every member`, async () => {
      await project.configure({ "foobar:mysql": { primary: "server1", ...settings } });
      const start = performance.now();
      await up();
      console.log(`      measured up ${mode} ms=${Math.round(performance.now() - start)}`);
      const { databases, names } = await nodes();
      const present = await databases.ask(await databases.primary(), CONTENT);
      if (content !== undefined) assert.deepEqual(present, content);
      await post(20);
      content = await databases.ask(await databases.primary(), CONTENT);
      for (const name of names) {
        await eventually(async () => assert.deepEqual(await databases.ask(name, CONTENT), content, name), 30);
      }
    });

    it(`${mode}: changes nothing at the second up`, () => up("--expect-no-changes"));

    for (const name of drills) it(`${mode}: database-${name}`, () => drill(name, mode));
  }

  it("takes other sizes while it runs", async () => {
    const ids = async () => {
      const { containers } = await project.inventory();
      return containers.filter(({ name }) => /^mysql-server\d-[0-9a-f]{7}$/.test(name)).map(({ id }) => id);
    };
    const before = await ids();
    await project.configure({ "foobar:mysql": { primary: "server1", replication: "async", bufferPoolMb: 128 } });
    await up();
    const { databases, names } = await nodes();
    const sizes = async (name: string) => databases.ask(name, "SELECT @@innodb_buffer_pool_size DIV 1048576");
    for (const name of names) await eventually(async () => assert.deepEqual(await sizes(name), [["128"]]), 30);
    assert.deepEqual(await ids(), before, "containers were replaced");
  });

  it("has not drifted, whatever was done to it", async () => {
    const { exitCode, output } = await project.pulumi(["refresh", "--yes", "--expect-no-changes"]);
    assert.equal(exitCode, 0, output);
  });
});
