import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_ENDPOINT } from "../../config/schema.ts";
import { engineClient } from "../../preflight/engine.ts";
import { configOf } from "../../stack/configuration.ts";
import { stackContainers } from "../../stack/containers.ts";
import { databasesOf } from "../../stack/databases.ts";
import { planTopology } from "../../topology.ts";
import { createProject, eventually, missing, type TestProject, UNSEEN } from "./project.ts";

const CONTENT = "SELECT COUNT(*), BIT_XOR(CRC32(CONCAT(id, text))) FROM foobar.messages";

describe("backups, against one real stack", function () {
  this.timeout("6m");
  this.bail(true);
  let project: TestProject;
  const stopWaiting = new AbortController();

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, all of the backups: ${reason}`);
      this.skip();
    }
    project = await createProject();
  });

  after(async () => {
    stopWaiting.abort();
    await project?.remove();
  });

  const succeeds = async (script: string, ...args: string[]) => {
    const { exitCode, stdout, output } = await project.npm(script, args);
    assert.equal(exitCode, 0, output);
    return stdout;
  };

  /** The databases as the stack's file has them now, asked past the application. */
  const databases = async () => {
    const file = await readFile(join(project.folder, `Pulumi.${project.stack}.yaml`), "utf8");
    const topology = planTopology(configOf("foobar", project.stack, file));
    const containers = stackContainers(engineClient(LOCAL_ENDPOINT), topology, stopWaiting.signal);
    const names = topology.cluster.databases.map(({ name }) => name);
    return { names, ...databasesOf(containers, topology) };
  };

  const askPrimary = async (statement: string) => {
    const { primary, ask } = await databases();
    return ask(await primary(), statement);
  };

  const post = async (messages: number, text: string) => {
    for (let number = 0; number < messages; number++) {
      const response = await fetch(`${project.url}/api/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ author: "test", text: `${text} ${number}` }),
      });
      assert.equal(response.status, 201, await response.text());
    }
  };

  let backup = "";

  it("are taken of a stack that asks for them", async () => {
    await project.configure({ "foobar:mysql": { backup: { archiveSeconds: 5 } } });
    await succeeds("up", ...UNSEEN);
    await succeeds("up", ...UNSEEN, "--expect-no-changes");
  });

  it("are taken when somebody wants one, and listed", async () => {
    await post(20, "in the backup");
    const [name = "", size, seconds] = (await succeeds("backup")).trim().split(/ {2,}/);
    console.log(`      measured backup size=${size} took=${seconds}`);
    backup = name;
    const listed = (await succeeds("backups")).split("\n").find((line) => line.startsWith(backup));
    assert.match(listed ?? "", /checked, 20 rows +encrypted/);
  });

  it("are not restored where what is wanted is not there, and nothing changes", async () => {
    const refused = async (pattern: RegExp, ...args: string[]) => {
      const { exitCode, output } = await project.npm("restore", [...args, "--yes"]);
      assert.equal(exitCode, 1, output);
      assert.match(output, pattern);
    };
    await refused(/the archive does not have 2020-01-01.*\n +allowed: +a moment from /, "--to", "2020-01-01T00:00:00Z");
    await refused(new RegExp(`there is no backup ${backup}x; did you mean ${backup}\\?`), "--name", `${backup}x`);
    await succeeds("up", ...UNSEEN, "--expect-no-changes");
  });

  it("bring back the data as they were the moment before a table was dropped, on every member", async () => {
    await post(30, "in the archive");
    const before = await askPrimary(CONTENT);
    assert.equal(before[0]?.[0], "50");
    const [[moment = ""] = []] = await askPrimary("SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ')");
    await post(10, "too late");
    await askPrimary("DROP TABLE foobar.messages");

    const start = performance.now();
    const { exitCode, output } = await project.npm("restore", ["--to", moment, "--yes"]);
    assert.equal(exitCode, 0, output);
    console.log(`      measured restore rows_before=50 rows_after=${(await askPrimary(CONTENT))[0]?.[0]}`);
    console.log(`      measured restore seconds=${((performance.now() - start) / 1000).toFixed(1)}`);
    assert.match(output, /messages +rows now: no table, restored: 50/);

    const { names, ask } = await databases();
    for (const name of names) {
      await eventually(async () => assert.deepEqual(await ask(name, CONTENT), before, name), 30);
    }
    await post(1, "after the restore");
    await succeeds("up", ...UNSEEN, "--expect-no-changes");
  });

  it("keep the data that they replaced, and put them back", async () => {
    await succeeds("restore", "--undo", "--yes");
    const tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'foobar'";
    assert.deepEqual(await askPrimary(tables), [["0"]]);
  });
});
