import assert from "node:assert/strict";
import type { Problem } from "../../config/problems.ts";
import type { SwarmState } from "../../engine/swarm.ts";
import { machineProblems } from "../../preflight/machines.ts";
import { movedHostProblems } from "../../preflight/movedHosts.ts";
import { swarmFindings } from "../../preflight/swarm.ts";
import { unreachableMachine } from "../../preflight/unreachable.ts";
import { machinesOf } from "../../topology/machines.ts";
import { answers, member, NODES } from "../answers.ts";
import { devConfig } from "../devConfig.ts";
import { machine, threeMachines } from "../machines.ts";
import { plan } from "../topologies.ts";

const three = plan(devConfig(threeMachines()));
const one = plan(devConfig());

const texts = (problems: readonly Problem[]) =>
  problems.map(({ path, complaint, allowed, example, cure }) => [
    ...[path.join("."), complaint, allowed],
    example ?? cure,
  ]);

describe("machines that do not fit each other", () => {
  it("are none, in three of the same engine", () => assert.deepEqual(machineProblems(answers(three)), []));

  it("are two endpoints of the same one", () => {
    assert.deepEqual(texts(machineProblems(answers(three, {}, {}, { id: "engine 1" }))), [
      [
        "servers.1.endpoint",
        `is ${machine(12)}, which is the machine of server1 (${machine(11)}) by another way: both are lost together`,
        `the endpoint of another machine; or ${machine(11)}, where one machine is meant`,
        machine(11),
      ],
    ]);
    // An engine without an id is no other.
    assert.deepEqual(machineProblems(answers(three, { id: "" }, { id: "" })), []);
  });

  it("are engines of different major versions", () => {
    const found = machineProblems(
      answers(three, { version: "28.5.2" }, { version: "28.0.1" }, { version: "20.10.24" }),
    );
    assert.deepEqual(texts(found), [
      [
        "servers.1.endpoint",
        `is ${machine(12)}, whose engine is 20.10.24, and that of lb1 and arbiter (${machine(13)}) is 28.5.2`,
        "engines of the same major version, which form a swarm together",
        "update the older engine, one machine after the other",
      ],
    ]);
    assert.deepEqual(machineProblems(answers(three, { version: "" }, { version: "dev" })), []);
  });

  it("are clocks that are apart", () => {
    const found = machineProblems(
      answers(three, { clockAheadMs: 29_000 }, { clockAheadMs: -45_400 }, { clockAheadMs: 3_600_000 }),
    );
    assert.deepEqual(
      texts(found).map(([path, complaint]) => [path, complaint]),
      [
        ["servers.0.endpoint", `is ${machine(11)}, whose clock is 45 s behind this machine's`],
        ["servers.1.endpoint", `is ${machine(12)}, whose clock is 3600 s ahead of this machine's`],
      ],
    );
  });

  it("are engines with live-restore, which join no swarm", () => {
    const outside = member(1, { state: "inactive" });
    const found = machineProblems(
      answers(three, {}, { isLiveRestored: true, swarm: outside }, { isLiveRestored: true }),
    );
    assert.deepEqual(
      texts(found).map(([path, complaint]) => [path, complaint]),
      [["servers.0.endpoint", `is ${machine(11)}, whose engine has live-restore on`]],
    );
  });
});

