import assert from "node:assert/strict";
import type Docker from "dockerode";
import { parseConfig } from "../../config/config.ts";
import type { Reach } from "../../engine/client.ts";
import { enginesOf } from "../../operations/stack/engines.ts";
import { finder } from "../../operations/stack/find.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

/** The dev stack as it would be with an engine for each of its servers. */
const dev = planTopology(parseConfig("foobar", "dev", devConfig()));
const apart = {
  ...dev,
  hosts: dev.hosts.map(({ name }) => ({ name, endpoint: `unix:///${name}`, certPath: undefined, path: [] })),
};

/** An engine with these containers, each by its name and state. */
function engineWith(...containers: readonly (readonly [name: string, state: string])[]): Docker {
  const engine = {
    listContainers: async () =>
      containers.map(([name, State]) => ({ Id: `id of ${name}`, Names: [`/${name}`], State })),
    getContainer: (id: string) => ({ id }),
  };
  return engine as unknown as Docker;
}

describe("the engines of a stack", () => {
  it("are one client for each endpoint, however many hosts have it", () => {
    const together = enginesOf(dev);
    assert.equal(together.all.length, 1);
    assert.equal(together.of({ host: "server1" }), together.of({ host: "lb1" }));
    const separate = enginesOf(apart);
    assert.equal(separate.all.length, apart.hosts.length);
    assert.notEqual(separate.of({ host: "server1" }), separate.of({ host: "server2" }));
  });

  it("are one client for a machine whose endpoint has two spellings", () => {
    const spellings = ["unix:///var/run/docker.sock", "unix:///run/docker.sock"];
    const hosts = dev.hosts.map((host, index) => ({ ...host, endpoint: spellings[index % 2] ?? "" }));
    const together = enginesOf({ hosts });
    assert.equal(together.all.length, 1);
    assert.equal(together.of({ host: "server1" }), together.of({ host: "server2" }));
  });

  it("are those of the plan's hosts alone", () =>
    assert.throws(() => enginesOf(dev).of({ host: "server9" }), /no host server9/));
});

describe("the container of a service", () => {
  const found = async (service: string, engineAt: (reach: Reach) => Docker) => {
    const { container, state } = (await finder(enginesOf(apart, engineAt), apart)(service)) ?? {};
    return container && [container.id, state];
  };

  it("is looked for on the engine of its host", async () => {
    const engineAt = ({ endpoint }: Reach) =>
      endpoint === "unix:///server2" ? engineWith(["web-server2-0123abc", "running"]) : engineWith();
    assert.deepEqual(await found("web-server2", engineAt), ["id of web-server2-0123abc", "running"]);
    assert.equal(await found("web-server1", engineAt), undefined);
  });

  it("is none of its seed containers", async () => {
    const engineAt = () => engineWith(["web-server1-config-0123456789-0123abc", "created"]);
    assert.equal(await found("web-server1", engineAt), undefined);
  });

  it("is the newest at work while one replaces another, else the newest", async () => {
    const replaced = () =>
      engineWith(
        ["haproxy-lb1-000000c", "created"],
        ["haproxy-lb1-000000b", "running"],
        ["haproxy-lb1-000000a", "running"],
      );
    assert.deepEqual(await found("haproxy-lb1", replaced), ["id of haproxy-lb1-000000b", "running"]);
    const stopped = () => engineWith(["haproxy-lb1-000000b", "exited"], ["haproxy-lb1-000000a", "exited"]);
    assert.deepEqual(await found("haproxy-lb1", stopped), ["id of haproxy-lb1-000000b", "exited"]);
  });

  it("is asked for by a name of the plan", () =>
    assert.rejects(
      found("web-server9", () => engineWith()),
      /no service web-server9/,
    ));
});
