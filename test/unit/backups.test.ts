import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parseConfig } from "../../config.ts";
import { planTopology } from "../../topology.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, services } from "../harness.ts";

const SCRIPTS = fileURLToPath(new URL("../../components/mysqlBackup/files", import.meta.url));

const settings = (mysql: Readonly<Record<string, unknown>>) => devConfig({ "foobar:mysql": mysql });
const plan = (mysql: Readonly<Record<string, unknown>>) => planTopology(parseConfig("foobar", "dev", settings(mysql)));

describe("the plan of backups", () => {
  it("has none unless they are asked for", () => assert.equal(plan({}).backups, undefined));

  it("puts them beside a replica, and asks the primary for data last", () => {
    const { backups } = plan({ backup: {}, primary: "server2" });
    assert.equal(backups?.host, "server1");
    assert.deepEqual(backups?.members, ["mysql-server1.replication", "mysql-server2.replication"]);
  });

  it("asks a group's arbiter first, which serves nobody", () => {
    const { backups } = plan({ backup: {}, replication: "group" });
    assert.equal(backups?.members[0], "mysql-arbiter.replication");
  });

  it("has another volume for another folder", () => {
    const volumes = [{}, { directory: "/srv/a" }, { directory: "/srv/b" }].map(
      (backup) => plan({ backup }).backups?.volume,
    );
    assert.equal(volumes[0], "foobar-dev-backups");
    assert.equal(new Set(volumes).size, 3);
  });

  it("gives what a restore made volumes of its own, and a timeline", () => {
    const { backups, cluster } = plan({ backup: {}, restored: "20261121t120000z" });
    assert.equal(backups?.timeline, "20261121t120000z");
    const before = plan({ backup: {} });
    assert.equal(before.backups?.timeline, "first");
    for (const [index, { dataVolume }] of cluster.databases.entries()) {
      assert.equal(dataVolume, `${before.cluster.databases[index]?.dataVolume}-20261121t120000z`);
    }
  });
});

describe("backups, against mocks", () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await deployConfig(settings({ protect: false, backup: { directory: "/srv/backups" } }));
  });

  it("keeps the volume whatever becomes of the stack", () => {
    const [volume, ...others] = ofType(deployment, "Volume").filter(({ options }) => options.retainOnDelete);
    assert.deepEqual(others, []);
    assert.equal(volume?.name, "mysql-backup-data");
    assert.deepEqual(volume.inputs["driverOpts"], { type: "none", o: "bind", device: "/srv/backups" });
  });

  it("protects the key with the passwords", async () => {
    const key = (one: Deployment) => ofType(one, "RandomPassword").find(({ name }) => name === "backup-key")?.options;
    assert.equal(key(deployment)?.protect, false);
    assert.equal(key(await deployConfig(settings({ backup: {} })))?.protect, true);
  });

  it("begins once every database is in its place", () => {
    const service = services(deployment).find(({ name }) => name === "mysql-backup");
    assert.ok(service?.dependsOn.includes("mysql-steward"));
  });
});

describe("the scripts of backups", () => {
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith(".sh"))) {
    it(`${name} is valid`, async () => {
      await execa("bash", ["-n", `${SCRIPTS}/${name}`]);
    });
  }
});
