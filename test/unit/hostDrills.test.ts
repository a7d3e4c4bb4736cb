import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOST_FAULTS } from "../../operations/drills/hosts/faults.ts";
import { consequences, hitMachines, machinesFrom } from "../../operations/drills/hosts/options.ts";
import { act, repair } from "../../operations/drills/hosts/power.ts";
import { isOwn, namesOf, obstacleAt, targetsOf } from "../../operations/drills/hosts/targets.ts";
import type { Stack } from "../../operations/stack/stack.ts";

import { at, drillOf, MACHINES, NEAR, one, server, stackWith, target } from "../drilledMachines.ts";

describe("drills of machines", () => {
  it("need several machines, and a program that has power over them", () => {
    for (const { name } of HOST_FAULTS) {
      const { obstacle } = drillOf(name);
      assert.equal(obstacle(one(), MACHINES), "the stack is on one machine", name);
      assert.match(obstacle(stackWith()) ?? "", /needs --machines PROGRAM/, name);
    }
    assert.equal(drillOf("kill-host").obstacle(stackWith(), MACHINES), undefined);
    assert.match(drillOf("wipe-host").obstacle(stackWith(), MACHINES) ?? "", /needs --repair PROGRAM/);
    assert.equal(drillOf("wipe-host").obstacle(stackWith(), { ...MACHINES, repair: "/bin/repair" }), undefined);
  });

  it("hit each machine in turn, or that of one host, by whatever name", () => {
    const { topology } = stackWith();
    const titles = (host?: string) => targetsOf(topology, { host }).map(({ title }) => title);
    assert.deepEqual(titles(), ["lb1+arbiter", "server1", "server2"]);
    assert.deepEqual(titles("arbiter"), ["lb1+arbiter"]);
    assert.deepEqual(titles("10.0.0.2"), ["server2"]);
    assert.deepEqual(
      targetsOf(topology, MACHINES).map(({ name }) => name),
      ["10.0.0.3", "10.0.0.1", "10.0.0.2"],
    );
  });

  it("name machines as ssh does, with ports where one gateway stands for several", () => {
    const names = (...endpoints: string[]) => namesOf(endpoints.map((endpoint) => ({ endpoint })));
    assert.deepEqual(names("ssh://ops@lb", "tcp://10.0.0.2:2376", "ssh://[fd00::1]:22"), ["lb", "10.0.0.2", "fd00::1"]);
    assert.deepEqual(names("ssh://gate:2201", "ssh://gate:2202", "ssh://gate"), ["gate:2201", "gate:2202", "gate"]);
  });

  it("never hit the machine on which they run, and say so by name", () => {
    for (const endpoint of ["unix:///run/docker.sock", "tcp://127.0.0.1:2375", "ssh://localhost", "ssh://10.9.9.9"]) {
      assert.ok(isOwn(endpoint, ["10.9.9.9"]), endpoint);
    }
    assert.ok(!isOwn(at(1), ["10.9.9.9"]));
    const stack = stackWith({ "foobar:servers": [server(1, "unix:///var/run/docker.sock"), server(2)] });
    assert.match(obstacleAt(target(stack, "server1")) ?? "", /the drill itself runs on its machine/);
    assert.equal(drillOf("kill-host").obstacle(stack, MACHINES), undefined);
    assert.match(
      drillOf("kill-host").obstacle(stack, { ...MACHINES, host: "server1" }) ?? "",
      /^server1: the drill itself runs/,
    );
  });

  it("write beside an application on another machine", () => {
    const stack = stackWith();
    assert.equal(target(stack, "server1").writeBeside?.server, "server2");
    assert.equal(target(stack, "server2").writeBeside?.server, "server1");
    assert.equal(target(stack, "lb1").writeBeside?.server, "server1");
    const apart = stackWith({ "foobar:servers": [server(1), { ...server(2), roles: ["web", "db"] }] });
    assert.match(obstacleAt(target(apart, "server1")) ?? "", /every application server is on its machine/);
  });

  it("know what is lost with a machine", () => {
    const losses = (stack: Stack, host: string) => {
      const { isSite, movesAddress, isDatabase, isIrreplaceable } = target(stack, host);
      return { isSite, movesAddress, isDatabase, isIrreplaceable };
    };
    const none = { isSite: false, movesAddress: false, isDatabase: false, isIrreplaceable: false };
    assert.deepEqual(losses(stackWith(), "server1"), none);
    assert.deepEqual(losses(stackWith(), "lb1"), { ...none, isSite: true });
    const near = stackWith({ "foobar:mysql": NEAR });
    assert.deepEqual(losses(near, "server1"), { ...none, isDatabase: true, isIrreplaceable: true });
    assert.deepEqual(losses(near, "server2"), none);
    const asynchronous = stackWith({ "foobar:mysql": { replication: "async" } });
    assert.deepEqual(losses(asynchronous, "server1"), { ...none, isDatabase: true, isIrreplaceable: true });
    assert.deepEqual(losses(asynchronous, "server2"), none);
    const waiting = stackWith({ "foobar:mysql": { replication: "semisync", withoutReplica: "wait" } });
    assert.deepEqual(losses(waiting, "server2"), { ...none, isDatabase: true });
    // The only route goes through both servers.
    const split = stackWith({
      "foobar:servers": [
        { ...server(1), roles: ["web", "db"] },
        { ...server(2), roles: ["app", "db"] },
      ],
    });
    assert.deepEqual(losses(split, "server1"), { ...none, isSite: true });
  });

  it("of a pair cost the time in which an address moves", () => {
    const pair = (virtualAddresses: unknown) =>
      stackWith({
        "foobar:loadBalancer": {
          address: "0.0.0.0",
          replicas: 2,
          endpoint: at(3),
          pair: { endpoint: at(4), virtualAddresses },
        },
      });
    const moving = pair(["10.0.0.100"]);
    for (const host of ["lb1", "lb2"]) {
      assert.deepEqual([target(moving, host).isSite, target(moving, host).movesAddress], [false, true]);
    }
    const fixed = pair("none");
    assert.deepEqual([target(fixed, "lb1").isSite, target(fixed, "lb2").isSite], [true, false]);
  });

  it("do not wipe what nobody else has", () => {
    const wipe = (changes: object, host: string) =>
      drillOf("wipe-host").obstacle(stackWith(changes), { ...MACHINES, repair: "/bin/repair", host });
    assert.match(wipe({ "foobar:mysql": { replication: "async" } }, "server1") ?? "", /another one may lack/);
    assert.equal(wipe({ "foobar:mysql": { replication: "async" } }, "server2"), undefined);
    assert.match(wipe({ "foobar:mysql": NEAR }, "server1") ?? "", /no majority/);
    assert.equal(wipe({}, "server1"), undefined);
  });

  it("ask for consent to what they do", () => {
    assert.ok(hitMachines([drillOf("kill-nginx"), drillOf("cut-host")]));
    assert.ok(!hitMachines([drillOf("kill-nginx")]));
    assert.doesNotMatch(consequences("prod", [drillOf("kill-nginx")]), /machines|disks/);
    assert.match(consequences("prod", [drillOf("kill-host")]), /^In the stack prod machines will lose [^;]*\.$/);
    assert.match(consequences("prod", [drillOf("wipe-host")]), /disks will be wiped/);
  });
});

