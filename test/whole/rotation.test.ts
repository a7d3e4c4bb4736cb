import assert from "node:assert/strict";
import { inspect } from "../project.ts";
import { rotateUnderLoad } from "../rotation.ts";
import { containersOf, databasesOfProject, describeProject, post, succeed, unchanged, up } from "../site.ts";

const ACCOUNTS = ["application", "replication", "steward", "backup", "monitoring", "root"];
const SECRETS = [...ACCOUNTS, "statistics", "backupKey"];

describeProject("the secrets of a stack in use", (project) => {
  const ids = async () => {
    const { names } = await databasesOfProject(project());
    return Promise.all(names.map(async (name) => (await inspect(project(), name)).Id));
  };
  const generation = async (name: string) => {
    const [, number] = new RegExp(`^${name} +generation (\\d+) `, "m").exec(await succeed(project(), "rotate")) ?? [];
    return Number(number);
  };

  it("come up in their first generation", async () => {
    await project().configure({ "foobar:mysql": { primary: "server1", backup: {} } });
    await up(project());
    await post(project(), "before the rotation");
    for (const name of SECRETS) assert.equal(await generation(name), 1, name);
  });

  it("are not rotated while a database is down, which would miss it", async () => {
    await (await containersOf(project())).whileStopped("mysql-server2", async () => {
      const { exitCode, output } = await project().npm("rotate", ["application", "--yes"]);
      assert.equal(exitCode, 1);
      assert.match(output, /nothing was rotated.*server2: it does not answer/s);
    });
    assert.equal(await generation("application"), 1);
  });

  it("are all replaced without a failed request, and no database is", async () => {
    const before = await ids();
    const said = await rotateUnderLoad(project(), "rotate", ...SECRETS);
    for (const name of ACCOUNTS) {
      assert.match(said, new RegExp(`${name}: generation 2; every database refuses the one before`));
    }
    assert.match(said, /statistics: generation 2; every load balancer refuses the one before/);
    assert.match(said, /backupKey: generation 2 for new backups/);
    assert.deepEqual(await ids(), before);
    await unchanged(project());
  });

  it("are certificates, too, whose renewal and each step to another authority fail no request", async () => {
    const before = await ids();
    await rotateUnderLoad(project(), "rotate", "certificates");
    for (const next of [/every certificate is signed by the new key/, /the old key is deleted/, /^/]) {
      assert.match(await rotateUnderLoad(project(), "ca", "replace", "--step"), next);
    }
    assert.deepEqual(await ids(), before);
  });

  for (const names of [["application"], ["root", "statistics", "backupKey"]]) {
    it(`are replaced once if the rotation of ${names.join(", ")} is killed, by the same command`, async () => {
      const before = await Promise.all(names.map(generation));
      const killed = project().start("rotate", [...names, "--yes"]);
      await killed.seen(/agent-server1-secrets-v1 .*(updat|replac)/);
      await killed.signal("SIGKILL");
      await killed.ended;
      const said = await rotateUnderLoad(project(), "rotate", ...names);
      assert.match(said, new RegExp(`the last rotation was interrupted, and is finished: ${names.join(", ")}`));
      assert.deepEqual(
        await Promise.all(names.map(generation)),
        before.map((number) => number + 1),
      );
      for (const name of names.filter((one) => one !== "backupKey")) {
        assert.match(said, new RegExp(`${name}: generation \\d+; every \\w+( \\w+)? refuses the one before`));
      }
    });
  }

  it("leave the data as it was, and backups of every key can be read", async () => {
    const { ask, names } = await databasesOfProject(project());
    for (const name of names) {
      assert.deepEqual(await ask(name, "SELECT COUNT(*) FROM foobar.messages WHERE text = 'before the rotation'"), [
        ["1"],
      ]);
    }
    await succeed(project(), "backup");
    assert.doesNotMatch(await succeed(project(), "backups"), /changed|another key/);
  });
});
