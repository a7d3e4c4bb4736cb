import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { inNode } from "../nodeScript.ts";

const ACCOUNTS = fileURLToPath(new URL("../../components/mysqlCluster/files/accounts.sh", import.meta.url));

describe("a node that is promoted to primary", () => {
  const opens = /SET GLOBAL read_only = OFF/;
  const STUBS = `complete_schema() { :; }; note_acknowledgements() { :; }; semisync_source() { :; }; stop_replica() { echo reset; }`;
  // It has all but u:1-7.
  const be = (variables: string, unapplied: string, files: Parameters<typeof inNode>[2] = {}) =>
    inNode(
      `${STUBS}; ${variables}; be_primary`,
      `case $1 in *unapplied*) echo "${unapplied}" ;; *SUBSET*u:1-7*) echo 0 ;; *SUBSET*) echo 1 ;; *) echo "$1" ;; esac`,
      files,
    );
  const base = "UNAPPLIED=unapplied term=1";

  it("opens when all received transactions are applied, and not before", async () => {
    const { stdout: before } = await be(`${base} source=there`, "u:5-7");
    assert.match(before, /^state: starting: applying the received transactions/m);
    assert.doesNotMatch(before, /reset|read_only/);
    const { stdout: after } = await be(`${base} source=there`, "-");
    assert.match(after, /^reset$/m);
    assert.match(after, opens);
  });

  it("names the error if they cannot be applied", async () => {
    assert.match(
      (await be(`${base} source=there cannot_apply='1062 Duplicate'`, "u:5")).stdout,
      /^state: starting: .*cannot be: 1062/m,
    );
  });

  it("stays closed in its term after somebody, for example the controller, has closed it", async () => {
    const outOfPlace = "problem='takes no writes, and replicates from nobody'";
    const closed = await be(`${base} term=3 ${outOfPlace}`, "-", { opened: "3" });
    assert.equal(
      closed.stdout,
      "state: out of place: promoted to primary, but it takes no writes, and replicates from nobody",
    );
    assert.equal((await be(`${base} term=3 problem=-`, "-", { opened: "3" })).stdout, "state: primary, term 3");
    const again = await be(`${base} term=4 ${outOfPlace}`, "-", { opened: "3" });
    assert.match(again.stdout, opens, "but for another term");
    assert.equal(again.opened, "4");
  });

  it("stays closed after a restart if a switchover has made it a replica, whose source may be the primary now", async () => {
    const demoted = await be(`${base} term=3 source=there problem='takes no writes'`, "-", { led: "3" });
    assert.match(demoted.stdout, /^state: alone: it was the primary of term 3 and became a replica of there/m);
    assert.doesNotMatch(demoted.stdout, opens);
    const promoted = await be(`${base} term=4 source=there problem='takes no writes'`, "-", { led: "3" });
    assert.match(promoted.stdout, opens, "a failover to it is another term");
    const alone = await be(`${base} term=3 problem='takes no writes'`, "-", { led: "3" });
    assert.match(alone.stdout, opens, "nobody has replaced a primary without a source");
  });

  it("does not open if a newer term comes with the transactions that it applies", async () => {
    const newer = "look() { term=5 promoted=there; }";
    const { stdout, opened } = await be(`${newer}; ${base} term=4 promoted=here source=there`, "-");
    assert.doesNotMatch(stdout, /reset|read_only|primary/);
    assert.equal(opened, undefined);
  });

  it("is not primary if a step of opening fails, and tries again", async () => {
    for (const fails of ["sql() { return 1; }", "complete_schema() { return 1; }"]) {
      const { stdout, opened } = await be(`${fails}; ${base} problem='takes no writes'`, "-");
      assert.doesNotMatch(stdout, /primary/);
      assert.equal(opened, undefined);
    }
  });

  it("is primary if the controller has opened it, although it cannot write without a replica", async () => {
    const { stdout } = await be(`sql() { return 1; }; ${base} problem=-`, "-");
    assert.match(stdout, /^state: primary/m);
  });

  it("changes no account in the binary log, which would lock out the replica that has to acknowledge it", async () => {
    const { stdout } = await inNode(
      `ACCOUNT_HOSTS=application=%; . ${ACCOUNTS}; ${base} problem=closed; be_primary`,
      `case $1 in *SUBSET*) echo 1 ;; *) echo "$1" ;; esac`,
    );
    assert.match(stdout, /CREATE DATABASE/);
    assert.match(stdout, opens);
    assert.doesNotMatch(stdout, /USER|GRANT/);
  });

  describe("and has lost its own data", () => {
    const clone = { dataLost: "" };
    const peers = (one: string, other: string) =>
      `PEERS='mysql-server2.replication mysql-server3.replication'
      ask_peer() { case $1 in *server2*) ${one} ;; *) ${other} ;; esac; }; ${base} problem=closed`;

    it("opens when every other member answers and has nothing more", async () => {
      const { stdout, dataLost } = await be(peers("echo u:1-5", "echo u:1-4"), "-", clone);
      assert.match(stdout, opens);
      assert.equal(dataLost, undefined);
    });

    for (const [what, silence] of [
      ["member is silent", "return 1"],
      ["member has no data, and answers with an empty set", "echo"],
    ] as const) {
      it(`waits while another ${what}`, async () => {
        const { stdout, dataLost } = await be(peers("echo u:1-5", silence), "-", clone);
        assert.match(stdout, /^state: alone: its own data was lost; silent: mysql-server3.replication$/m);
        assert.doesNotMatch(stdout, /read_only/);
        assert.equal(dataLost, "");
      });
    }

    it("leaves the decision to a person if another member has more", async () => {
      const { stdout } = await be(peers("echo u:1-5", "echo u:1-7"), "-", clone);
      assert.match(
        stdout,
        /^state: refused: its own data was lost, and mysql-server3.replication has more transactions: npm run database -- failover server3$/m,
      );
      assert.doesNotMatch(stdout, /read_only/);
    });
  });
});

describe("a node without data", () => {
  it("opens itself to begin the cluster: it has been closed if a peer was silent at first", async () => {
    const { stdout } = await inNode(
      `APPLICATION_DATABASE=app ACCOUNT_HOSTS=application=%; . ${ACCOUNTS}
      begin_term() { echo "the term"; }; sql() { cat; exit; }; begin_cluster`,
      "echo",
    );
    assert.match(stdout, /^SET GLOBAL super_read_only = OFF;\nCREATE DATABASE/m);
    assert.match(stdout, /the term$/);
  });
});

describe("a semisync primary whose writers wait", () => {
  for (const [what, answer, isReleased] of [
    ["releases them while a replica is connected and acknowledges nothing", "1 1 5", true],
    ["leaves them alone while acknowledgements arrive", "1 1 $RANDOM$RANDOM", false],
    ["leaves them alone while no replica is connected", "0 1 5", false],
    ["does nothing when they no longer wait", "1 0 5", false],
    ["does nothing if MySQL does not answer", "", false],
  ] as const) {
    it(what, async () => {
      const { stdout } = await inNode("release_writers; wait", `echo ${answer}`);
      assert.equal(stdout.includes("DROP TABLE IF EXISTS"), isReleased, stdout);
    });
  }
});