describe("a user's program for machines", () => {
  let folder: string;
  const program = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-machines-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("gets what to do, and the machine's name", async () => {
    const notes = join(folder, "notes");
    const switching = program("switching", `echo "$@" >>${notes}`);
    await act({ program: switching }, "off", "10.0.0.1");
    await repair({ repair: switching }, "10.0.0.1");
    assert.equal(readFileSync(notes, "utf8"), "off 10.0.0.1\n10.0.0.1\n");
  });

  it("is named with what it said if it fails", async () => {
    const failing = program("failing", "echo no such machine >&2; exit 3");
    await assert.rejects(act({ program: failing }, "cut", "lb"), {
      message: `${failing} cut lb failed: no such machine`,
    });
    await assert.rejects(act({ program: join(folder, "none") }, "cut", "lb"), /none cut lb failed: .*ENOENT/);
  });

  it("is given by a path or a name, which are checked before anything happens", () => {
    const { topology } = stackWith();
    const path = program("machines", "");
    const read = (options: object) => machinesFrom(options, 20, topology);
    assert.equal(read({}), undefined);
    assert.deepEqual(read({ machines: path, repair: "repair", host: "server1" }), {
      ...{ program: path, repair: "repair", host: "server1", offSeconds: 20 },
    });
    writeFileSync(join(folder, "plain"), "");
    assert.throws(() => read({ machines: join(folder, "plain") }), /--machines is .*plain, which cannot be run/);
    assert.throws(() => read({ machines: path, repair: "./none" }), /--repair is \.\/none, which cannot be run/);
    assert.throws(() => read({ machines: path, host: "servr1" }), /did you mean server1\?[\s\S]*lb1, arbiter, server1/);
  });
});
