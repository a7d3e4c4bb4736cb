import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { inspect } from "../project.ts";
import { rotateUnderLoad } from "../rotation.ts";
import { containersOf, databasesOfProject, describeProject, post, up } from "../site.ts";

const ACCOUNTS = ["application", "replication", "steward", "backup", "monitoring", "root"];

describeProject("the passwords of a group in use", (project) => {
  it("are all replaced without a failed request, and no database is", async () => {
    await project().configure({ "foobar:mysql": { primary: "server1", replication: "group" } });
    await up(project());
    await post(project(), "before the rotation");
    const { names, primary } = await databasesOfProject(project());
    const ids = () => Promise.all(names.map(async (name) => (await inspect(project(), name)).Id));
    const before = await ids();
    const said = await rotateUnderLoad(project(), "rotate", ...ACCOUNTS);
    for (const name of ACCOUNTS) {
      assert.match(said, new RegExp(`${name}: generation 2; every database refuses the one before`));
    }
    assert.deepEqual(await ids(), before);
    assert.equal(await primary(), "mysql-server1", "the configured member has its place back");
  });

  it("wait for a member that is catching up, when the rotation is killed and made again", async () => {
    const killed = project().start("rotate", ["replication", "--yes"]);
    await killed.seen(/agent-server1-secrets-v1 .*(updat|replac)/);
    await killed.signal("SIGKILL");
    await killed.ended;
    // It leaves the group, and comes back while the rotation goes on.
    const containers = await containersOf(project());
    await containers.kill(["mysql-server2"]);
    const said = await eventually(
      async () => {
        const { exitCode, output } = await project().npm("rotate", ["replication", "--yes"]);
        assert.equal(exitCode, 0, output);
        return output;
      },
      120,
      { everySeconds: 5 },
    );
    assert.match(said, /replication: generation 3; every database refuses the one before/);
  });

  it("leave the data as it was", async () => {
    const { ask, names } = await databasesOfProject(project());
    for (const name of names) {
      assert.deepEqual(await ask(name, "SELECT COUNT(*) FROM foobar.messages WHERE text = 'before the rotation'"), [
        ["1"],
      ]);
    }
  });
});
