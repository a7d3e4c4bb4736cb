import assert from "node:assert/strict";
import { inNode } from "../nodeScript.ts";

describe("a node that is stopped", () => {
  it("does not clone because its own server no longer answers", async () => {
    assert.doesNotMatch((await inNode("be_replica_of there", "return 1")).stdout, /clon/i);
  });

  for (const [what, marker, answer, after] of [
    ["with data, keeps the data", "cloning over data\n-", "None 0 -", undefined],
    ["without data, begins again", "cloning\n-", "None 0 -", "initialising"],
  ] as const) {
    it(`before its clone began, ${what}`, async () => {
      assert.equal((await inNode("finish_clone", `echo ${answer}`, { marker })).marker, after);
    });
  }

  it("before its clone began, ignores an earlier clone and keeps its data and its source", async () => {
    const { stdout, marker } = await inNode("finish_clone", "echo Completed 1 10:00", {
      marker: "cloning over data\n10:00",
    });
    assert.equal(stdout, "state: starting: the clone did not begin; the data is unchanged");
    assert.equal(marker, undefined);
  });

  const OVER = { marker: "cloning over data\n10:00" };

  it("while its old data was being removed, begins again", async () => {
    assert.equal((await inNode("finish_clone", "echo Failed 1 11:00", OVER)).marker, "initialising");
  });

  it("after its clone was complete, has the data, and records that it is a clone", async () => {
    for (const files of [OVER, { marker: "cloning over data" }]) {
      const { marker, dataLost } = await inNode("finish_clone", "echo Completed 1 11:00", files);
      assert.deepEqual([marker, dataLost], [undefined, ""]);
    }
  });

  it("before it could remove the donor's source, does so after its restart", async () => {
    const ask = "case $1 in STOP*) return 1 ;; esac; echo Completed 1 11:00";
    assert.deepEqual((await inNode("finish_clone", ask, OVER)).marker, OVER.marker);
  });

  it("before MySQL knows the outcome of the clone, asks again", async () => {
    assert.equal((await inNode("finish_clone", "return 1", OVER)).marker, OVER.marker);
  });
});

