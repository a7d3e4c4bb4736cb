import assert from "node:assert/strict";
import { type Known, knownToExport, knownToOutputs } from "../../ownership/known.ts";

const MARK = "dev-0123456789ab";

const known = (more: Partial<Known> = {}): Known => ({
  state: MARK,
  ids: new Set(),
  unfinished: new Set(),
  isUnfinished: false,
  endpoints: new Map(),
  containers: [],
  hasPasswords: true,
  passwords: [],
  generations: undefined,
  authority: undefined,
  migrated: undefined,
  hasBackupKey: true,
  retained: [],
  firstName: "dev",
  ...more,
});
const NEW = known({
  state: undefined,
  endpoints: new Map(),
  containers: [],
  hasPasswords: false,
  hasBackupKey: false,
  firstName: undefined,
});

describe("what a state knows", () => {
  const urn = (type: string, name: string) => `urn:pulumi:dev::foobar::${type}::${name}`;
  const resource = (type: string, name: string, more: Record<string, unknown> = {}) => ({
    urn: urn(type, name),
    type,
    ...more,
  });
  const CONTAINER = "docker:index/container:Container";
  const labels = [
    { label: "foobar.project", value: "foobar" },
    { label: "foobar.stack", value: "dev" },
  ];
  const resources = [
    resource("random:index/randomId:RandomId", "state", { id: "x", outputs: { hex: MARK } }),
    resource("random:index/randomId:RandomId", "migrated", {
      id: "x",
      outputs: { keepers: { release: "0123456789" } },
    }),
    resource("random:index/randomPassword:RandomPassword", "mysql-root-password", {
      id: "none",
      outputs: { result: { ciphertext: "v1:" } },
    }),
    resource("random:index/randomPassword:RandomPassword", "backup-key", { id: "none" }),
    resource(CONTAINER, "web", { id: "c1", inputs: { name: "web-1" }, outputs: { id: "c1", labels } }),
    resource(CONTAINER, "app", { id: "c2", inputs: { name: "app-1" }, pendingReplacement: true }),
    resource("docker:index/volume:Volume", "data", { id: "v1", retainOnDelete: true, inputs: { name: { secret: 1 } } }),
    resource("pulumi:pulumi:Stack", "foobar-dev", {
      outputs: { generations: { secrets: { root: 2 }, authority: { signing: 1, trusted: [1] } } },
    }),
  ];
  const exported = (deployment: unknown) => JSON.stringify({ version: 3, deployment });

  it("comes from its export: mark, ids, passwords, unfinished operations", () => {
    const pending_operations = [
      { type: "creating", resource: resource(CONTAINER, "lb", { inputs: { name: "lb-1" } }) },
      { type: "deleting", resource: resource(CONTAINER, "web", { id: "c1", inputs: { name: "web-1" } }) },
    ];
    assert.deepEqual(knownToExport(exported({ resources, pending_operations })), {
      state: MARK,
      ids: new Set(["c1", "c2", "v1"]),
      unfinished: new Set(["container lb-1", "container app-1"]),
      isUnfinished: true,
      endpoints: new Map(),
      containers: ["web", "app"],
      hasPasswords: true,
      passwords: ["mysql-root-password", "backup-key"],
      generations: { secrets: { root: 2 }, authority: { signing: 1, trusted: [1] } },
      authority: { signing: 1, trusted: [1] },
      migrated: "0123456789",
      hasBackupKey: true,
      retained: ["v1"],
      firstName: "dev",
    });
  });

  it("has the endpoint of each host, by its provider", () => {
    const provider = (name: string, outputs: object) => resource("pulumi:providers:docker", name, { id: "x", outputs });
    const all = [
      provider("lb1", { host: "ssh://root@192.0.2.13", sshOpts: "[]" }),
      provider("server1", { host: "tcp://192.0.2.11:2376" }),
      provider("unknown", {}),
      resource("pulumi:providers:random", "default", { id: "x", outputs: { host: "none" } }),
    ];
    const endpoints = new Map(Object.entries({ lb1: "ssh://root@192.0.2.13", server1: "tcp://192.0.2.11:2376" }));
    assert.deepEqual(knownToExport(exported({ resources: all })).endpoints, endpoints);
    const outputs = Object.fromEntries(all.map(({ urn, type, ...more }) => [urn, { type, ...more }]));
    assert.deepEqual(knownToOutputs(outputs).endpoints, endpoints);
  });

  it("has the authority's generations from the output of the version before, too", () => {
    const authority = { signing: 2, trusted: [2] };
    const root = resource("pulumi:pulumi:Stack", "foobar-dev", { outputs: { authority } });
    const { generations, authority: known } = knownToExport(exported({ resources: [root] }));
    assert.deepEqual([generations, known], [undefined, authority]);
  });

  it("is nothing for a new state", () => {
    for (const deployment of [undefined, null, {}, { manifest: {}, resources: [] }]) {
      assert.deepEqual(knownToExport(exported(deployment)), { ...NEW, retained: [] });
    }
  });

  it("has the stack's former name from its resources' labels, for a state without a mark", () => {
    const { state, firstName } = knownToExport(exported({ resources: resources.slice(1) }));
    assert.deepEqual([state, firstName], [undefined, "dev"]);
  });

  it("comes from the outputs that Pulumi's engine gives the program, too", () => {
    const outputs = Object.fromEntries(
      resources.map(({ urn, type, ...rest }) => [urn, { type, outputs: "outputs" in rest ? rest.outputs : {} }]),
    );
    const { state, ids, hasPasswords, generations, firstName } = knownToOutputs(outputs);
    assert.deepEqual([state, ids, hasPasswords, firstName], [MARK, new Set(["c1"]), true, "dev"]);
    assert.deepEqual(generations?.secrets, { root: 2 });
    assert.equal(knownToOutputs({}).hasPasswords, false);
  });
});
