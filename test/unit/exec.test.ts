import assert from "node:assert/strict";
import { orderOf } from "../../operations/application/exec.ts";
import { plan } from "../topologies.ts";

const topology = plan({
  "foobar:application": JSON.stringify({
    image: "registry.foobar.com/shop:1",
    processes: { worker: { command: ["work"], replicas: 2 }, clock: { command: ["tick"], only: "one" } },
  }),
});

describe("the words of npm run exec", () => {
  it("are a command beside the application's first instance", () => {
    assert.deepEqual(orderOf(topology, ["ls", "-l"]), { service: "app-server1", command: ["ls", "-l"] });
  });

  it("may begin with a process or a container", () => {
    const service = (name: string) => orderOf(topology, [name, "ls", "-l"]);
    assert.deepEqual(service("worker"), { service: "process-worker-server1", command: ["ls", "-l"] });
    assert.deepEqual(service("clock"), { service: "process-clock-server1", command: ["ls", "-l"] });
    for (const name of ["app-server2", "process-worker-server2-2"]) {
      assert.deepEqual(service(name), { service: name, command: ["ls", "-l"] });
    }
  });

  it("are refused without a command, with the names of the processes", () => {
    for (const words of [[], ["worker"], ["app-server2"]]) {
      assert.throws(() => orderOf(topology, words), /no command to run[\s\S]*processes: worker, clock/);
    }
  });
});
