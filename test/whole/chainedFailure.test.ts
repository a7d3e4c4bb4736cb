import assert from "node:assert/strict";
import { CONFIG_FOLDER } from "../../components/mysqlCluster/node.ts";
import { eventually } from "../../engine/eventually.ts";
import { docker } from "../engine.ts";
import { inspect } from "../project.ts";
import { describeProject, drill, succeed, up } from "../site.ts";

/** Sends a signal to node.sh, from inside a database's container. */
const SIGNAL = `for process in /proc/[0-9]*; do
  if [ "$(tr '\\0' ' ' <"$process/cmdline")" = "bash ${CONFIG_FOLDER}/node.sh " ]; then kill -"$0" "\${process#/proc/}"; fi
done`;
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

  it("two writers are reported by status, controller, health and drills", async () => {
    const { Id } = await inspect(project(), "mysql-server2");
    await docker("exec", Id, "sh", "-c", SIGNAL, "STOP");
    await docker("exec", Id, "sh", "-c", OPEN);
    const { exitCode, stdout } = await project().npm("database", ["status"]);
    assert.equal(exitCode, 1, stdout);
    assert.match(
      stdout,
      /^server2 +takes writes.*\n +out of its place: it takes writes, and replicates from mysql-server1/m,
    );
    assert.match(stdout, /^server1 +takes writes.*\n +out of its place: it takes writes, and so does mysql-server2/m);
    const health = (expected: string) =>
      eventually(async () => {
        for (const service of ["mysql-steward", "mysql-server2"]) {
          const { State } = await inspect(project(), service);
          if (State.Health?.Status !== expected) throw new Error(`${service} is ${State.Health?.Status}`);
        }
      }, 120);
    await health("unhealthy");
    const { output } = await project().npm("drill", ["kill-nginx"]);
    assert.match(
      output,
      /not healthy: .*mysql-server2 takes writes, and replicates from .*mysql-server1 takes writes, and so/,
    );

    await docker("exec", Id, "sh", "-c", SIGNAL, "CONT");
    await health("healthy");
    await succeed(project(), "database", "status");
  });

  it("group: every acknowledged row survives", async () => {
    await moveTo({ replication: "group" });
    await chainedFailure();
  });
});
