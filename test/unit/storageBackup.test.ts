import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, services } from "../harness.ts";
import { SERVERS, threeMachines } from "../machines.ts";

const NFS = { type: "nfs", o: "addr=192.0.2.20,rw", device: ":/srv/media" };
const STORAGE = { uploads: { path: "/srv/uploads" }, media: { path: "/srv/media", options: NFS } };

const settings = (storage: object, mysql: object) =>
  devConfig({ "foobar:application": { storage }, "foobar:mysql": mysql });

const plan = (storage: object, mysql: object) => planTopology(parseConfig("foobar", "dev", settings(storage, mysql)));

describe("the plan of storages' backups", () => {
  it("has a reader where the backups are, if there are storages and backups", () => {
    const { backups } = plan(STORAGE, { backup: {} });
    assert.deepEqual([backups?.reader?.host, backups?.reader?.attachments], [backups?.host, []]);
    assert.equal(plan({}, { backup: {} }).backups?.reader, undefined);
    assert.equal(plan(STORAGE, {}).backups, undefined);
  });

  it("gives a restore volumes of its own, except where the options say which place it is", () => {
    const { storage } = plan(STORAGE, { backup: {}, restored: "20261121t120000z" }).application;
    assert.deepEqual(
      storage.map(({ volume, isShared }) => [volume, isShared]),
      [
        ["foobar-dev-storage-uploads-20261121t120000z", false],
        ["foobar-dev-storage-media", true],
      ],
    );
  });
});

describe("a storage on several machines", () => {
  const [first, second] = SERVERS;
  const refused = (mysql: object, storage: object) =>
    problems({
      ...threeMachines({ servers: [first, { ...second, roles: ["web", "db"] }], mysql }),
      "foobar:application": { storage },
    });
  const local = { uploads: { path: "/srv/uploads" } };

  it("is refused if the backups are on a machine that has none of its files", () => {
    const [problem = "", ...others] = refused({ backup: {} }, local);
    assert.match(problem, /^foobar:application.storage.uploads.options is not set, and the backups are on .* server2/);
    assert.deepEqual(others, []);
  });

  it("is taken if they are on the application's machine, if there are none, or if it is a share", () => {
    assert.deepEqual(refused({ backup: { server: "server1" } }, local), []);
    assert.deepEqual(refused({}, local), []);
    assert.deepEqual(refused({ backup: {} }, { media: STORAGE.media }), []);
  });
});

describe("backups of storages, against mocks", () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await deployConfig(settings(STORAGE, { backup: {} }));
  });

  const service = (name: string) => services(deployment).find((one) => one.name === name)?.inputs ?? {};
  const mounts = (name: string) =>
    (service(name)["volumes"] as readonly { containerPath: string; readOnly?: boolean }[])
      .filter(({ containerPath }) => /^\/(storage|exchange|run)\b/.test(containerPath))
      .map(({ containerPath, readOnly }) => `${containerPath}${readOnly ? ":ro" : ""}`);

  it("reads the files with one capability, without a network, keys, or a way to write to them", () => {
    const reader = service("storage-reader");
    assert.deepEqual(mounts("storage-reader"), ["/exchange", "/storage/uploads:ro", "/storage/media:ro"]);
    assert.deepEqual(
      [reader["capabilities"], reader["networkMode"], reader["user"], reader["readOnly"]],
      [{ adds: ["CAP_DAC_READ_SEARCH"], drops: ["ALL"] }, "none", "0:0", true],
    );
  });

  it("leaves the container of the backups without any capability and without the storages", () => {
    const backup = service("mysql-backup");
    assert.deepEqual(backup["capabilities"], { drops: ["ALL"] });
    assert.deepEqual(mounts("mysql-backup"), ["/run/secrets:ro", "/exchange"]);
    assert.ok((backup["envs"] as readonly string[]).includes("STORAGES=media,uploads"));
  });

  it("makes the volume of a storage once for each machine, the backups' machine included", () => {
    const made = ofType(deployment, "Volume").filter(({ inputs }) => /-storage-/.test(String(inputs["name"])));
    assert.deepEqual(made.map(({ inputs }) => inputs["name"]).sort(), [
      "foobar-dev-storage-media",
      "foobar-dev-storage-uploads",
    ]);
  });
});
