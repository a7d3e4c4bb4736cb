import assert from "node:assert/strict";
import { createServer } from "node:net";
import fc from "fast-check";
import { USUAL_PORTS } from "../../config/ownPorts.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { pasted } from "../pasted.ts";
import { hindrance, LOCAL, refusedBy } from "../proposals.ts";

describe("what an error proposes instead of a port or an address", () => {
  it("are ports that are free on the machine, in containers and in the plan", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const { port } = address;
    const settings = { "foobar:loadBalancer": { port: port - 1, statsPort: port + 1 } };
    const published = [port - 1, port + 2].map((one) => ({
      container: "other",
      address: "0.0.0.0",
      port: one,
      service: undefined,
    }));
    try {
      const local = await hindrance(settings, { published }, [], LOCAL);
      const [problem] = local?.problems ?? [];
      assert.equal(problem?.complaint, `is ${port - 1}, which the container other has at 0.0.0.0`);
      const proposed = Number(problem?.example);
      assert.ok(proposed > port + 2, String(proposed));
      assert.equal(await hindrance(pasted(settings, local?.message ?? ""), { published }, [], LOCAL), undefined);
      const remote = await hindrance(settings, { published });
      assert.equal(remote?.problems[0]?.example, String(port));
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("are different ports for all that are in use", async () => {
    const settings = { "foobar:loadBalancer": { port: 9000, statsPort: 9001 } };
    const published = [9000, 9001, 9003].map((port) => ({
      container: "other",
      address: "0.0.0.0",
      port,
      service: undefined,
    }));
    const error = await hindrance(settings, { published });
    assert.deepEqual(
      error?.problems.map(({ example }) => example),
      ["9002", "9004"],
    );
  });

  it("let two stacks use one port at two addresses", async () => {
    const published = [{ container: "other", address: "127.0.0.2", port: 8080, service: undefined }];
    assert.equal(await hindrance({}, { published }), undefined);
    assert.ok(await hindrance({ "foobar:loadBalancer": { address: "0.0.0.0" } }, { published }));
  });

  it("are different free ports for all that are set twice", () => {
    const settings = {
      "foobar:loadBalancer": { replicas: 2, port: 8080, statsPort: 8080, pair: { port: 8080, statsPort: 8080 } },
    };
    const surroundings = { ...UNKNOWN, ports: new Set([8500, 8502]) };
    const error = refusedBy(settings, surroundings);
    assert.deepEqual(
      error?.problems.map(({ example }) => example),
      ["8501", "8503", "8504"],
    );
    assert.equal(refusedBy(pasted(settings, error?.message ?? ""), surroundings), undefined);
  });

  it("are ports that no setting has by default, and different ones for the load balancers and for monitoring", () => {
    const settings = {
      "foobar:loadBalancer": { replicas: 2, statsPort: 8080, pair: { httpsPort: 8080 } },
      "foobar:monitoring": { enabled: true, alertmanagerPort: 8443, prometheusPort: 8500, grafanaPort: 8501 },
      "foobar:logs": { store: { port: 8443 } },
    };
    const error = refusedBy(settings, UNKNOWN);
    const proposed = (error?.problems ?? []).map(({ example }) => Number(example));
    assert.equal(proposed.length, 5);
    assert.equal(new Set(proposed).size, proposed.length);
    // Grafana is off, and keeps its port for the day when it is on.
    const own = [8500, 8501];
    for (const port of proposed) assert.ok(!USUAL_PORTS.has(port) && !own.includes(port), String(port));
    assert.equal(refusedBy(pasted(settings, error?.message ?? ""), UNKNOWN), undefined);
    for (const port of [8080, 8081, 8443, 8404, 8405, 8406, 8090, 3000, 9090, 9093]) assert.ok(USUAL_PORTS.has(port));
  });

  it("are no defaults of other settings where the engine has a port already", async () => {
    const published = [8405, 9000].map((port) => ({
      container: "other",
      address: "0.0.0.0",
      port,
      service: undefined,
    }));
    const error = await hindrance({ "foobar:monitoring": { enabled: true, alertmanagerPort: 8405 } }, { published });
    assert.deepEqual(
      error?.problems.map(({ example }) => example),
      ["8408"],
    );
  });

  it("are different free addresses of the edge network for a pair", () => {
    const list = fc.array(fc.constantFrom("10.201.0.254", "10.201.0.253", "10.201.0.11", "10.201.1.9", "10.201.0.0"));
    const pairs = fc.record({ mode: fc.constantFrom("active-active", "active-passive"), virtualAddresses: list });
    fc.assert(
      fc.property(pairs, fc.constantFrom({}, { edge: "10.201.0.240/28" }), (pair, networks) => {
        const settings = { "foobar:loadBalancer": { replicas: 2, pair }, "foobar:networks": networks };
        const error = refusedBy(settings, UNKNOWN);
        if (error === undefined) return;
        assert.equal(refusedBy(pasted(settings, error.message), UNKNOWN)?.message, undefined);
      }),
    );
  });
});