describe("the swarm of several machines", () => {
  const found = (...changes: readonly Partial<SwarmState>[]) =>
    swarmFindings(three, answers(three, ...changes.map((change, index) => ({ swarm: member(index, change) }))));
  const problems = (...changes: readonly Partial<SwarmState>[]) => {
    const { problems, warnings } = found(...changes);
    assert.deepEqual(warnings, [], "there are warnings beside problems");
    return texts(problems);
  };
  const SWARM = "npm run hosts -- swarm, which prints the commands, or runs them with --yes";

  it("is well with three managers, and nobody asks for one on one machine", () => {
    assert.deepEqual(found(), { problems: [], warnings: [] });
    assert.deepEqual(swarmFindings(one, answers(one, { swarm: member(0, { state: "inactive" }) })).problems, []);
  });

  it("lacks machines, each of which is named", () => {
    const inactive = { state: "inactive", nodeId: "", isManager: false, nodes: undefined };
    const allowed = "an engine in the swarm of all machines of the stack: the networks between machines need one";
    assert.deepEqual(problems({}, inactive, { ...inactive, state: "locked" }), [
      ["servers.0.endpoint", `is ${machine(11)}, whose engine is in no swarm (inactive)`, allowed, SWARM],
      [
        "servers.1.endpoint",
        `is ${machine(12)}, whose engine is in a locked swarm`,
        allowed,
        "docker swarm unlock on that machine",
      ],
    ]);
    assert.equal(problems(inactive, inactive, inactive).length, 3);
  });

  it("is another one than a machine's", () => {
    assert.deepEqual(problems({}, {}, { nodeId: "other", nodes: [] }), [
      [
        "servers.1.endpoint",
        `is ${machine(12)}, whose engine is in another swarm than the other machines`,
        "an engine in the swarm of all machines of the stack",
        `if nothing else uses that swarm: docker swarm leave --force on that machine, then ${SWARM}`,
      ],
    ]);
  });

  it("has the networks' manager among its workers", () => {
    const worker = { isManager: false, nodes: undefined };
    const complaint = `is lb1, whose engine at ${machine(13)} is a worker of its swarm`;
    assert.deepEqual(problems(worker), [
      ["networks.manager", complaint, "a host that is a manager: server1, server2", "server1"],
    ]);
    assert.deepEqual(problems(worker, worker, worker), [
      [
        ...["networks.manager", complaint, "a host that is a manager; none of the stack's is"],
        "docker node promote n0 on a manager of the swarm",
      ],
    ]);
  });

  it("has no leader", () => {
    const [problem, ...more] = problems({ nodes: undefined, reason: "no leader" }, {}, {});
    assert.deepEqual(more, []);
    assert.deepEqual(problem?.slice(0, 2), ["networks.manager", "is lb1, whose swarm has no leader (no leader)"]);
    assert.match(problem?.[3] ?? "", /^start the other managers; .*--force-new-cluster on this one$/);
  });

  it("has the manager that the settings name", () => {
    const topology = plan(devConfig(threeMachines({ networks: { manager: "server2" } })));
    const worker = member(2, { isManager: false, nodes: undefined });
    const [problem] = swarmFindings(topology, answers(topology, {}, {}, { swarm: worker })).problems;
    assert.equal(problem?.complaint, `is server2, whose engine at ${machine(12)} is a worker of its swarm`);
    assert.equal(problem?.example, "lb1");
  });

  it("is warned of: two managers, machines that are away, old engines, containers that a boot has left", () => {
    const two = NODES.map((node, index) => ({ ...node, isManager: index < 2, status: index < 2 ? "ready" : "down" }));
    const swarm = [0, 1, 2].map((index) => member(index, { nodes: two }));
    const { problems, warnings } = swarmFindings(
      three,
      answers(
        three,
        { swarm: member(0, { nodes: two }), stopped: ["lb1-0000000", "haproxy-lb1-0000000"] },
        { swarm: swarm[1] ?? member(1), version: "20.10.24" },
        {},
      ),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      warnings.map((text) => text.split("\n")[0]),
      [
        "the swarm has two managers (lb1, server1): without either of them no container starts on any machine",
        "in the swarm server2 is down: containers there may not find the others",
        "the engine of server1 is 20.10.24: older than 28, whose containers may stay down after a boot of the machine",
        "2 containers of this stack are stopped on lb1 and arbiter, perhaps since a boot: npm run up starts them",
      ],
    );
  });
});

