import assert from "node:assert/strict";
import { inspect } from "../project.ts";
import { rotateUnderLoad } from "../rotation.ts";
import { databasesOfProject, describeProject, drill, killAndRecover, post, unchanged, up } from "../site.ts";

/** A group is where members prove to each other who they are, with certificates and passwords, whenever one comes back. */
describeProject("what is renewed while a group is at work", (project) => {
  it("comes up", async () => {
    await project().configure({ "foobar:mysql": { replication: "group" } });
    await up(project());
  });

  it("are certificates, which databases and load balancers take while they run, and no visitor by HTTPS notices", () =>
    drill(project(), "renew-certificates"));

  it("lets a member come back, whom the others believe by its renewed certificate", async () => {
    await killAndRecover(project(), "mysql-server2");
    await post(project(), "with renewed certificates");
    await unchanged(project());
  });

  it("are passwords, which no visitor notices and no database is replaced for", async () => {
    const { names, ask, primary } = await databasesOfProject(project());
    const ids = () => Promise.all(names.map(async (name) => (await inspect(project(), name)).Id));
    const [before, first] = [await ids(), await primary()];
    const said = await rotateUnderLoad(project(), "rotate", "replication", "root", "application");
    assert.match(said, /replication: generation 2; every database refuses the one before/);
    assert.deepEqual(await ids(), before);
    assert.equal(await primary(), first);
    for (const name of names) {
      const rows = await ask(
        name,
        "SELECT user FROM mysql.user WHERE JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password')",
      );
      assert.deepEqual(rows, [], name);
    }
  });

  it("lets a member come back, whom the others believe by the new password", async () => {
    await killAndRecover(project(), "mysql-server2");
    await post(project(), "with new passwords");
    await unchanged(project());
  });
});