describe("a node that has to follow another", () => {
  const BROKEN = "broken='1062 Duplicate entry' cannot_apply='1062 Duplicate entry'";

  it("keeps its received transactions if it has a source, and starts without any if it has none", async () => {
    assert.match((await inNode("source=other; be_replica_of there", "echo held")).stdout, /^go on from there$/m);
    assert.match((await inNode("be_replica_of there", "echo held")).stdout, /^follow there$/m);
  });

  it("does not set the same source again, which could delete received transactions", async () => {
    const { stdout } = await inNode("source=there; be_replica_of there", "echo held");
    assert.match(stdout, /^receive again$/m);
    assert.doesNotMatch(stdout, /go on/);
  });

  it("remembers that its data is a clone until it has everything that the other node has", async () => {
    const line = (theirs: string) => `ask_peer() { echo ${theirs}; }; source=there follows=1; be_replica_of there`;
    const ask = "case $1 in *\"'u:1-7'\"*) echo 0 ;; *\"'u:1-5'\"*) echo 1 ;; esac";
    const files = { dataLost: "" };
    assert.equal((await inNode(line("u:1-7"), ask, files)).dataLost, "");
    assert.equal((await inNode(line(""), ask, files)).dataLost, "", "there is no answer");
    assert.equal((await inNode(line("u:1-5"), ask, files)).dataLost, undefined);
  });

  it("restarts a stopped receiver once in each term before it clones", async () => {
    const { stdout } = await inNode(
      "source=there term=3 broken='13114 could not find next log'; be_replica_of there; be_replica_of there",
      "echo held",
    );
    assert.match(stdout, /receive again.*cloning/s);
    assert.equal(stdout.split("receive again").length, 2);
  });

  it("does not clone for an error of the source before the present primary", async () => {
    const { stdout, marker } = await inNode(
      "source=former term=3 broken='13114 gone'; be_replica_of there",
      "echo held",
    );
    assert.doesNotMatch(stdout, /cloning/);
    assert.equal(marker, undefined);
  });

  it("clones if its replication is broken and the other node has everything", async () => {
    const { stdout, marker } = await inNode(`${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: cloning/m);
    assert.equal(marker, "cloning over data\nheld");
  });

  it("does not clone a node with tables whose rows a clone would lack, and names them", async () => {
    const lacking = `ask_peer() { case "$2" in *GROUP_CONCAT*) echo "foobar.old (MyISAM)" ;; *) echo 1 ;; esac; }`;
    const { stdout, marker } = await inNode(`${lacking}; ${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: refused: a clone of there would lack the rows of foobar\.old \(MyISAM\)/m);
    assert.doesNotMatch(stdout, /cloning/);
    assert.equal(marker, undefined);
    // A node of an older version cannot say.
    const older = `ask_peer() { case "$2" in *GROUP_CONCAT*) return 1 ;; *) echo 1 ;; esac; }`;
    assert.match((await inNode(`${older}; ${BROKEN}; be_replica_of there`, "echo held")).stdout, /^state: cloning/m);
  });

  it("stops its receiver before it clones, and then checks once more that the other node has everything", async () => {
    const line = `${BROKEN}; be_replica_of there`;
    const log = 'echo "asked: $1" >&3; echo held';
    const { stdout } = await inNode(`{ ${line}; } 3>&1`, log);
    assert.match(stdout, /STOP REPLICA IO_THREAD.*asked: SELECT held.*cloning/s);
    const fails = await inNode(line, "case $1 in STOP*) return 1 ;; *) echo held ;; esac");
    assert.doesNotMatch(fails.stdout, /cloning/);
    const more = "ask_peer() { if [ -e $OPENED ]; then echo 0; else echo 1; fi; }";
    const grown = await inNode(`${more}; ${line}`, "case $1 in STOP*) touch $OPENED ;; esac; echo held");
    assert.match(grown.stdout, /^state: diverged/m);
    assert.doesNotMatch(grown.stdout, /cloning/);
  });

  it("neither clones nor follows while it has transactions that the other node lacks", async () => {
    for (const replication of [":", BROKEN]) {
      const line = `ask_peer() { echo 0; }; ${replication}; be_replica_of there`;
      const { stdout, marker } = await inNode(line, "echo held");
      assert.match(stdout, /^state: diverged: this node has errant transactions, which there has not/m);
      assert.doesNotMatch(stdout, /cloning|follow|go on/);
      assert.equal(marker, undefined);
    }
  });

  it("waits while the other node does not answer", async () => {
    const { stdout } = await inNode(`ask_peer() { return 1; }; ${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: alone/m);
    assert.doesNotMatch(stdout, /cloning|follow|go on/);
  });

  it("applies received transactions before anything else, unless the applier itself is broken", async () => {
    const asked = 'echo "asked: $1"';
    assert.match((await inNode("source=there; apply_received", asked)).stdout, /START REPLICA SQL_THREAD/);
    for (const not of [":;", "source=there; applies=1;", `source=there; ${BROKEN};`]) {
      assert.equal((await inNode(`${not} apply_received`, asked)).stdout, "", not);
    }
  });
});

describe("a node without data clones", () => {
  for (const [what, from, promoted, two, three] of [
    ["the primary", "db2", "db2", "u:1-5", "u:1-5"],
    ["the primary, if neither has everything", "db2", "db2", "u:1-5", "v:1-5"],
    ["the member that has more, if it was the primary itself", "db3", "here", "u:1-5", "u:1-7"],
    ["a member that has data, although its set of transactions is unknown", "db2", "db2", "", ""],
  ] as const) {
    it(what, async () => {
      const line = `PEERS='db2 db3' promoted=${promoted}; holds=([db2]=1 [db3]=1)
        ask_peer() { case $1 in db2) echo ${two} ;; db3) echo ${three} ;; esac; }; choose_donor`;
      const more = `case $1 in *"SUBSET('u:1-5', 'u:1-7') AND"* | *"SUBSET('', 'u"*) echo 1 ;; *) echo 0 ;; esac`;
      assert.equal((await inNode(line, more)).stdout, from);
    });
  }

  it("nothing if no member has data", async () => {
    assert.equal((await inNode("PEERS='db2 db3'; holds=([db2]=0); choose_donor", "echo 1")).stdout, "");
  });
});

describe("the receiver of a replica", () => {
  const NEW = "secret() { echo new; }; source=there follows=1";
  const run = (line: string, connectedWith?: string) =>
    inNode(line, "echo held", connectedWith === undefined ? {} : { connectedWith });

  it("is started again when the file has another password that the primary accepts, and not before", async () => {
    const refused = await run(`ask_peer() { return 1; }; ${NEW}; renew_connection there`, "mark of old");
    assert.deepEqual([refused.stdout, refused.connectedWith], ["", "mark of old"]);
    const { stdout, connectedWith } = await run(`${NEW}; renew_connection there`, "mark of old");
    assert.match(stdout, /^receive again$/m);
    assert.equal(connectedWith, "mark of new");
  });

  it("goes on when node.sh starts again, and with the password of the file", async () => {
    const { stdout, connectedWith } = await run(`${NEW}; renew_connection there`, "mark of new");
    assert.deepEqual([stdout, connectedWith], ["", "mark of new"]);
  });

  it("is started again if nobody knows its password, because the controller has started it", async () => {
    const { stdout, connectedWith } = await run(`${NEW}; renew_connection there`);
    assert.match(stdout, /^receive again$/m);
    assert.equal(connectedWith, "mark of new");
  });

  it("has a known password whenever this node starts it, and none after a failure", async () => {
    for (const source of ["-", "there", "other"]) {
      const line = `secret() { echo new; }; source=${source}; be_replica_of there`;
      assert.equal((await run(line, "mark of old")).connectedWith, "mark of new", source);
      assert.equal((await run(`sql() { return 1; }; ${line}`, "mark of old")).connectedWith, undefined, source);
    }
  });

  it("is forgotten by a primary", async () => {
    assert.equal((await run("term=1; echo 1 >$OPENED; be_primary", "mark of old")).connectedWith, undefined);
  });
});
