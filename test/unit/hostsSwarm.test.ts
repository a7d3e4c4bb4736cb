import assert from "node:assert/strict";
import type { SwarmNode, SwarmState } from "../../engine/swarm.ts";
import { addressesOf, givenAddresses } from "../../operations/hosts/addresses.ts";
import { planSwarm, swarmPool, wantedManagers } from "../../operations/hosts/swarmPlan.ts";
import { notReady } from "../../operations/hosts/swarmRun.ts";
import { swarmAdvice, swarmCommands } from "../../operations/hosts/swarmText.ts";
import { type HostsSettings, inSwarm, machinesWith, stackOn } from "../severalHosts.ts";

const THREE: HostsSettings = { lb1: "10.0.5.1", server1: "10.0.5.2", server2: "10.0.5.3" };
const TWO: HostsSettings = { lb1: "10.0.5.2", server1: "10.0.5.2", server2: "10.0.5.3" };

const named = (machines: readonly { readonly hosts: readonly string[] }[]) => machines.map(({ hosts }) => hosts[0]);

describe("the managers of a swarm", () => {
  it("are all three machines, so that any one of them may be lost", () =>
    assert.deepEqual(named(wantedManagers(stackOn(THREE).topology)), ["lb1", "server1", "server2"]));

  it("are one of two machines: with two the loss of either would stop every start", () => {
    assert.deepEqual(named(wantedManagers(stackOn(TWO).topology)), ["lb1"]);
    const chosen = stackOn(TWO, { "foobar:networks": { manager: "server2" } });
    assert.deepEqual(named(wantedManagers(chosen.topology)), ["server2"]);
  });

  it("are three of more machines, at first those without a server", () => {
    const four = stackOn({ ...THREE, arbiter: "10.0.5.4" });
    assert.deepEqual(named(wantedManagers(four.topology)), ["lb1", "arbiter", "server1"]);
  });
});

describe("the addresses of machines", () => {
  const addresses = (hosts: HostsSettings, given: readonly string[] = [], more = {}) => {
    const { topology, config } = stackOn(hosts, more);
    const names = topology.hosts.map(({ name }) => name);
    const machines = machinesWith(topology, {}).map(({ machine }) => machine);
    return [...addressesOf(config, machines, [], givenAddresses(given, names)).values()];
  };

  it("are those of their endpoints", () => assert.deepEqual(addresses(THREE), ["10.0.5.1", "10.0.5.2", "10.0.5.3"]));

  it("come from the load balancer's settings, or are given, where an endpoint has a name", () => {
    const hosts = { ...THREE, lb1: "edge.example" };
    const settings = { "foobar:loadBalancer": { hostAddress: "10.0.5.9" } };
    assert.equal(addresses(hosts, [], settings)[0], "10.0.5.9");
    assert.equal(addresses(hosts, ["lb1=10.0.5.8"], settings)[0], "10.0.5.8");
    assert.throws(() => addresses({ ...hosts, server2: "b.example" }), {
      message:
        /^the addresses at which the others reach lb1 and server2 are not known[\s\S]*--address lb1=ADDRESS --address server2=ADDRESS$/,
    });
  });

  for (const wrong of ["lb1", "lb1=", "lb1=edge.example", "other=10.0.5.1", "=10.0.5.1"]) {
    it(`are not ${wrong}`, () => assert.throws(() => givenAddresses([wrong], ["lb1"]), /allowed: +HOST=ADDRESS/));
  }
});

describe("the range of a swarm", () => {
  it("is free of the stack's subnets, of the engines' networks and of the machines' LAN", () => {
    const { topology } = stackOn(THREE, { "foobar:networks": { range: "10.202.0.0/20" } });
    const answered = machinesWith(topology, {
      server2: { networks: [{ name: "other", subnets: ["10.203.4.0/24"], own: false }] },
    });
    assert.equal(swarmPool(topology, answered, ["10.204.0.1"], ["10.205.0.0/24"]), "10.206.0.0/16");
  });
});

