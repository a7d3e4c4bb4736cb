import assert from "node:assert/strict";
import { mkdtempSync, rmdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../config/config.ts";
import type { Problem } from "../../config/problems.ts";
import { type EngineState, engineState } from "../../engine/state.ts";
import { collisions } from "../../preflight/collisions.ts";
import { dataProblems } from "../../preflight/data.ts";
import { missingBackupFolder, missingFiles } from "../../preflight/folders.ts";
import { kernelProblem } from "../../preflight/versions.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { NOBODY, REMOTE } from "../proposals.ts";

const planned = (changes = {}) => planTopology(parseConfig("foobar", "dev", devConfig(changes)));

const texts = (problems: readonly Problem[]) =>
  problems.map(({ path, complaint, allowed }) => `${path.join(".")} ${complaint ?? allowed}`);

const found = async (state: Partial<EngineState>, endpoint = REMOTE, changes = {}) =>
  // Without the subnets of this machine, which may run a stack in the default range.
  texts(await collisions(planned(changes), endpoint, { ...NOBODY, ...state }, []));

/** What is found in the data of all machines together. */
const foundInData = (state: Partial<EngineState>, changes = {}) =>
  texts(dataProblems(planned(changes), { ...NOBODY, ...state }));

/** A port that no process of this machine uses at any address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

describe("preflight", () => {
  it("requires a kernel that passes waiting connections on", () => {
    for (const release of ["5.14.0-427.el9.x86_64", "6.1.0-18-amd64", "6.18.44"]) {
      assert.equal(kernelProblem(release, REMOTE), undefined, release);
    }
    for (const release of ["4.18.0-553.el8", "5.4.0-42-generic", "5.13.19"]) {
      assert.match(kernelProblem(release, REMOTE) ?? "", /too old\n {4}allowed: {3}5\.14\.0 or newer/, release);
    }
  });

  it("finds no problem on an empty engine, nor in the stack's own resources", async () => {
    assert.deepEqual(await found({}), []);
    assert.deepEqual(
      await found({
        networks: [{ name: "foobar-dev-edge", subnets: ["10.201.0.0/24"], own: true }],
        published: [{ container: "lb1-0000000", address: "127.0.0.1", port: 8080, service: "lb1" }],
      }),
      [],
    );
  });

  it("names the container that has a port", async () => {
    assert.deepEqual(
      await found({ published: [{ container: "other", address: "127.0.0.1", port: 8404, service: undefined }] }),
      ["loadBalancer.statsPort is 8404, which the container other has at 127.0.0.1"],
    );
  });

  it("refuses to begin without data if a server that no longer has a database has the stack's data", () => {
    assert.deepEqual(foundInData({ dataVolumes: ["foobar-dev-mysql-server3"] }), [
      "mysql.primary would begin without data, while the volumes foobar-dev-mysql-server3 have the stack's data",
    ]);
    for (const name of ["server1", "server2"]) {
      assert.deepEqual(foundInData({ dataVolumes: [`foobar-dev-mysql-${name}`] }), []);
    }
    // Nobody begins with data that was set aside.
    const kept = "foobar-dev-mysql-server3-kept-20261121t120000000z";
    assert.deepEqual(foundInData({ dataVolumes: [kept] }), []);
  });

  it("refuses a MySQL that is older than the one that wrote the data, and no other", async () => {
    const services = (image: string) => [{ service: "mysql-server2", image }];
    for (const image of ["mysql:9.7.5", "registry.example:5000/mysql:10.0", "mysql:9.8"]) {
      const [problem] = await found({ services: services(image) });
      assert.match(problem ?? "", new RegExp(`^images\\.mysql ${image}, which mysql-server2 runs, or newer`));
    }
    for (const image of ["mysql:9.7.4", "mysql:9.7", "mysql:8.4.10", "mysql@sha256:0123"]) {
      assert.deepEqual(await found({ services: services(image) }), [], image);
    }
    assert.deepEqual(await found({ services: [{ service: "web-server1", image: "nginx:99.1" }] }), []);
  });

  it("notices a port that a process of this machine uses, if the engine is on this machine", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const changes = { "foobar:loadBalancer": { port: address.port, httpsPort: await freePort() } };
    try {
      assert.deepEqual(await found({}, "unix:///run/docker.sock", changes), [
        `loadBalancer.port is ${address.port}, which another process on this machine has at 127.0.0.1`,
      ]);
      assert.deepEqual(await found({}, REMOTE, changes), []);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("names the network that has a subnet, in whole or in part", async () => {
    const networks = [
      { name: "vpn", subnets: ["10.201.0.0/16"], own: false },
      { name: "six", subnets: ["fd00::/64"], own: false },
      { name: "host", subnets: [], own: false },
    ];
    assert.deepEqual(await found({ networks }), [
      "networks.range a range that does not overlap the engine's network vpn (10.201.0.0/16)",
    ]);
  });

  it("fails within a time limit if no engine answers", () =>
    assert.rejects(
      engineState({ endpoint: "unix:///nowhere/docker.sock" }, { project: "foobar", stack: "dev" }),
      /ENOENT/,
    ));

  it("requires a folder with files for a user's application, and for static files", () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    for (const key of ["files", "staticFiles"] as const) {
      assert.deepEqual(missingFiles(key, undefined), []);
      assert.deepEqual(missingFiles(key, "config"), []);
      for (const wrong of [folder, "no/such/folder", "package.json"]) {
        assert.deepEqual(
          missingFiles(key, wrong).map(({ path }) => path),
          [["application", key]],
          wrong,
        );
      }
    }
    rmdirSync(folder);
  });

  it("requires the folder of the backups", () => {
    const backups = (directory: string) =>
      missingBackupFolder(
        planTopology(parseConfig("foobar", "dev", devConfig({ "foobar:mysql": { backup: { directory } } }))),
      );
    assert.deepEqual(backups(tmpdir()), []);
    const [problem] = backups("/no/such/folder");
    assert.deepEqual(problem?.path, ["mysql", "backup", "directory"]);
    assert.match(problem?.cure ?? "", /^install --directory --owner 999 .*\/no\/such\/folder$/);
  });

  it("requires an address of this machine, if the engine is on this machine", async () => {
    const changes = { "foobar:loadBalancer": { address: "192.0.2.1" } };
    const [problem] = await found({}, "unix:///run/docker.sock", changes);
    assert.match(problem ?? "", /^loadBalancer\.address an address that this machine has: 127\.0\.0\.1, /);
    assert.deepEqual(await found({}, REMOTE, changes), []);
    for (const address of ["127.0.0.1", "127.0.0.9", "0.0.0.0"]) {
      const changed = { "foobar:loadBalancer": { address, port: await freePort(), httpsPort: await freePort() } };
      assert.deepEqual(await found({}, "unix:///run/docker.sock", changed), []);
    }
  });

  it("notices a port of the pair's other load balancer, which is replaced later", async () => {
    const pair = (port: number) => ({ "foobar:loadBalancer": { replicas: 2, port } });
    const held = (port: number, service: string) => ({
      container: `${service}-0000000`,
      address: "127.0.0.1",
      port,
      service,
    });
    const published = [held(8080, "lb1"), held(8081, "lb2")];
    assert.deepEqual(await found({ published }, REMOTE, pair(8080)), []);
    assert.deepEqual(await found({ published }, REMOTE, pair(8090)), []);
    assert.deepEqual(await found({ published }, REMOTE, pair(8081)), [
      "loadBalancer.port is 8081, which lb2 of this stack, until it is replaced itself, has at 127.0.0.1",
    ]);
  });

  it("refuses other data for running databases", () => {
    const restored = (name: string | undefined) => ({ "foobar:mysql": name === undefined ? {} : { restored: name } });
    const volumes = (suffix: string) => ["server1", "server2"].map((server) => `foobar-dev-mysql-${server}${suffix}`);
    const [one, other] = ["20261121t120000z", "20261122t120000z"];
    const found1 = (dataAtWork: string[], name?: string) =>
      foundInData({ dataAtWork, dataVolumes: [...volumes(""), ...volumes(`-${one}`)] }, restored(name));
    assert.deepEqual(found1([]), []);
    assert.deepEqual(found1(volumes("")), []);
    assert.deepEqual(found1(volumes(`-${one}`), one), []);
    assert.deepEqual(found1(volumes(`-${one}`)), [
      `mysql.restored is not set, and the running databases have the data of the restore ${one}`,
    ]);
    assert.deepEqual(found1(volumes(""), one), [
      `mysql.restored is ${one}, and the running databases have data that was never restored`,
    ]);
    assert.deepEqual(found1(volumes(`-${one}`), other), [
      `mysql.restored is ${other}, and the running databases have the data of the restore ${one}`,
    ]);
  });

  it("proposes the restore if its volumes are the only ones", () =>
    assert.deepEqual(foundInData({ dataVolumes: ["foobar-dev-mysql-server2-20261121t120000z"] }), [
      "mysql.restored would begin without data, while the volumes foobar-dev-mysql-server2-20261121t120000z have the stack's data",
    ]));
});
