import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { definitions } from "../../components/mysqlCluster/definitions.ts";
import { INTENT_FOLDER, mysqlConfig, SIZING_FILE, sizingConfig } from "../../components/mysqlCluster/mysqlConfig.ts";
import { judgement, problem, report } from "../../components/mysqlCluster/places.ts";
import { HELD } from "../../components/mysqlCluster/sql.ts";
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
      ask_peer() { echo 1; }; HELD=held MARKER=${file}; secret() { :; }; look() { :; }
      following() { echo "follow $1"; }; going_on_from() { echo "go on from $1"; }`;
    const { stdout } = await execa("bash", ["-c", `. ${script}; ${stubs}; ask() { ${ask}; }; ${line}`], {
      reject: false,
      env: { REPLICATION: "async", MEMBER: "here", ARBITER: "false", WITHOUT_REPLICA: "" },
    });
    return { stdout, marker: (await readFile(file, "utf8").catch(() => "none")).trim() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("a node that is told to stop", () => {
  it("does not take its own silence for a reason to clone", async () => {
    assert.doesNotMatch((await inNode("be_replica_of there", "return 1")).stdout, /clon/i);
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

describe("a node that is to follow another", () => {
  const BROKEN = "broken='1062 Duplicate entry'";

  it("goes on with what it has received where it has a source, and with nothing where it has none", async () => {
    assert.match((await inNode("source=other; be_replica_of there", "echo held")).stdout, /^go on from there$/m);
    assert.match((await inNode("be_replica_of there", "echo held")).stdout, /^follow there$/m);
  });

  it("takes all data from it where its own replication is broken, and the other has everything", async () => {
    const { stdout, marker } = await inNode(`${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: cloning/m);
    assert.equal(marker, "cloning over data");
  });

  it("takes and follows nothing while it has what the other has not, received or applied", async () => {
    for (const replication of [":", BROKEN]) {
      const line = `ask_peer() { echo 0; }; ${replication}; be_replica_of there`;
      const { stdout, marker } = await inNode(line, "echo held");
      assert.match(stdout, /^state: refused: this node has transactions that there has not/m);
      assert.doesNotMatch(stdout, /cloning|follow|go on/);
      assert.equal(marker, "none");
    }
  });

  it("waits while the other does not answer", async () => {
    const { stdout } = await inNode(`ask_peer() { return 1; }; ${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: alone/m);
    assert.doesNotMatch(stdout, /cloning|follow|go on/);
  });

  it("applies what it has received before all, unless that is what is broken", async () => {
    const asked = 'echo "asked: $1"';
    assert.match((await inNode("source=there; apply_received", asked)).stdout, /START REPLICA SQL_THREAD/);
    for (const not of [":;", "source=there; applies=1;", `source=there; ${BROKEN};`]) {
      assert.equal((await inNode(`${not} apply_received`, asked)).stdout, "", not);
    }
  });
});

describe("a node that is appointed primary", () => {
  const opens = /SET GLOBAL read_only = OFF/;
  const STUBS = `complete_accounts() { :; }; note_acknowledgements() { :; }; semisync_source() { :; }; stop_replica() { echo reset; }
    cat() { if [ "$1" = /tmp/state ]; then echo "$state_was"; else command cat "$@"; fi; }`;
  const be = async (variables: string, unapplied: string) =>
    (await inNode(`${STUBS}; ${variables}; be_primary`, `case $1 in *unapplied*) echo "${unapplied}" ;; esac`)).stdout;
  const base = "UNAPPLIED=unapplied state_was=starting";

  it("opens when all that it received is applied, and not before", async () => {
    const before = await be(`${base} source=there`, "u:5-7");
    assert.match(before, /^state: starting: applying what was received/m);
    assert.doesNotMatch(before, /reset|read_only/);
    const after = await be(`${base} source=there`, "-");
    assert.match(after, /^reset$/m);
    assert.match(after, opens);
  });

  it("says what is in the way where it cannot be applied", async () => {
    assert.match(
      await be(`${base} source=there broken='1062 Duplicate'`, "u:5"),
      /^state: starting: .*cannot be: 1062/m,
    );
  });

  it("does not open again what somebody has closed, as the steward does for a switchover, and says so", async () => {
    for (const was of ["primary, by appointment 1", "misplaced: it"]) {
      const closed = await be(`${base}; state_was='${was}' problem='takes no writes, and replicates from nobody'`, "-");
      assert.equal(closed, "state: misplaced: appointed primary, and it takes no writes, and replicates from nobody");
      assert.match(await be(`${base}; state_was='${was}' problem=-`, "-"), /^state: primary/);
    }
  });
});

describe("what the scripts are told by the program", () => {
  it("is the SQL that the program uses itself, whatever quotes it has", async () => {
    const read = async (name: string, replication: string) =>
      (await execa("bash", ["-c", `${definitions()}\nprintf %s "$${name}"`], { env: { REPLICATION: replication } }))
        .stdout;
    assert.equal(await read("HELD", "async"), HELD);
    assert.equal(await read("PROBLEM", "semisync"), problem("async"));
    assert.equal(await read("REPORT", "group"), report("group"));
    assert.equal(await read("JUDGEMENT", "group"), judgement("group", "@reports"));
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
