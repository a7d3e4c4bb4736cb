import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { engineState } from "../../engine/state.ts";
import { askEngines } from "../../preflight/engines.ts";
import { devConfig } from "../devConfig.ts";
import { type FakeEngine, fakeEngine } from "../fakeEngine.ts";
import { plan } from "../topologies.ts";

const ABOUT = { ID: "AAAA", ServerVersion: "28.5.2", KernelVersion: "6.1.0" };

describe("the engines of several machines", () => {
  const engines: FakeEngine[] = [];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-"));
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
    rmSync(folder, { recursive: true });
  });

  const socket = (name: string) => join(folder, `${name}.sock`);
  const start = async (name: string, more: Parameters<typeof fakeEngine>[1] = {}) => {
    const engine = await fakeEngine([], { about: ABOUT, socket: socket(name), ...more });
    engines.push(engine);
    return engine;
  };
  /** A stack whose servers have these endpoints, and whose load balancer is beside the first one. */
  const stack = (...endpoints: string[]) =>
    plan(
      devConfig({
        "foobar:servers": endpoints.map((endpoint, index) => ({
          ...{ name: `server${index + 1}`, roles: ["web", "app", "db"], endpoint },
        })),
        "foobar:loadBalancer": { endpoint: endpoints[0] },
      }),
    );
  const ask = async (bootMs: number, ...endpoints: string[]) => {
    const start = performance.now();
    const { answered, silent } = await askEngines(stack(...endpoints), new Set(), bootMs);
    return {
      answered: answered.map(({ machine }) => machine.hosts.join()),
      silent: silent.map(({ machine, reason }) => [machine.hosts.join(), reason]),
      seconds: (performance.now() - start) / 1_000,
    };
  };
  const at = (name: string) => `unix://${socket(name)}`;

  it("are asked side by side, each once", async () => {
    await Promise.all([start("one"), start("two")]);
    const { answered, silent, seconds } = await ask(60_000, at("one"), at("two"));
    assert.deepEqual([answered, silent], [["lb1,server1", "server2"], []]);
    assert.ok(seconds < 2, String(seconds));
  });

  it("are asked without the machines that an update leaves out, with all their hosts", async () => {
    await start("two");
    const { answered, silent } = await askEngines(stack(at("one"), at("two")), new Set(["lb1", "server1"]), 0);
    assert.deepEqual([answered.map(({ machine }) => machine.hosts), silent], [[["server2"]], []]);
  });

  it("are waited for while they may be booting and another one answers", async () => {
    await start("one");
    const [asked] = await Promise.all([ask(60_000, at("one"), at("two")), sleep(500).then(() => start("two"))]);
    assert.deepEqual(asked.answered, ["lb1,server1", "server2"]);
    const { silent, seconds } = await ask(1_000, at("one"), at("three"));
    assert.deepEqual(silent[0]?.[0], "server2");
    assert.match(silent[0]?.[1] ?? "", /ENOENT/);
    assert.ok(seconds >= 1 && seconds < 10, String(seconds));
  });

  it("are not waited for where none answers, as on one machine", async () => {
    const { answered, silent, seconds } = await ask(60_000, at("one"), at("two"));
    assert.deepEqual([answered, silent.length], [[], 2]);
    assert.ok(seconds < 5, String(seconds));
  });

  it("are not waited for where the reason does not go away by itself: an unknown host key, a refused login", async () => {
    await start("one");
    const path = process.env["PATH"];
    try {
      for (const reason of ["Host key verification failed.", "ops@far.example: Permission denied (publickey)."]) {
        // In place of ssh.
        const text = `#!/bin/sh\n[ "$1" = -G ] || { echo '${reason}' >&2; exit 255; }\n`;
        writeFileSync(join(folder, "ssh"), text, { mode: 0o755 });
        process.env["PATH"] = `${folder}:${path}`;
        const { answered, silent, seconds } = await ask(60_000, at("one"), `ssh://far${reason.length}.example`);
        assert.deepEqual([answered, silent], [["lb1,server1"], [["server2", reason]]]);
        assert.ok(seconds < 5, String(seconds));
      }
    } finally {
      process.env["PATH"] = path;
    }
  });
});

describe("what an engine says about itself", () => {
  const stateOf = async (about: object, more: Parameters<typeof fakeEngine>[1] = {}) => {
    const engine = await fakeEngine([{ id: "x", name: "nginx:1.30.6" }], { about: { ...ABOUT, ...about }, ...more });
    try {
      return await engineState(engine, { project: "foobar", stack: "dev" });
    } finally {
      await engine.close();
    }
  };
  const member = { LocalNodeState: "active", NodeID: "n1", NodeAddr: "192.0.2.11" };

  it("is who it is, and how far its clock is off", async () => {
    const { id, version, kernel, isLiveRestored, swarm } = await stateOf({ LiveRestoreEnabled: true });
    assert.deepEqual([id, version, kernel, isLiveRestored], ["AAAA", "28.5.2", "6.1.0", true]);
    assert.deepEqual(swarm, {
      ...{ state: "inactive", nodeId: "", address: "", isManager: false, nodes: undefined, reason: undefined },
    });
    const { clockAheadMs } = await stateOf({ SystemTime: new Date(Date.now() + 120_000).toISOString() });
    assert.ok(Math.abs(clockAheadMs - 120_000) < 5_000, String(clockAheadMs));
    assert.equal((await stateOf({})).clockAheadMs, 0);
  });

  it("is, of a manager, which machines are in its swarm", async () => {
    const nodes = [
      { ID: "n1", Description: { Hostname: "one" }, Status: { State: "ready" }, ManagerStatus: { Leader: true } },
      { ID: "n2", Description: { Hostname: "two" }, Status: { State: "down" } },
    ];
    const { swarm } = await stateOf({ Swarm: { ...member, ControlAvailable: true } }, { nodes });
    assert.deepEqual(swarm, {
      ...{ state: "active", nodeId: "n1", address: "192.0.2.11", isManager: true, reason: undefined },
      nodes: [
        { id: "n1", hostname: "one", status: "ready", isManager: true },
        { id: "n2", hostname: "two", status: "down", isManager: false },
      ],
    });
  });

  it("is, of a manager without the others, why it does not know; a worker is not asked", async () => {
    const message = "The swarm does not have a leader. It's possible that too few managers are online.";
    const { swarm } = await stateOf({ Swarm: { ...member, ControlAvailable: true } }, { nodes: { message } });
    assert.equal(swarm.nodes, undefined);
    assert.match(swarm.reason ?? "", /The swarm does not have a leader/);
    const worker = await stateOf({ Swarm: { ...member, ControlAvailable: false } });
    assert.deepEqual([worker.swarm.isManager, worker.swarm.nodes, worker.swarm.reason], [false, undefined, undefined]);
  });

  it("is which containers of the stack have stopped, as those that a boot has left", async () => {
    const labels = { "foobar.project": "foobar", "foobar.stack": "dev" };
    const containers = [
      { name: "web-server1-0000000", state: "exited" as const, labels },
      { name: "app-server1-0000000", state: "running" as const, labels },
      { name: "other", state: "exited" as const },
      { name: "web-other", state: "exited" as const, labels: { ...labels, "foobar.stack": "other" } },
    ];
    const { stopped, isServing } = await stateOf({}, { containers });
    assert.deepEqual([stopped, isServing], [["web-server1-0000000"], true]);
    assert.equal((await stateOf({}, { containers: containers.slice(0, 1) })).isServing, false);
  });
});
