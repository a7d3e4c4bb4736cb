import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { parseConfig } from "../../config/config.ts";
import { REPLACES_LABEL } from "../../engine/labels.ts";
import { stopDatabases } from "../../operations/backups/changeOver.ts";
import { backupsOf } from "../../operations/backups/container.ts";
import { buildCopy } from "../../operations/backups/copy.ts";
import { previousRestore } from "../../operations/backups/volumes.ts";
import { enginesOf } from "../../operations/stack/engines.ts";
import { finder } from "../../operations/stack/find.ts";
import { planTopology } from "../../topology/topology.ts";

const RESTORED = "20261121t120000z";
const topology = planTopology(
  parseConfig("foobar", "dev", { "foobar:mysql": JSON.stringify({ backup: {}, restored: RESTORED }) }),
);
const { cluster } = topology;
const [first] = cluster.databases;
const volume = (suffix: string, replaces?: string) => ({
  Name: `foobar-dev-mysql-server1${suffix}`,
  Labels: replaces === undefined ? null : { [REPLACES_LABEL]: replaces },
});

describe("a stack that takes no backups", () => {
  it("is told how to take them, under the stack's name as the user wrote it", () =>
    assert.throws(
      () => backupsOf({ backups: undefined }, "my-org/foobar/prod"),
      /set it: .* --stack my-org\/foobar\/prod, then npm run up -- --stack my-org\/foobar\/prod$/,
    ));
});

describe("undoing a restore", () => {
  const volumes = (...suffixes: readonly string[]) => suffixes.map((suffix) => volume(suffix));

  it("goes back to the replaced restore, which the volume's label names, not to an unused copy", () => {
    const others = volumes("", "-20261101t000000z", "-20261111t000000z");
    assert.equal(
      previousRestore([...others, volume(`-${RESTORED}`, "20261101t000000z")], cluster, RESTORED),
      "20261101t000000z",
    );
    assert.equal(previousRestore([...others, volume(`-${RESTORED}`, "first")], cluster, RESTORED), undefined);
  });

  it("goes back to the previous restore, or to the first data, if a volume of an older version has no label", () => {
    const found = volumes("", "-20261101t000000z", "-20261111t000000z", `-${RESTORED}`, "-20261130t000000z");
    assert.equal(previousRestore(found, cluster, RESTORED), "20261111t000000z");
    assert.equal(previousRestore(volumes("", `-${RESTORED}`), cluster, RESTORED), undefined);
  });

  it("is refused if that data is gone, or nothing was restored", () => {
    const gone = /no longer on the engine/;
    assert.throws(() => previousRestore(volumes(`-${RESTORED}`), cluster, RESTORED), gone);
    const says = volume(`-${RESTORED}`, "first");
    assert.throws(() => previousRestore([...volumes("-20261101t000000z"), says], cluster, RESTORED), gone);
    assert.throws(() => previousRestore(volumes(""), cluster, undefined), /mysql\.restored is not set/);
  });
});

/** A fake engine with a container of every service, which records the actions on containers and volumes. */
function notingFind(did: string[], answers: { readonly onStart?: () => void; readonly onStop?: () => void } = {}) {
  const killed = new EventEmitter();
  const container = (id: string) => ({
    inspect: async () => ({ Image: "image", Mounts: [], Config: { Env: [] } }),
    attach: async () => new PassThrough().end(),
    start: async () => {
      did.push(`start ${id}`);
      answers.onStart?.();
    },
    stop: async () => {
      did.push(`stop ${id}`);
      answers.onStop?.();
    },
    wait: () => new Promise((resolve) => killed.once("kill", () => resolve({ StatusCode: 137 }))),
    kill: async () => killed.emit("kill"),
    remove: async () => did.push(`remove ${id}`),
  });
  const engine = {
    modem: { demuxStream: (stream: PassThrough) => stream.resume() },
    listContainers: async ({ filters }: { filters: { label: string[] } }) => {
      const service = filters.label.find((label) => label.startsWith("foobar.service="))?.split("=")[1];
      return [{ Id: service, Names: [`/${service}-0123456`], State: "running" }];
    },
    getContainer: container,
    createContainer: async () => container("copy"),
    createVolume: async ({ Name, Labels }: { Name: string; Labels: Record<string, string> }) =>
      did.push(`create ${Name} in place of ${Labels[REPLACES_LABEL]}`),
    getVolume: (name: string) => ({ remove: async () => did.push(`remove ${name}`) }),
  };
  return finder(
    enginesOf(topology, () => engine as unknown as Docker),
    topology,
  );
}

describe("a restore that is interrupted", () => {
  const { backups } = topology;
  const backup = {
    ...{ name: "b", stack: "foobar/dev", timeline: "first", chain: "r", from: "server1", version: "9.7.4" },
    ...{ takenAt: "2026-11-21T12:00:00Z", seconds: 1, encrypted: true, bytes: 1, dataBytes: 1, storage: [], rows: {} },
    authentic: true,
  };

  it("ends the copy and removes its volume, whose label names the replaced data", async () => {
    const did: string[] = [];
    const stop = new AbortController();
    const find = notingFind(did, { onStart: () => setImmediate(() => stop.abort(new Error("interrupted"))) });
    const order = { backup, until: "end", volume: "new", primary: "server1", state: undefined };
    assert.ok(backups !== undefined);
    await assert.rejects(
      buildCopy(find, topology, backups, order, () => {}, stop.signal),
      { message: "interrupted" },
    );
    assert.deepEqual(did, [`create new in place of ${RESTORED}`, "start copy", "remove copy", "remove new"]);
  });

  it("starts the stopped databases again", async () => {
    const did: string[] = [];
    const stop = new AbortController();
    const find = notingFind(did, { onStop: () => stop.abort(new Error("interrupted")) });
    const never = () => assert.fail("no restore is named");
    await assert.rejects(stopDatabases({ find }, topology, stop.signal, never), { message: "interrupted" });
    assert.deepEqual(did, [`stop ${first?.name}`, `start ${first?.name}`]);
  });

  it("starts all of them again if the setting fails", async () => {
    const did: string[] = [];
    const names = cluster.databases.map(({ name }) => name);
    const name = async () => {
      throw new Error("signal: interrupt");
    };
    await assert.rejects(
      stopDatabases({ find: notingFind(did) }, topology, new AbortController().signal, name),
      /interrupt/,
    );
    assert.deepEqual(did, [...names.map((one) => `stop ${one}`), ...names.map((one) => `start ${one}`)]);
  });
});