describe("a machine where no engine answers", () => {
  const of = (reason: string, index = 1) => {
    const silent = machinesOf(three)[index];
    assert.ok(silent);
    return texts([unreachableMachine({ machine: silent, reason })])[0];
  };

  it("is named with its hosts, and with what the others can do without it", () => {
    assert.deepEqual(of("connect ETIMEDOUT"), [
      "servers.0.endpoint",
      `is ${machine(11)}, where no Docker Engine answers (connect ETIMEDOUT)`,
      "the endpoint of an engine that answers; without server1 the others go on serving, and npm run up -- --without server1 changes them alone",
      "start the machine or its engine, and check that `ssh root@192.0.2.11 docker version` shows a server",
    ]);
    assert.match(of("x", 0)?.[2] ?? "", /without lb1 and arbiter the others .* --without lb1 changes/);
  });

  it("is named with the cure that its reason has", () => {
    assert.match(of("Host key verification failed.")?.[3] ?? "", /^log in once, and compare the key/);
    assert.match(
      of("root@192.0.2.11: Permission denied (publickey).")?.[3] ?? "",
      /^add your key there with ssh-copy-id/,
    );
    assert.match(of("bash: docker: command not found")?.[3] ?? "", /^install the Docker CLI there/);
  });
});

describe("a host that moves", () => {
  const known = (endpoints: Readonly<Record<string, string>>) => ({ endpoints: new Map(Object.entries(endpoints)) });
  const PRESENT = { lb1: machine(13), server1: machine(11), server2: machine(12), arbiter: machine(13) };

  it("is none in a new stack, where nothing has changed, and where a name is spelled differently", () => {
    assert.deepEqual(movedHostProblems(three, known({}), answers(three)), []);
    assert.deepEqual(movedHostProblems(three, known(PRESENT), answers(three)), []);
    assert.deepEqual(movedHostProblems(three, known({ ...PRESENT, server1: `${machine(11)}:22` }), answers(three)), []);
    const { arbiter: _, ...withoutArbiter } = PRESENT;
    assert.deepEqual(movedHostProblems(three, known(withoutArbiter), answers(three)), []);
  });

  it("is refused with the way to another machine", () => {
    assert.deepEqual(texts(movedHostProblems(three, known({ ...PRESENT, server2: machine(14) }), answers(three))), [
      [
        "servers.1.endpoint",
        `is ${machine(12)}, and the stack has server2 at ${machine(14)}`,
        `${machine(14)}, as long as the stack is up: its containers and data do not move to another machine`,
        'put the former endpoint back; to replace a machine see docs/hosts.md, "A machine is replaced"',
      ],
    ]);
  });

  it("is refused with the way from one machine to several, and back", () => {
    const local = "unix:///var/run/docker.sock";
    const all = { lb1: local, server1: local, server2: local };
    const toSeveral = movedHostProblems(three, known(all), answers(three));
    assert.deepEqual(
      toSeveral.map(({ path }) => path.join(".")),
      ["loadBalancer.endpoint", "servers.0.endpoint", "servers.1.endpoint"],
    );
    assert.match(toSeveral[0]?.cure ?? "", /or move: npm run backup -- --stack dev, .* then npm run restore/);
    const back = movedHostProblems(one, known(PRESENT), answers(one));
    assert.deepEqual(
      back.map(({ path }) => path.join(".")),
      ["loadBalancer.endpoint", "servers.0.endpoint", "servers.1.endpoint"],
    );
  });

  it("is the same machine by another way, where its containers are already", () => {
    const services = [{ service: "web-server2", image: "nginx:1.30.6" }];
    const before = known({ ...PRESENT, server2: "ssh://ops@two.example" });
    assert.deepEqual(movedHostProblems(three, before, answers(three, {}, {}, { services })), []);
    assert.equal(movedHostProblems(three, before, answers(three, {}, { services })).length, 1, "it is elsewhere");
    assert.equal(movedHostProblems(three, before, []).length, 1, "nobody can say so");
  });
});
