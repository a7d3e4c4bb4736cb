import assert from "node:assert/strict";
import { inspect } from "../project.ts";
import { rotateUnderLoad } from "../rotation.ts";
import { containersOf, databasesOfProject, describeProject, post, succeed, unchanged, up } from "../site.ts";

describeProject("the secrets of a stack in use", (project) => {
  it("come up in their first generation", async () => {
    await project().configure({ "foobar:mysql": { primary: "server1", backup: {} } });
    await up(project());
    await post(project(), "before the rotation");
    const list = await succeed(project(), "rotate");
    assert.match(list, /^application +generation 1 /m);
    assert.match(list, /^backupKey +generation 1 /m);
  });

  it("are not rotated while a database is down, which would miss it", async () => {
    await (await containersOf(project())).whileStopped("mysql-server2", async () => {
      const { exitCode, output } = await project().npm("rotate", ["application", "--yes"]);
      assert.equal(exitCode, 1);
      assert.match(output, /nothing was rotated.*server2: it does not answer/s);
    });
    assert.match(await succeed(project(), "rotate"), /^application +generation 1 /m);
  });

  it("are all replaced without a failed request, and no database is", async () => {
    const { names } = await databasesOfProject(project());
    const ids = () => Promise.all(names.map(async (name) => (await inspect(project(), name)).Id));
    const before = await ids();
    const said = await rotateUnderLoad(project(), "all");
    for (const name of ["application", "replication", "steward", "backup", "monitoring", "root"]) {
      assert.match(said, new RegExp(`${name}: generation 2; every database refuses the one before`));
    }
    assert.match(said, /backupKey: generation 2 for new backups/);
    assert.deepEqual(await ids(), before);
    await unchanged(project());
  });

  it("are replaced by the next command if a rotation is killed, and only once", async () => {
    const killed = project().start("rotate", ["application", "--yes"]);
    await killed.seen(/app-server1/);
    await killed.signal("SIGKILL");
    await killed.ended;
    const said = await rotateUnderLoad(project(), "application");
    assert.match(said, /the last rotation was interrupted, and is finished: application/);
    assert.match(said, /application: generation 3; every database refuses the one before/);
    assert.match(await succeed(project(), "rotate"), /^application +generation 3 /m);
  });

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
