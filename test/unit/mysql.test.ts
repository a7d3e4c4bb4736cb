import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { INTENT_FOLDER, mysqlConfig, SIZING_FILE, sizingConfig } from "../../components/mysqlCluster/mysqlConfig.ts";
import { parseConfig } from "../../config.ts";
import { planTopology } from "../../topology.ts";
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
    it(`${replication}: is the same whoever is primary, so that a switchover replaces nobody`, () => {
      const texts = ["server1", "server2"].map((primary) => {
        const mysql = JSON.stringify({ replication, primary, ...(replication === "semisync" ? WAIT : {}) });
        const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": mysql }));
        return cluster.databases.map((plan) => mysqlConfig(plan, cluster)).sort();
      });
      assert.deepEqual(texts[0], texts[1]);
    });
  }

  it("takes a quarter of its memory for the buffer pool", () => {
    const { cluster } = planTopology(parseConfig("foobar", "dev", { "foobar:mysql": '{"memoryMb":4096}' }));
    const [large] = cluster.databases;
    assert.ok(large);
    assert.match(sizingConfig(large), /innodb_buffer_pool_size = 1024M/);
  });
});

/** Runs a line of a node's script in a folder of its own, where MySQL answers as given. */
async function inNode(line: string, ask: string, marker?: string): Promise<{ stdout: string; marker: string }> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-node-"));
  try {
    const file = join(folder, "marker");
    if (marker !== undefined) await writeFile(file, `${marker}\n`);
    const script = fileURLToPath(new URL("../../components/mysqlCluster/files/replica.sh", import.meta.url));
    const stubs = `state() { echo "state: $*"; }; sql() { cat; }; end_server() { echo ended; }; no_semisync_source() { :; }
      ask_peer() { echo 1; }; source=- follows=0 REPLICATION=async MEMBER=here HELD=held MARKER=${file} broken=-; secret() { :; }; look() { :; }`;
    const { stdout } = await execa("bash", ["-c", `. ${script}; ${stubs}; ask() { ${ask}; }; ${line}`], {
      reject: false,
    });
    return { stdout, marker: (await readFile(file, "utf8").catch(() => "none")).trim() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("a node that is told to stop", () => {
  it("does not take its own silence for a reason to clone", async () => {
    assert.doesNotMatch((await inNode("be_replica_of there", "return 1")).stdout, /clon/i);
    const later = "case $1 in *replication_connection_status*) return 1 ;; *) echo 1 ;; esac";
    const { stdout, marker } = await inNode("be_replica_of there", later);
    assert.doesNotMatch(stdout, /clon/i);
    assert.equal(marker, "none");
  });

  for (const [what, marker, answer, after] of [
    ["had data keeps them", "cloning over data", "None 0", "none"],
    ["was new begins anew", "cloning", "None 0", "initialising"],
  ] as const) {
    it(`before its clone began, and ${what}`, async () => {
      assert.equal((await inNode("finish_clone", `echo ${answer}`, marker)).marker, after);
    });
  }

  it("while its old data were removed begins anew", async () => {
    assert.equal((await inNode("finish_clone", "echo Failed 1", "cloning over data")).marker, "initialising");
  });

  it("after its clone was complete has the data", async () => {
    assert.equal((await inNode("finish_clone", "echo Completed 1", "cloning over data")).marker, "none");
  });

  it("before MySQL can say what became of its clone asks again", async () => {
    assert.equal((await inNode("finish_clone", "return 1", "cloning over data")).marker, "cloning over data");
  });
});

describe("a primary with semisync, whose writers wait", () => {
  for (const [what, answer, isReleased] of [
    ["while a replica is there and acknowledges nothing, releases them", "1 1 5", true],
    ["for acknowledgements that come, leaves them alone", "1 1 $RANDOM$RANDOM", false],
    ["for a replica to come, leaves them alone", "0 1 5", false],
    ["no more, does nothing", "1 0 5", false],
    ["and which cannot be asked, does nothing", "", false],
  ] as const) {
    it(what, async () => {
      const { stdout } = await inNode("release_writers; wait", `echo ${answer}`);
      assert.equal(stdout.includes("DROP TABLE IF EXISTS"), isReleased, stdout);
    });
  }
});

describe("MySQL's shell scripts", () => {
  for (const name of [
    "start",
    "node",
    "common",
    "accounts",
    "replica",
    "group",
    "leave",
    "takeover",
    "health",
    "steward",
  ]) {
    it(`${name}.sh is valid`, async () => {
      const file = fileURLToPath(new URL(`../../components/mysqlCluster/files/${name}.sh`, import.meta.url));
      await execa("bash", ["-n", file]);
    });
  }
});

describe("the real MySQL takes its configuration", function () {
  this.timeout(60_000);
  const check = (text: string, sizes = sizingConfig(node)) =>
    runProgram({
      image: config.images.mysql,
      files: { "node.cnf": text.replace(INTENT_FOLDER, "/checked"), [SIZING_FILE]: sizes },
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
    await check(text);
    await assert.rejects(check(text.replace("replica_net_timeout", "replica_net_timeuot")));
    await assert.rejects(check(text, sizingConfig(node).replace("max_connections", "max_conections")));
  });
});
