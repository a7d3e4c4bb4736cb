import assert from "node:assert/strict";
import { Provisioning } from "../../operations/session/provisioning.ts";

const look = (state: string, isHealthy = false) => [{ name: "mysql-server2", state, isHealthy }];
const CLONING = "cloning: all data from mysql-server1.replication: 1.00 GiB of 9.00 GiB, 11 %";

describe("databases that copy data", () => {
  it("are waited for as long as they advance, and until they are ready", () => {
    const provisioning = new Provisioning();
    for (let hour = 0; hour < 24; hour++) {
      for (let second = 0; second < 3_600; second += 590) {
        const state = `cloning: all data from mysql-server1.replication: ${hour}.${second} GiB`;
        assert.equal(provisioning.atWork(look(state), hour * 3_600 + second).length, 1);
      }
    }
    const end = 24 * 3_600;
    assert.equal(provisioning.atWork(look(""), end).length, 1, "it starts with the new data");
    assert.equal(provisioning.atWork(look("replica of mysql-server1.replication"), end + 5).length, 1);
    assert.equal(provisioning.atWork(look("replica of mysql-server1.replication", true), end + 7).length, 0);
    assert.equal(provisioning.atWork(look("replica of mysql-server1.replication"), end + 9).length, 0);
  });

  it("fail when they have not advanced for ten minutes, and name how far they are", () => {
    const provisioning = new Provisioning();
    assert.equal(provisioning.atWork(look(CLONING), 0).length, 1);
    assert.equal(provisioning.atWork(look(CLONING), 600).length, 1);
    assert.throws(() => provisioning.atWork(look(CLONING), 601), /mysql-server2 has not advanced .* 10 minutes.*11 %/);
  });

  it("are not waited for any more if they do not start after their work", () => {
    const provisioning = new Provisioning();
    assert.equal(provisioning.atWork(look(CLONING), 0).length, 1);
    assert.equal(provisioning.atWork(look("refused: for a reason"), 1).length, 1);
    assert.equal(provisioning.atWork(look("refused: for a reason"), 182).length, 0);
  });

  it("are not those that wait for something else", () => {
    for (const state of [
      "",
      "starting",
      "new: waiting for mysql-server1.replication to begin",
      "refused: x",
      "alone: x",
    ]) {
      assert.deepEqual(new Provisioning().atWork(look(state), 0), []);
    }
    for (const state of [
      CLONING,
      "starting: catching up with the group: transaction 7",
      "starting: applying the received transactions, x",
    ]) {
      assert.equal(new Provisioning().atWork(look(state), 0).length, 1);
    }
  });
});
