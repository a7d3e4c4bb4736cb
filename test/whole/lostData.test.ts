import assert from "node:assert/strict";
import { UNAPPLIED } from "../../agent/sql.ts";
import { agentCommand } from "../../components/mysqlCluster/agent.ts";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { eventually } from "../../engine/eventually.ts";
import { planFailover } from "../../operations/database/failover.ts";
import { countOf } from "../../operations/database/members.ts";
import { lost, makeRowStage, skipWithoutEngine, writeRows } from "../acknowledgedRows.ts";
import type { MysqlStage } from "../mysqlStage.ts";
import { skipAfterFailure } from "../steps.ts";

const [ONE, TWO] = ["mysql-server1", "mysql-server2"] as const;

describe("a semisync primary that has lost its data", function () {
  this.timeout("10m");
  skipAfterFailure();
  let stage: MysqlStage;
  let acknowledged: readonly number[];
  before(skipWithoutEngine);
  before(async () => {
    stage = await makeRowStage({ replication: "semisync", withoutReplica: "wait" });
  });
  after(() => stage?.remove());

  const member = (name: string) => `${name}.replication`;
  const plan = async (name: string) => {
    const { members, covers } = await stage.members();
    return planFailover(stage.cluster, members, name.replace("mysql-", ""), covers);
  };
  /** Makes the controller switch over, as after a change of the setting. */
  const switchTo = (name: string) =>
    stage.execute(stage.cluster.controller.name, agentCommand("promote", member(name)));
  /** Waits, because a replica may not have applied everything yet. */
  const hasAll = async (...names: readonly string[]) => {
    for (const name of names) {
      await eventually(async () => assert.equal((await lost(stage, name, acknowledged)).length, 0, name), 60);
    }
  };

  it("does not open without transactions that its replica has confirmed; a failover brings them back", async () => {
    const release = await stage.holdApplier(TWO, "foobar.written");
    acknowledged = await writeRows(stage, ONE, 20);
    assert.ok(countOf(await stage.rows(TWO, `SELECT ${UNAPPLIED}`)) >= 20);
    await stage.kill(ONE);
    await stage.inData(ONE, "find . -mindepth 1 -delete");
    await stage.start(ONE);
    await stage.untilState(ONE, /^refused: its own data was lost, .* more transactions: .* failover server2$/m);
    await assert.rejects(switchTo(TWO), /not open for writes yet/);
    await assert.rejects(plan(ONE), /server2 has transactions that server1 lacks/);

    const failover = await plan(TWO);
    assert.match(failover.cost, /^nothing that server1 acknowledged is lost/);
    const promoted = stage.promote(failover);
    await release();
    await promoted;
    await stage.untilInPlace();
    await hasAll(ONE, TWO);
  });

  it("opens by itself if its replica has nothing more", async () => {
    await stage.kill(TWO);
    await stage.inData(TWO, "find . -mindepth 1 -delete");
    await stage.start(TWO);
    await stage.untilState(TWO, /^primary/);
    await stage.untilInPlace();
    await hasAll(ONE, TWO);
    await assert.rejects(stage.execute(TWO, ["test", "-e", NODE_PATHS.dataLost]), "it has opened");
  });

  it("waits while its replica is silent, unless a person accepts its data", async () => {
    await stage.kill(ONE, TWO);
    await stage.inData(TWO, `touch $(basename ${NODE_PATHS.dataLost})`);
    await stage.start(TWO);
    await stage.untilState(TWO, /^alone: its own data was lost; silent: mysql-server1.replication$/m);
    const failover = await plan(TWO);
    assert.match(
      failover.cost,
      /^transactions that server2 acknowledged may be lost: server1 .* server2 lost its own data/,
    );
    await stage.promote(failover);
    await stage.untilInPlace();
    await hasAll(ONE, TWO);
  });

  it("is opened again by a failover after somebody has closed it", async () => {
    await stage.databases.ask(TWO, "SET GLOBAL super_read_only = ON");
    await stage.untilState(TWO, /^out of place/);
    const failover = await plan(TWO);
    assert.equal(failover.cost, "nothing is lost: server2 was the last primary itself");
    await stage.promote(failover);
    await stage.untilInPlace();
    await switchTo(ONE);
    await stage.untilInPlace();
    await hasAll(ONE, TWO);
    assert.equal(await stage.databases.primary(), ONE);
  });
});
