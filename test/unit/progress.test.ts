import assert from "node:assert/strict";
import { dueAt, waitText } from "../../components/progress.ts";

describe("the progress of an update", () => {
  it("is said for what takes long, and then once a minute", () => {
    assert.deepEqual([0, 14, 15, 29, 30, 59, 60, 119, 130].map(dueAt), [
      undefined,
      undefined,
      15,
      15,
      30,
      30,
      60,
      60,
      120,
    ]);
  });

  it("names the container, the time and the last check", () => {
    assert.equal(
      waitText({ service: "mysql-server2", seconds: 30.4, said: "copies data: 43 %" }),
      "waiting for mysql-server2 for 30 s; its last check said: copies data: 43 %",
    );
    assert.match(waitText({ service: "app-server1", seconds: 15, said: "" }), /its check has said nothing yet$/);
  });
});