describe("the commands for a swarm", () => {
  const commands = (hosts: HostsSettings, states: Readonly<Record<string, Partial<SwarmState>>> = {}) => {
    const { topology, config } = stackOn(hosts);
    const answered = machinesWith(
      topology,
      Object.fromEntries(Object.entries(states).map(([name, swarm]) => [name, inSwarm(swarm)])),
    );
    const plan = planSwarm(topology, answered);
    const machines = answered.map(({ machine }) => machine);
    const addresses = addressesOf(config, machines, answered, new Map());
    const lines = swarmCommands(plan, addresses, "10.202.0.0/16");
    return { plan, lines: lines.filter((line) => !line.startsWith("#")), advice: swarmAdvice(plan).join("\n") };
  };
  const init =
    "ssh ops@10.0.5.1 docker swarm init --advertise-addr 10.0.5.1 --listen-addr 10.0.5.1:2377 --data-path-addr 10.0.5.1 --default-addr-pool 10.202.0.0/16";
  const join = (place: number, role: string, first = 1) =>
    `ssh ops@10.0.5.${place} docker swarm join --token "$(ssh ops@10.0.5.${first} docker swarm join-token --quiet ${role})" --advertise-addr 10.0.5.${place} --listen-addr 10.0.5.${place}:2377 --data-path-addr 10.0.5.${place} 10.0.5.${first}:2377`;

  it("make one with three managers", () =>
    assert.deepEqual(commands(THREE).lines, [init, join(2, "manager"), join(3, "manager")]));

  it("make one with one manager and a worker on two machines", () =>
    assert.deepEqual(commands(TWO).lines, [
      "ssh ops@10.0.5.2 docker swarm init --advertise-addr 10.0.5.2 --listen-addr 10.0.5.2:2377 --data-path-addr 10.0.5.2 --default-addr-pool 10.202.0.0/16",
      join(3, "worker", 2),
    ]));

  const node = (id: string, isManager = true, status = "ready"): SwarmNode => ({ id, hostname: id, status, isManager });
  const nodes = [node("one"), node("two"), node("three")];
  const manager = (nodeId: string, known = nodes): Partial<SwarmState> => ({
    state: "active",
    isManager: true,
    nodeId,
    nodes: known,
  });

  it("are none if all are in one already", () => {
    const { plan, lines, advice } = commands(THREE, {
      lb1: manager("one"),
      server1: manager("two"),
      server2: manager("three"),
    });
    assert.deepEqual([lines, plan.refused, advice], [[], [], ""]);
  });

  it("join those that are in none to the one that is there, whoever has made it", () => {
    const { lines } = commands(THREE, { server1: { ...manager("two", [node("two")]), address: "10.0.5.2" } });
    assert.deepEqual(lines, [join(1, "manager", 2), join(3, "manager", 2)]);
  });

  it("leave a machine of another swarm alone, and say what can be done", () => {
    const { plan, lines } = commands(THREE, {
      lb1: manager("one", [node("one")]),
      server1: manager("other", [node("other")]),
    });
    assert.deepEqual(lines, [join(3, "manager")]);
    assert.deepEqual(named(plan.refused.map(({ machine }) => machine)), ["server1"]);
    assert.match(plan.refused[0]?.reason ?? "", /another swarm; cure: .*docker swarm leave --force/);
  });

  it("make none where the manager's machine is a worker of a foreign one, or its swarm has no leader", () => {
    const worker = commands(THREE, { lb1: { state: "active", nodeId: "one" } }).plan;
    assert.match(worker.refused[0]?.reason ?? "", /docker node promote/);
    const lost = commands(THREE, {
      lb1: { state: "active", nodeId: "one", isManager: true, reason: "no leader" },
    }).plan;
    assert.match(lost.refused[0]?.reason ?? "", /without a leader \(no leader\); cure: start its other managers/);
    const locked = commands(THREE, { lb1: { state: "locked" } }).plan;
    assert.match(locked.refused[0]?.reason ?? "", /docker swarm unlock/);
  });

  it("tell a person about lost machines and about roles, and change neither", () => {
    const known = [node("one"), node("two"), node("three", false), node("gone", true, "down")];
    const { lines, advice } = commands(THREE, {
      lb1: manager("one", known),
      server1: manager("two", known),
      server2: { state: "active", nodeId: "three" },
    });
    assert.deepEqual(lines, []);
    assert.match(advice, /^# ssh ops@10\.0\.5\.1 docker node demote gone && ssh ops@10\.0\.5\.1 docker node rm gone$/m);
    assert.match(advice, /^# ssh ops@10\.0\.5\.1 docker node promote three$/m);
  });

  it("say nothing about a machine that does not answer: it may be in the swarm that is there", () => {
    const { topology } = stackOn(THREE);
    const known = [node("one"), node("away", true, "down")];
    const answered = machinesWith(topology, { lb1: inSwarm(manager("one", known)) }).slice(0, 1);
    const plan = planSwarm(topology, answered);
    assert.deepEqual([plan.isNew, plan.joins, plan.lost], [false, [], []]);
  });

  it("are followed by a look at who is ready", () => {
    const known = [node("one"), node("two", true, "down")];
    const answered = machinesWith(stackOn(THREE).topology, {
      lb1: inSwarm(manager("one", known)),
      server1: inSwarm({ state: "active", nodeId: "two" }),
      server2: inSwarm({ state: "active", nodeId: "three" }),
    });
    assert.deepEqual(notReady(answered), ["server1", "server2"]);
  });
});
