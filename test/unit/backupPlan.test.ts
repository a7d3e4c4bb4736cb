import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, services } from "../harness.ts";

const settings = (mysql: Readonly<Record<string, unknown>>) => devConfig({ "foobar:mysql": mysql });

const plan = (mysql: Readonly<Record<string, unknown>>) => planTopology(parseConfig("foobar", "dev", settings(mysql)));

describe("the plan of backups", () => {
  it("has none by default", () => assert.equal(plan({}).backups, undefined));

  it("puts them beside a replica, and clones the primary last", () => {
    const { backups } = plan({ backup: {}, primary: "server2" });
    assert.equal(backups?.host, "server1");
    assert.deepEqual(backups?.members, ["mysql-server1.replication", "mysql-server2.replication"]);
  });

  it("clones a group's arbiter first, which serves no clients", () => {
    const { backups } = plan({ backup: {}, replication: "group" });
    assert.equal(backups?.members[0], "mysql-arbiter.replication");
  });

  it("has a volume of its own for each folder", () => {
    const volumes = [{}, { directory: "/srv/a" }, { directory: "/srv/b" }].map(
      (backup) => plan({ backup }).backups?.volume,
    );
    assert.equal(volumes[0], "foobar-dev-backups");
    assert.equal(new Set(volumes).size, 3);
  });

  it("gives restored data volumes and a timeline of its own", () => {
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

  it("keeps the volume when the stack is removed", () => {
    const [volume, ...others] = ofType(deployment, "Volume").filter(({ options }) => options.retainOnDelete);
    assert.deepEqual(others, []);
    assert.equal(volume?.name, "mysql-backup-data");
    assert.deepEqual(volume.inputs["driverOpts"], { type: "none", o: "bind", device: "/srv/backups" });
  });

  it("protects the key even if the passwords are not protected, because the backups outlive both", () => {
    const [key] = ofType(deployment, "RandomPassword").filter(({ name }) => name === "backup-key");
    assert.equal(key?.options.protect, true);
  });

  it("gets from the state until when backups may lack authentication: here none does", () => {
    const [service] = services(deployment).filter(({ name }) => name === "mysql-backup");
    const environment = service?.inputs["envs"] as readonly string[];
    assert.ok(environment.includes("UNAUTHENTICATED_UNTIL="));
    const [since] = ofType(deployment, "RandomId").filter(({ name }) => name === "backup-authenticated-since");
    const [key] = ofType(deployment, "RandomPassword").filter(({ name }) => name === "backup-key");
    // The values in the state count, not those of a later run.
    assert.deepEqual([since?.options.ignoreChanges, key?.options.ignoreChanges], [["keepers"], ["minNumeric"]]);
  });

  it("gets the moment of this version's first run, if an older version made the key", async () => {
    const moved = await deployConfig(settings({ backup: {} }), {
      "random:index/randomPassword:RandomPassword": () => ({ minNumeric: 0 }),
    });
    const [service] = services(moved).filter(({ name }) => name === "mysql-backup");
    assert.match(String(service?.inputs["envs"]), /UNAUTHENTICATED_UNTIL=\d{8}T\d{6}Z/);
  });

  it("begins when every database is in its place", () => {
    const service = services(deployment).find(({ name }) => name === "mysql-backup");
    assert.ok(service?.dependsOn.includes("mysql-steward"));
  });
});
