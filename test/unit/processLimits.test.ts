import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withProcessLimits } from "../../components/processLimits.ts";
import { limitProcesses } from "../../engine/processLimit.ts";
import { instances } from "../../topology/tiers.ts";
import { type FakeEngine, fakeEngine } from "../fakeEngine.ts";
import { promiseOf } from "../harness.ts";
import { plan } from "../topologies.ts";

describe("the limit of a container's processes", () => {
  let engine: FakeEngine | undefined;
  const reach = () => ({ endpoint: engine?.endpoint ?? "" });
  afterEach(async () => {
    await engine?.close().catch(() => undefined);
    engine = undefined;
  });

  it("is set where it is missing or another one, and left where it is in force", async () => {
    const [none, other, right] = [{ name: "a" }, { name: "b", pids: 7 }, { name: "c", pids: 64 }].map((one) => ({
      ...one,
      state: "running" as const,
    }));
    engine = await fakeEngine([], { containers: [none, other, right].flatMap((one) => one ?? []) });
    for (const name of ["a", "b", "c"]) assert.equal(await limitProcesses(reach(), name, 64), "in force");
    assert.deepEqual(engine.updated, ["a", "b"]);
    assert.equal(await limitProcesses(reach(), "a", 64), "in force");
    assert.deepEqual(engine.updated, ["a", "b"]);
  });

  it("is known to be unsupported where the engine says so", async () => {
    const warnings = ["Your kernel does not support PIDs limit capabilities or the cgroup is not mounted."];
    engine = await fakeEngine([], { containers: [{ name: "a", state: "running" }], warnings });
    assert.equal(await limitProcesses(reach(), "a", 64), "unsupported");
  });

  it("is no failure for a container that somebody has removed", async () => {
    engine = await fakeEngine([]);
    assert.equal(await limitProcesses(reach(), "gone", 64), "gone");
  });

  it("is every service's own, and fails the program where the engine refuses it", async () => {
    const topology = plan({});
    const services = instances(topology);
    const containers = services.map(({ name }) => ({ name: `${name}-0000000`, state: "running" as const }));
    engine = await fakeEngine([], { containers });
    const here = { ...topology, hosts: topology.hosts.map((host) => ({ ...host, endpoint: reach().endpoint })) };
    const names = Object.fromEntries(services.map(({ name }) => [name, pulumi.output(`${name}-0000000`)]));
    const limited = withProcessLimits(here, names);
    const found = await Promise.all(Object.values(limited).map(promiseOf));
    assert.deepEqual(
      found,
      services.map(({ name }) => `${name}-0000000`),
    );
    assert.deepEqual(
      containers.map((one) => ("pids" in one ? one.pids : undefined)),
      services.map(({ pids }) => pids),
    );
    await engine.close();
    const refused = withProcessLimits(here, { lb1: pulumi.output("lb1-0000000") });
    await assert.rejects(
      promiseOf(refused["lb1"] ?? pulumi.output("")),
      /does not limit the processes of lb1-0000000: /,
    );
  });
});
