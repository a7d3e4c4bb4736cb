import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { startLoad } from "../../operations/drills/traffic/load.ts";
import { failuresOf, isSuccess } from "../../operations/drills/traffic/measure.ts";
import { inspect } from "../project.ts";
import {
  databasesOfProject,
  describeProject,
  drill,
  killAndRecover,
  measured,
  post,
  seconds,
  unchanged,
  up,
} from "../site.ts";

const ACCOUNTS = ["root", "application", "replication", "steward"];

/** A group is where members prove to each other who they are, with certificates and passwords, whenever one comes back. */
describeProject("what is renewed while a group is at work", (project) => {
  const password = (account: string) =>
    `urn:pulumi:${project().stack}::foobar::foobar:index:MysqlCluster$random:index/randomPassword:RandomPassword::mysql-${account}-password`;

  it("comes up", async () => {
    await project().configure({ "foobar:mysql": { replication: "group" } });
    await up(project());
  });

  it("are certificates, which databases take while they run", () => drill(project(), "renew-certificates"));

  it("lets a member come back, whom the others believe by its renewed certificate", async () => {
    await killAndRecover(project(), "mysql-server2");
    await post(project(), "with renewed certificates");
    await unchanged(project());
  });

  it("are passwords, which no visitor notices and no database is replaced for", async () => {
    const { names, ask } = await databasesOfProject(project());
    const ids = () => Promise.all(names.map(async (name) => (await inspect(project(), name)).Id));
    const before = await ids();
    for (const account of ACCOUNTS) {
      const { exitCode, output } = await project().pulumi(["state", "unprotect", "--yes", password(account)]);
      assert.equal(exitCode, 0, output);
    }
    const load = startLoad({ url: project().url, rate: 20, maxSeconds: 300, run: "passwords" });
    const start = performance.now();
    try {
      await up(project(), ...ACCOUNTS.flatMap((account) => ["--replace", password(account)]));
    } finally {
      await load.stop();
    }
    const failed = load.answers.filter((answer) => !isSuccess(answer)).length;
    measured(`passwords=${seconds(start)} requests=${load.answers.length} failed=${failed}`);
    assert.equal(failed, 0, failuresOf(load.answers));
    assert.deepEqual(await ids(), before);
    // Asked as root, with the password that the files have now.
    for (const name of names) {
      await eventually(async () => {
        const rows = await ask(
          name,
          "SELECT user FROM mysql.user WHERE JSON_CONTAINS_PATH(User_attributes, 'one', '$.additional_password') ORDER BY user",
        );
        assert.deepEqual(rows.flat(), ["application", "replication", "steward"], name);
      }, 30);
    }
  });
});
