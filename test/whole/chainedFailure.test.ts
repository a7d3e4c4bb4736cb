import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { docker } from "../engine.ts";
import { inspect } from "../project.ts";
import { describeProject, drill, succeed, up } from "../site.ts";

const OPEN = `MYSQL_PWD=$(cat /run/secrets/root-password) mysql --user=root \\
  --execute="SET GLOBAL super_read_only = OFF, GLOBAL read_only = OFF"`;

describeProject("databases that fail one after the other, on one real stack", (project) => {
  const moveTo = async (mysql: object) => {
    await project().configure({ "foobar:mysql": { primary: "server1", ...mysql } });
    await up(project());
  };

  /** Runs the drill, which leaves the stack healthy and with its former primary. */
  const chainedFailure = async () => {
    await drill(project(), "database-chained-failure");
    assert.match(await succeed(project(), "database", "status"), /^server1 +takes writes/m);
  };

  it("semisync: every acknowledged row survives", async () => {
    await moveTo({ replication: "semisync", withoutReplica: "wait" });
    await chainedFailure();
  });

  it("two writers are reported by status, controller and drills", async () => {
    const agent = await inspect(project(), "agent-server2");
    await docker("pause", agent.Id);
    await docker("exec", (await inspect(project(), "mysql-server2")).Id, "sh", "-c", OPEN);
    const { exitCode, stdout } = await project().npm("database", ["status"]);
    assert.equal(exitCode, 1, stdout);
    assert.match(
      stdout,
      /^server2 +takes writes.*\n +out of its place: it takes writes, and replicates from mysql-server1/m,
    );
    assert.match(stdout, /^server1 +takes writes.*\n +out of its place: it takes writes, and so does mysql-server2/m);
    const health = (expected: string) =>
      eventually(async () => {
        const { State } = await inspect(project(), "mysql-steward");
        if (State.Health?.Status !== expected) throw new Error(`the controller is ${State.Health?.Status}`);
      }, 120);
    await health("unhealthy");
    const { output } = await project().npm("drill", ["kill-nginx"]);
    assert.match(
      output,
      /not healthy: .*mysql-server2 takes writes, and replicates from .*mysql-server1 takes writes, and so/,
    );

    await docker("unpause", agent.Id);
    await health("healthy");
    await succeed(project(), "database", "status");
  });

  it("group: every acknowledged row survives", async () => {
    await moveTo({ replication: "group" });
    await chainedFailure();
  });
});
