import assert from "node:assert/strict";
import { execa } from "execa";
import { SYSTEM_DATABASES, UNCLONED, WRITES } from "../../agent/sql.ts";
import { definitions } from "../../components/mysqlBackup/definitions.ts";
import {
  DESIRED_FOLDER,
  mysqlConfig,
  SIZING_FILE,
  sizingConfig,
  transactionLimit,
} from "../../components/mysqlCluster/mysqlConfig.ts";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";
import { runProgram } from "../realProgram.ts";

const config = parseConfig("foobar", "dev", devConfig());
const { cluster } = planTopology(config);
const [node] = cluster.databases;
assert.ok(node);
const text = mysqlConfig(node, cluster);
const WAIT = { withoutReplica: "wait" };

describe("the configuration of a MySQL node", () => {
  it("starts read-only, with an identity of its own", () => {
    const configs = cluster.databases.map((plan) => mysqlConfig(plan, cluster));
    assert.ok(configs.every((config) => config.includes("read_only = ON\n")));
    for (const setting of [/server_id = (\d+)/, /report_host = (\S+)/]) {
      assert.equal(new Set(configs.map((config) => config.match(setting)?.[1])).size, configs.length, setting.source);
    }
  });

  for (const replication of ["async", "semisync", "group"]) {
    it(`${replication}: does not depend on the primary, so that a switchover replaces no container`, () => {
      const texts = ["server1", "server2"].map((primary) => {
        const mysql = JSON.stringify({ replication, primary, ...(replication === "semisync" ? WAIT : {}) });
        const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": mysql }));
        return cluster.databases.map((plan) => mysqlConfig(plan, cluster)).sort();
      });
      assert.deepEqual(texts[0], texts[1]);
    });
  }

  it("outside a group accepts the node's own former transactions, because it may have lost its data since", () => {
    for (const replication of ["async", "semisync"] as const) {
      assert.match(mysqlConfig(node, { ...cluster, replication }), /^replicate_same_server_id = ON$/m);
    }
  });

  it("lets a group take no transaction that its smallest member has no memory for", () => {
    assert.equal(transactionLimit([{ memoryMb: 4096 }, { memoryMb: 1024 }]), 21 * 1_048_576);
    assert.equal(transactionLimit([{ memoryMb: 1_048_576 }]), 2_147_483_647);
  });

  it("uses a quarter of the memory for the buffer pool", () => {
    const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": '{"memoryMb":4096}' }));
    const [large] = cluster.databases;
    assert.ok(large);
    assert.match(sizingConfig(large), /innodb_buffer_pool_size = 1024M/);
  });
});

describe("the definitions of the backups' scripts", () => {
  it("are the SQL of the program, including all quotes", async () => {
    const read = async (name: string) => (await execa("bash", ["-c", `${definitions()}\nprintf %s "$${name}"`])).stdout;
    assert.equal(await read("WRITES"), WRITES);
    assert.equal(await read("UNCLONED"), UNCLONED);
    assert.equal(await read("SYSTEM_DATABASES"), SYSTEM_DATABASES);
  });
});

describe("the real MySQL accepts the configuration", function () {
  this.timeout(60_000);
  const check = (text: string, sizes = sizingConfig(node)) =>
    runProgram({
      image: config.images.mysql,
      files: { "node.cnf": text.replace(DESIRED_FOLDER, "/checked"), [SIZING_FILE]: sizes },
      folder: "/checked",
      command: ["mysqld", "--defaults-file=/checked/node.cnf", "--datadir=/tmp", "--tmpdir=/tmp", "--validate-config"],
      user: "999:999",
    });

  it("and rejects one with a spelling mistake", async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    await check(text);
    await assert.rejects(check(text.replace("replica_net_timeout", "replica_net_timeuot")));
    await assert.rejects(check(text, sizingConfig(node).replace("max_connections", "max_conections")));
  });
});
