import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { mysqlConfig } from "../../components/mysqlCluster/mysqlConfig.ts";
import { parseConfig } from "../../config.ts";
import { planTopology } from "../../topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../integration/project.ts";
import { runProgram } from "../realProgram.ts";

const config = parseConfig("foobar", "dev", devConfig());
const { databases } = planTopology(config);
const [primary] = databases;
assert.ok(primary);

describe("the configuration of a MySQL node", () => {
  it("starts read-only, with an identity of its own", () => {
    const configs = databases.map(mysqlConfig);
    assert.ok(configs.every((config) => config.includes("read_only = ON\n")));
    assert.deepEqual(
      configs.map((config) => config.match(/server_id = (\d+)/)?.[1]),
      ["1", "2"],
    );
    assert.deepEqual(
      configs.map((config) => config.match(/report_host = (\S+)/)?.[1]),
      ["mysql-server1", "mysql-server2"],
    );
  });

  it("takes a quarter of its memory for the buffer pool", () => {
    assert.match(mysqlConfig({ ...primary, memoryMb: 4096 }), /innodb_buffer_pool_size = 1024M/);
  });
});

describe("MySQL's shell scripts", () => {
  for (const name of ["start.sh", "provision.sh", "health.sh"]) {
    it(`${name} is valid`, async () => {
      const file = fileURLToPath(new URL(`../../components/mysqlCluster/files/${name}`, import.meta.url));
      await execa("bash", ["-n", file]);
    });
  }
});

describe("the real MySQL takes its configuration", function () {
  this.timeout(60_000);
  const check = (text: string) =>
    runProgram({
      image: config.images.mysql,
      files: { "node.cnf": text },
      folder: "/checked",
      command: ["mysqld", "--defaults-file=/checked/node.cnf", "--datadir=/tmp", "--validate-config"],
      user: "999:999",
    });

  it("and refuses one with a spelling mistake", async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    await check(mysqlConfig(primary));
    await assert.rejects(check(mysqlConfig(primary).replace("replica_net_timeout", "replica_net_timeuot")));
  });
});
