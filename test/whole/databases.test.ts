import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { serviceOf } from "../../operations/stack/find.ts";
import { isHardened } from "../hardened.ts";
import {
  databasesOfProject,
  describeProject,
  drill,
  measured,
  notDrifted,
  post as postOne,
  seconds,
  up,
} from "../site.ts";

/** The kinds of replication that the stack goes through, and the drills of each. */
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

describeProject("the databases, in every way to replicate, against one real stack", (project) => {
  const nodes = async () => {
    const { names, ...databases } = await databasesOfProject(project());
    return { databases, names };
  };

  const CONTENT = "SELECT COUNT(*), SUM(id), BIT_XOR(CRC32(text)) FROM foobar.messages";

  const post = async (messages: number) => {
    for (let number = 0; number < messages; number++) await postOne(project(), `kept ${number}`);
  };

  let content: string[][] | undefined;

  for (const { mode, settings, drills } of MODES) {
    it(`${mode}: comes up with its former data on every member`, async () => {
      await project().configure({ "foobar:mysql": { primary: "server1", ...settings } });
      const start = performance.now();
      await up(project());
      measured(`up ${mode}=${seconds(start)}`);
      const { databases, names } = await nodes();
      const present = await databases.ask(await databases.primary(), CONTENT);
      if (content !== undefined) assert.deepEqual(present, content);
      await post(20);
      content = await databases.ask(await databases.primary(), CONTENT);
      for (const name of names) {
        await eventually(async () => assert.deepEqual(await databases.ask(name, CONTENT), content, name), 30);
      }
    });

    it(`${mode}: changes nothing at the second up`, () => up(project(), "--expect-no-changes").then(() => {}));

    it(`${mode}: has hardened containers that connect as planned`, () => isHardened(project()));

    for (const name of drills) it(`${mode}: database-${name}`, () => drill(project(), `database-${name}`));
  }

  it("changes sizes while it runs", async () => {
    const ids = async () => {
      const { containers } = await project().inventory();
      return containers.filter(({ name }) => /^mysql-server\d$/.test(serviceOf(name))).map(({ id }) => id);
    };
    const before = await ids();
    await project().configure({ "foobar:mysql": { primary: "server1", replication: "async", bufferPoolMb: 128 } });
    await up(project());
    const { databases, names } = await nodes();
    const sizes = async (name: string) => databases.ask(name, "SELECT @@innodb_buffer_pool_size DIV 1048576");
    for (const name of names) await eventually(async () => assert.deepEqual(await sizes(name), [["128"]]), 30);
    assert.deepEqual(await ids(), before, "containers were replaced");
  });

  it("has not drifted after all of this", () => notDrifted(project()));
});
