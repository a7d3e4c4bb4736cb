import assert from "node:assert/strict";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, type Registered, services } from "../harness.ts";

const input = <T>(resource: Registered | undefined, key: string): T => resource?.inputs[key] as T;

const byName = (resources: readonly Registered[], name: string) => resources.find((resource) => resource.name === name);

describe("a pair of load balancers, against mocks", () => {
  let pair: Deployment;
  before(async () => {
    pair = await deployConfig(devConfig({ "foobar:loadBalancer": { replicas: 2, statsPort: 8404 } }));
  });

  it("gives each HAProxy of a pair a pause container that runs keepalived, the second after the first", () => {
    for (const [name, after] of [
      ["lb1", ["web-server1", "web-server2"]],
      ["lb2", ["haproxy-lb1"]],
    ] as const) {
      const pause = byName(services(pair), name);
      assert.deepEqual(
        pause?.dependsOn.filter((dependency) => byName(services(pair), dependency)),
        after,
      );
      assert.match(input<string[]>(pause, "command").join(" "), /^bash \S+\/start\.sh 10\.201\.0\.1[12] /);
      assert.match(String(input(byName(services(pair), `haproxy-${name}`), "networkMode")), new RegExp(name));
    }
  });

  it("runs only keepalived as root, with the capabilities that it needs and no others", () => {
    for (const { name, inputs } of services(pair)) {
      const holds = name === "lb1" || name === "lb2";
      assert.equal(inputs["user"] === "0:0", holds, name);
      assert.deepEqual(
        inputs["capabilities"],
        holds
          ? { adds: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"], drops: ["ALL"] }
          : { drops: ["ALL"] },
        name,
      );
    }
  });

  it("gives the two load balancers fixed addresses in the edge network, and publishes the ports of each", () => {
    const addresses = ["lb1", "lb2"].map((name) =>
      input<{ ipv4Address?: string }[]>(byName(services(pair), name), "networksAdvanced").map(
        ({ ipv4Address }) => ipv4Address,
      ),
    );
    assert.deepEqual(addresses, [
      ["10.201.0.11", undefined],
      ["10.201.0.12", undefined],
    ]);
    assert.deepEqual(pair.outputs["published"], ["http://127.0.0.1:8080", "http://127.0.0.1:8081"]);
    assert.equal(pair.outputs["url"], "http://10.201.0.254");
  });
});
