import assert from "node:assert/strict";
import type { EngineState } from "../../engine/state.ts";
import { pairRows, probeSubnet, reachesIn } from "../../operations/hosts/probePlan.ts";
import { isWell, type Row, rowsOf } from "../../operations/hosts/rows.ts";
import { machineProblems } from "../../preflight/machines.ts";
import { swarmFindings } from "../../preflight/swarm.ts";
import { inSwarm, machinesWith, stackOn } from "../severalHosts.ts";

const HOSTS = { lb1: "10.0.5.1", server1: "10.0.5.2", server2: "10.0.5.3" };
const NODES = ["lb1", "server1", "server2"].map((id) => ({ id, hostname: id, status: "ready", isManager: true }));
const member = (nodeId: string) =>
  inSwarm({ state: "active", nodeId, isManager: true, nodes: NODES, address: "10.0.5.1" });
const WELL = { lb1: member("lb1"), server1: member("server1"), server2: member("server2") };

const rows = (
  states: Readonly<Record<string, Partial<EngineState>>>,
  { silent = [], more = {} }: { readonly silent?: readonly string[]; readonly more?: object } = {},
): Row[] => {
  const { topology } = stackOn(HOSTS);
  const all = machinesWith(topology, states);
  const isSilent = ({ machine }: (typeof all)[number]) => silent.includes(machine.hosts[0] ?? "");
  const answered = all.filter((one) => !isSilent(one));
  return rowsOf({
    silent: all.filter(isSilent).map(({ machine }) => ({ machine, reason: "Host key verification failed." })),
    findings: answered.map((one) => ({ ...one, kernel: undefined, collisions: [], images: [], notes: [], ...more })),
    apart: machineProblems(answered),
    swarm: swarmFindings(topology, answered),
    isSeveral: true,
  });
};
const wrong = (all: readonly Row[]) => all.filter(({ mark }) => mark !== "ok");
const texts = (all: readonly Row[]) => wrong(all).map(({ machine, mark, text }) => `${machine} ${mark} ${text}`);

describe("the check of several machines", () => {
  it("has only good rows if nothing is missing", () => {
    const all = rows(WELL);
    assert.deepEqual(texts(all), []);
    assert.ok(isWell(all));
    assert.deepEqual([...new Set(all.map(({ machine }) => machine))], ["lb1/arbiter", "server1", "server2"]);
  });

  it("has one line a fact, each with its cure", () => {
    const all = [
      ...rows({}, { silent: ["server1"] }),
      ...rows({ ...WELL, server1: { ...WELL.server1, clockAheadMs: 90_000, version: "20.10.24" } }),
      ...rows({ ...WELL, server2: { ...WELL.server2, id: "ssh://ops@10.0.5.1" } }),
      ...rows({ ...WELL, lb1: { isLiveRestored: true } }),
      ...rows(WELL, { more: { kernel: "too old\n    allowed:   5.14.0\n    cure:      update" } }),
    ];
    for (const { text } of all) assert.doesNotMatch(text, /\n/);
    const all2 = texts(all);
    for (const [pattern, machine] of [
      [/no Docker Engine answers \(Host key verification failed\.\); cure: log in once/, "server1"],
      [/whose engine is in no swarm \(inactive\); cure: npm run hosts -- swarm/, "lb1/arbiter"],
      [/clock is 90 s ahead/, "server1"],
      [/which is the machine of lb1 and arbiter .* by another way/, "server2"],
      [/live-restore on; cure: remove live-restore/, "lb1/arbiter"],
      [/too old; allowed: 5\.14\.0; cure: update/, "server2"],
    ] as const) {
      assert.ok(
        all2.some((line) => line.startsWith(`${machine} missing`) && pattern.test(line)),
        `${pattern} in\n${all2.join("\n")}`,
      );
    }
    assert.ok(!isWell(all));
  });

  it("warns of two managers, and is well with a warning", () => {
    const two = NODES.map((node) => ({ ...node, isManager: node.id !== "server2" }));
    const all = rows({
      lb1: inSwarm({ state: "active", nodeId: "lb1", isManager: true, nodes: two }),
      server1: inSwarm({ state: "active", nodeId: "server1", isManager: true, nodes: two }),
      server2: inSwarm({ state: "active", nodeId: "server2" }),
    });
    assert.match(texts(all).join("\n"), /^all warning the swarm has two managers .*; cure: a third one/);
    assert.ok(isWell(all));
  });

  it("says of a missing image what to do about it", () => {
    const image = { path: ["images", "nginx"], complaint: "is nginx:1", allowed: "…", cure: "docker load" };
    const all = texts(rows(WELL, { more: { images: [image], notes: ["it lacks a"] } }));
    assert.match(all[0] ?? "", /images\.nginx is nginx:1; cure: docker load/);
    assert.equal(all[1], "lb1/arbiter warning it lacks a");
  });
});

describe("the probe between machines", () => {
  const { topology } = stackOn(HOSTS);
  const answered = machinesWith(topology, WELL);
  const [one, two] = answered.map(({ machine }) => machine);
  const judged = (reach: "all" | "small" | "none", isEncrypted = false, mtu: number | undefined = undefined) =>
    one === undefined || two === undefined ? [] : pairRows([{ from: one, to: two, reach }], { isEncrypted, mtu });

  it("uses a subnet that is free everywhere, and outside the stack", () => {
    const networks = [{ name: "other", subnets: ["10.202.0.0/24"], own: false }];
    const subnet = probeSubnet(topology, [...answered, ...machinesWith(topology, { lb1: { networks } })]);
    assert.match(subnet, /^10\.\d+\.\d+\.\d+\/26$/);
    assert.ok(!subnet.startsWith("10.202.") && !subnet.startsWith("10.201."));
  });

  it("reads how far each machine came", () => {
    const read = reachesIn("10.0.0.2 all\r\nnoise\n10.0.0.3 small\n10.0.0.4 none\n10.0.0.5 else\n");
    assert.deepEqual(
      [...read],
      [
        ["10.0.0.2", "all"],
        ["10.0.0.3", "small"],
        ["10.0.0.4", "none"],
      ],
    );
  });

  it("says which machines reach each other", () => {
    assert.deepEqual(judged("all"), [
      {
        machine: "lb1/arbiter",
        mark: "ok",
        text: "it reaches server1 in a network between machines, with large answers",
      },
    ]);
  });

  it("names the likely causes where they do not", () => {
    const text = (...args: Parameters<typeof judged>) => judged(...args)[0]?.text ?? "";
    assert.match(text("none"), /does not reach server1; likely causes: .*udp 4789, tcp 7946 and udp 7946/);
    assert.doesNotMatch(text("none"), /ESP/);
    assert.match(text("none", true), /kernel without ESP .*esp4, and rfc4106\(gcm\(aes\)\).*protocol 50/);
    assert.match(text("small"), /packets of 1500 bytes; cure: set networks\.mtu/);
    assert.match(text("small", false, 1400), /packets of 1400 bytes, as networks\.mtu says/);
  });
});
