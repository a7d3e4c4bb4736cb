import assert from "node:assert/strict";
import { DEFINITIONS } from "../../components/mysqlCluster/definitions.ts";
import { controllerFiles, nodeFiles } from "../../components/mysqlCluster/node.ts";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { runScript } from "../scripts.ts";

const { cluster } = planTopology(parseConfig("foobar", "dev", devConfig()));
const [node] = cluster.databases;
assert.ok(node);

/** The program's definitions, with a word in place of each SQL expression. */
const words = (files: Readonly<Record<string, string>>, names: readonly string[]) => ({
  ...files,
  [DEFINITIONS]: `${files[DEFINITIONS]}\n${names.map((name) => `${name}=${name}`).join("\n")}\nDATA_LOST=/nowhere/lost\n`,
});

describe("the controller, if the primary takes no writes", () => {
  const files = words(controllerFiles(), ["WRITES", "PRIMARY_TERM", "FOLLOWS", "SOURCE", "UNAPPLIED"]);
  const run = (isClosed: 0 | 1) =>
    runScript(
      files,
      ["controller.sh", "db2"],
      `*"SELECT WRITES, PRIMARY_TERM") echo "0 1 db1" ;;
      "db1: SELECT WRITES OR"*) echo ${isClosed} ;;
      "db2: SELECT FOLLOWS"*) echo 1 ;;
      *WAIT_FOR*) echo 0 ;;
      *gtid_executed*) echo u:1-5 ;;`,
      {
        MEMBERS: "db1 db2",
        PRIMARY: "db1",
        CERTIFICATES: "",
        PASSWORDS: "",
        REPLICATION: "async",
        WITHOUT_REPLICA: "",
      },
    );

  it("repeats a switchover that was interrupted", async () => {
    const { exitCode, asked } = await run(1);
    assert.equal(exitCode, 0);
    assert.match(asked, /^db2: SET GLOBAL super_read_only = OFF;$/m);
  });

  it("does not replace a primary that no switchover has closed, because it may be about to open", async () => {
    const { exitCode, asked, printed } = await run(0);
    assert.equal(exitCode, 1);
    assert.match(printed, /db1 is promoted, but not open for writes yet/);
    assert.doesNotMatch(asked, /SET GLOBAL/);
  });
});

describe("the script of a failover", () => {
  const files = words(nodeFiles(node, cluster), ["SOURCE", "UNAPPLIED", "WRITES", "CANNOT_APPLY"]);
  const run = (source: string) =>
    runScript(
      files,
      ["failover.sh"],
      `*"SELECT SOURCE") echo ${source} ;;
      *"SELECT UNAPPLIED") echo - ;;
      *"SELECT WRITES") echo 1 ;;
      *"START REPLICA"*) [ ${source} != - ] ;;`,
      { MEMBER: "db2", REPLICATION: "async", WITHOUT_REPLICA: "" },
    );

  it("stops a replica's receiver and promotes the replica", async () => {
    const { exitCode, asked } = await run("db1");
    assert.equal(exitCode, 0);
    assert.match(asked, /STOP REPLICA IO_THREAD.*'db2', 'takeover'/s);
  });

  it("promotes a closed primary again, which has no source", async () => {
    const { exitCode, asked } = await run("-");
    assert.equal(exitCode, 0);
    assert.doesNotMatch(asked, /REPLICA /);
    assert.match(asked, /'db2', 'takeover'/);
  });
});

describe("the passwords that a node keeps", () => {
  /** A person sets another password right after the first verification; the digest changes with it. */
  const TRIAL = `scripts=$(dirname "$0")
. "$scripts/definitions.sh"
. "$scripts/passwords.sh"
declare -A host_of=([backup]=10.0.0.0/24)
mark() { echo mark; }
read_password() { password=given; }
unlogged() { cat; }
ask() { echo backup:mark:by-hand; }
accepts() {
  if [ -e "$scripts/verified" ]; then echo no; else echo yes; fi
  touch "$scripts/verified"
}
accounts=backup:mark:given
keep_accounts
accounts=backup:mark:by-hand
keep_accounts`;

  it("are set again if a person sets another one while they are verified", async () => {
    const { printed } = await runScript({ ...nodeFiles(node, cluster), "trial.sh": TRIAL }, ["trial.sh"], "", {
      ARBITER: "false",
      OWN_ACCOUNTS: "''",
    });
    assert.equal(printed.match(/IDENTIFIED BY 'given'$/gm)?.length, 1, printed);
  });
});
