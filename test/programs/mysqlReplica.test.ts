import assert from "node:assert/strict";
import { inNode } from "../nodeScript.ts";

describe("a node that is told to stop", () => {
  it("does not take its own silence for a reason to clone", async () => {
    assert.doesNotMatch((await inNode("be_replica_of there", "return 1")).stdout, /clon/i);
  });

  for (const [what, marker, answer, after] of [
    ["had data keeps them", "cloning over data\n-", "None 0 -", undefined],
    ["was new begins anew", "cloning\n-", "None 0 -", "initialising"],
  ] as const) {
    it(`before its clone began, and ${what}`, async () => {
      assert.equal((await inNode("finish_clone", `echo ${answer}`, { marker })).marker, after);
    });
  }

  it("before its clone began does not take an earlier one for this: it keeps its data, and its source", async () => {
    const { stdout, marker } = await inNode("finish_clone", "echo Completed 1 10:00", {
      marker: "cloning over data\n10:00",
    });
    assert.equal(stdout, "state: starting: the clone did not begin; the data is unchanged");
    assert.equal(marker, undefined);
  });

  const OVER = { marker: "cloning over data\n10:00" };

  it("while its old data were removed begins anew", async () => {
    assert.equal((await inNode("finish_clone", "echo Failed 1 11:00", OVER)).marker, "initialising");
  });

  it("after its clone was complete has the data, and notes that they are another's", async () => {
    for (const files of [OVER, { marker: "cloning over data" }]) {
      const { marker, dataLost } = await inNode("finish_clone", "echo Completed 1 11:00", files);
      assert.deepEqual([marker, dataLost], [undefined, ""]);
    }
  });

  it("before it could forget the donor's source does so when it comes back", async () => {
    const ask = "case $1 in STOP*) return 1 ;; esac; echo Completed 1 11:00";
    assert.deepEqual((await inNode("finish_clone", ask, OVER)).marker, OVER.marker);
  });

  it("before MySQL can say what became of its clone asks again", async () => {
    assert.equal((await inNode("finish_clone", "return 1", OVER)).marker, OVER.marker);
  });
});

describe("a node that is to follow another", () => {
  const BROKEN = "broken='1062 Duplicate entry' cannot_apply='1062 Duplicate entry'";

  it("goes on with what it has received where it has a source, and with nothing where it has none", async () => {
    assert.match((await inNode("source=other; be_replica_of there", "echo held")).stdout, /^go on from there$/m);
    assert.match((await inNode("be_replica_of there", "echo held")).stdout, /^follow there$/m);
  });

  it("changes no source where it is the same: that could cost what it has received", async () => {
    const { stdout } = await inNode("source=there; be_replica_of there", "echo held");
    assert.match(stdout, /^receive again$/m);
    assert.doesNotMatch(stdout, /go on/);
  });

  it("keeps in mind that its data came from a clone until it has all that the other has", async () => {
    const line = (theirs: string) => `ask_peer() { echo ${theirs}; }; source=there follows=1; be_replica_of there`;
    const ask = "case $1 in *\"'u:1-7'\"*) echo 0 ;; *\"'u:1-5'\"*) echo 1 ;; esac";
    const files = { dataLost: "" };
    assert.equal((await inNode(line("u:1-7"), ask, files)).dataLost, "");
    assert.equal((await inNode(line(""), ask, files)).dataLost, "", "there is no answer");
    assert.equal((await inNode(line("u:1-5"), ask, files)).dataLost, undefined);
  });

  it("receives again where only that has stopped, once in each term, before it takes all data", async () => {
    const { stdout } = await inNode(
      "source=there term=3 broken='13114 could not find next log'; be_replica_of there; be_replica_of there",
      "echo held",
    );
    assert.match(stdout, /receive again.*cloning/s);
    assert.equal(stdout.split("receive again").length, 2);
  });

  it("takes all data from it where its own replication is broken, and the other has everything", async () => {
    const { stdout, marker } = await inNode(`${BROKEN}; be_replica_of there`, "echo held");
    assert.match(stdout, /^state: cloning/m);
    assert.equal(marker, "cloning over data\nheld");
  });

  it("receives and confirms no more while it takes them, and looks once more whether the other has everything", async () => {
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

  it("takes and follows nothing while it has what the other has not, received or applied", async () => {
    for (const replication of [":", BROKEN]) {
      const line = `ask_peer() { echo 0; }; ${replication}; be_replica_of there`;
      const { stdout, marker } = await inNode(line, "echo held");
      assert.match(stdout, /^state: diverged: this node has errant transactions, which there has not/m);
      assert.doesNotMatch(stdout, /cloning|follow|go on/);
      assert.equal(marker, undefined);
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

describe("a node without data takes them from", () => {
  for (const [what, from, promoted, two, three] of [
    ["the primary", "db2", "db2", "u:1-5", "u:1-5"],
    ["the primary, where neither has all", "db2", "db2", "u:1-5", "v:1-5"],
    ["who has more, where it was the primary itself", "db3", "here", "u:1-5", "u:1-7"],
    ["who answers that it has data, though not which", "db2", "db2", "", ""],
  ] as const) {
    it(what, async () => {
      const line = `PEERS='db2 db3' promoted=${promoted}; holds=([db2]=1 [db3]=1)
        ask_peer() { case $1 in db2) echo ${two} ;; db3) echo ${three} ;; esac; }; choose_donor`;
      const more = `case $1 in *"SUBSET('u:1-5', 'u:1-7') AND"* | *"SUBSET('', 'u"*) echo 1 ;; *) echo 0 ;; esac`;
      assert.equal((await inNode(line, more)).stdout, from);
    });
  }

  it("nobody where nobody has any", async () => {
    assert.equal((await inNode("PEERS='db2 db3'; holds=([db2]=0); choose_donor", "echo 1")).stdout, "");
  });
});
