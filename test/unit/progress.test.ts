import assert from "node:assert/strict";
import { dueAt, pausedText, telling, waitedFor, waitText } from "../../components/progress.ts";
import { SERVICE_LABEL } from "../../engine/labels.ts";

describe("the progress of an update", () => {
  it("is said for what takes long, and then once a minute", () => {
    assert.deepEqual(
      [0, 14, 15, 29, 30, 59, 60, 119, 130].map((seconds) => dueAt({ seconds, said: "copies data" })),
      [undefined, undefined, 15, 15, 30, 30, 60, 60, 120],
    );
  });

  it("is said later for a container whose check has nothing to say", () => {
    assert.deepEqual(
      [15, 30, 59, 60].map((seconds) => dueAt({ seconds, said: "" })),
      [undefined, undefined, undefined, 60],
    );
  });

  it("is not said of a container without a word beside those that explain the wait", () => {
    const steward = { service: "mysql-steward", seconds: 70, said: "" };
    const database = { service: "mysql-server2", seconds: 70, said: "copies data: 43 %" };
    assert.deepEqual(telling([steward, database]), [database]);
    assert.deepEqual(telling([steward]), [steward]);
  });

  it("is that of containers which the update has made, and not of those that it removes", () => {
    const container = (Id: string, service: string, Created: number, State = "running") => ({
      Id,
      Labels: { [SERVICE_LABEL]: service },
      Created,
      State,
    });
    const unhealthy = [
      container("old", "router-server2", 100),
      container("new", "router-server2", 200),
      container("drained", "router-server1", 100),
      container("first", "web-server1", 200),
      container("second", "web-server1", 201),
      container("going", "app-server1", 200, "removing"),
    ];
    assert.deepEqual(
      waitedFor(unhealthy, new Set(["old", "drained"])).map(({ Id }) => Id),
      ["new", "second"],
    );
  });

  it("names what ends a pause", () => {
    assert.match(pausedText({ Id: "1", Names: ["/app-server1-0123abc"] }), /: docker unpause app-server1-0123abc$/);
    assert.match(pausedText({ Id: "1", Names: ["/a-1"] }, "ssh://root@a"), /: docker -H ssh:\/\/root@a unpause a-1$/);
  });

  it("names the container, the time and the last check", () => {
    assert.equal(
      waitText({ service: "mysql-server2", seconds: 30.4, said: "copies data: 43 %" }),
      "waiting for mysql-server2 for 30 s; its last check said: copies data: 43 %",
    );
    assert.match(waitText({ service: "app-server1", seconds: 15, said: "" }), /its check has said nothing yet$/);
  });
});
