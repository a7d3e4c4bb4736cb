import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { localNetworks, problemsOf } from "../../preflight/lan.ts";
import { machinesOf } from "../../topology/machines.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { PAIR, threeMachines } from "../machines.ts";
import { NOBODY } from "../proposals.ts";

const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
wg0\t0000C90A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
`;

describe("the local networks of a machine", () => {
  const topology = planTopology(parseConfig("foobar", "dev", devConfig(threeMachines({ loadBalancer: PAIR }))));
  const complaints = (...lan: readonly string[]) =>
    machinesOf(topology).flatMap((machine) =>
      problemsOf(
        topology,
        { machine, state: NOBODY },
        lan.map((subnet) => ({ name: "eth0", subnet })),
      ).map(({ path, allowed }) => `${path.join(".")}: ${allowed}`),
    );

  it("are those without a gateway that are not the engine's", () =>
    assert.deepEqual(localNetworks(ROUTES), [
      { name: "eth0", subnet: "192.0.2.0/24" },
      { name: "wg0", subnet: "10.201.0.0/16" },
    ]));

  it("have the address that moves, on both hosts of a pair", () => {
    assert.deepEqual(complaints("192.0.2.0/24"), []);
    assert.deepEqual(complaints("198.51.100.0/24"), [
      "loadBalancer.pair.virtualAddresses.0: a free address in a local network of both load balancers' hosts; lb1 and server1 has 198.51.100.0/24 (eth0)",
      "loadBalancer.pair.virtualAddresses.0: a free address in a local network of both load balancers' hosts; lb2 and server2 has 198.51.100.0/24 (eth0)",
    ]);
  });

  it("have none of the stack's addresses", () =>
    assert.match(
      complaints("192.0.2.0/24", "10.201.0.0/16")[0] ?? "",
      /^networks\.range: a range that does not overlap the local network 10\.201\.0\.0\/16 \(eth0\) of lb1 and server1$/,
    ));
});
