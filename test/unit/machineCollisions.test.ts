import assert from "node:assert/strict";
import { allCollisions } from "../../preflight/collisions.ts";
import { answers } from "../answers.ts";
import { devConfig } from "../devConfig.ts";
import { PAIR, threeMachines } from "../machines.ts";
import { plan } from "../topologies.ts";

const three = plan(devConfig(threeMachines()));

describe("what the engines of several machines have already", () => {
  const network = (name: string, subnet: string, own = false) => ({ name, subnets: [subnet], own });
  const published = (port: number, more = {}) => ({
    container: "other",
    address: "0.0.0.0",
    port,
    service: undefined,
    ...more,
  });

  it("is told once for all, with a proposal that is free on all", async () => {
    const found = await allCollisions(
      three,
      answers(
        three,
        { networks: [network("vpn", "10.201.0.0/16"), network("a", "10.203.0.0/16")] },
        { networks: [network("vpn", "10.201.0.0/16"), network("b", "10.202.0.0/16")] },
        { networks: [network("c", "10.201.3.0/24")] },
      ),
    );
    assert.deepEqual(
      found.map(({ path, example }) => [path.join("."), example]),
      [["networks.range", "10.204.0.0/20"]],
    );
  });

  it("is told for the range where two machines have each one of its networks", async () => {
    const [one, two] = [network("a", "10.201.1.0/24"), network("b", "10.201.3.0/24")];
    const found = await allCollisions(three, answers(three, {}, { networks: [one] }, { networks: [two] }));
    assert.deepEqual(
      found.map(({ path, example }) => [path.join("."), example]),
      [["networks.range", "10.202.0.0/20"]],
    );
  });

  it("is a port on the load balancer's machine alone", async () => {
    const taken = { published: [published(8404, { address: "127.0.0.1" })] };
    assert.deepEqual(await allCollisions(three, answers(three, {}, taken, taken)), []);
    const [problem, ...more] = await allCollisions(three, answers(three, taken, taken));
    assert.deepEqual([problem?.path.join("."), more], ["loadBalancer.statsPort", []]);
  });

  it("is, of a pair, a port of each on its own machine", async () => {
    const pair = plan(devConfig(threeMachines({ loadBalancer: PAIR })));
    const found = await allCollisions(
      pair,
      answers(
        pair,
        { published: [published(8080), published(8406)] },
        { published: [published(8443), published(8406)] },
      ),
    );
    assert.deepEqual(
      found.map(({ path }) => path.join(".")),
      ["loadBalancer.port", "loadBalancer.healthPort", "loadBalancer.pair.httpsPort"],
    );
  });

  it("is not what the stack itself has there: its own networks, on every machine that lists them", async () => {
    const own = three.networks.map(({ engineName, subnet }) => network(engineName, subnet, true));
    const web = own.filter(({ name }) => /-(web|data|replication)$/.test(name));
    const at = (part: string) => [...own.filter(({ name }) => name.includes(part)), ...web];
    const found = await allCollisions(
      three,
      answers(three, { networks: at("edge") }, { networks: at("server1") }, { networks: at("server2") }),
    );
    assert.deepEqual(found, []);
  });
});
