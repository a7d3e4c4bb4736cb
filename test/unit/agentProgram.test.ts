import assert from "node:assert/strict";
import { build } from "esbuild";
import { agentCommand, agentProgram, agentSettings, BUNDLED_BESIDES } from "../../components/mysqlCluster/agent.ts";
import { controllerSettings } from "../../components/mysqlCluster/controller.ts";
import { parseConfig } from "../../config/config.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const GROUP = { replication: "group" };
const { cluster, database } = planTopology(parseConfig("foobar", "dev", devConfig({ "foobar:mysql": GROUP })));

describe("the program of the databases' agents", () => {
  it("is made again when any of its sources changes", async () => {
    const { metafile } = await build({
      ...{ absWorkingDir: ROOT, entryPoints: ["agent/main.ts"], outdir: "unwritten", write: false, bundle: true },
      ...{ packages: "external", platform: "node", format: "esm", metafile: true, logLevel: "silent" },
    });
    const folders = ["agent", ...BUNDLED_BESIDES].map((folder) => `${folder}/`);
    assert.deepEqual(
      Object.keys(metafile.inputs).filter((file) => !folders.some((folder) => file.startsWith(folder))),
      [],
    );
  });

  it("is in the state by its hash alone", () => {
    const [upload, ...others] = agentProgram().uploads;
    assert.deepEqual(others, []);
    assert.equal(upload?.content, undefined);
    assert.match(String(upload?.sourceHash), /^[0-9a-f]+$/);
    assert.ok(agentCommand("node").includes(String(upload?.file)));
  });
});

describe("the settings of an agent", () => {
  it("name its node and all others, and do not name the primary", () => {
    const settings = cluster.databases.map((plan) => agentSettings(plan, cluster, database));
    for (const { member, peers } of settings) {
      assert.deepEqual([member, ...peers].sort(), cluster.databases.map((plan) => plan.member).sort());
    }
    const other = { ...cluster, primary: "mysql-server2.replication" };
    assert.deepEqual(
      cluster.databases.map((plan) => agentSettings(plan, other, database)),
      settings,
    );
  });
});

describe("the settings of the switchover controller", () => {
  it("name the configured primary, every member, and what each has to serve and to know", () => {
    const expected = { certificates: { one: "a".repeat(64) }, passwords: { application: "mark" } };
    const settings = controllerSettings(cluster, expected);
    assert.equal(settings.primary, "mysql-server1.replication");
    assert.equal(settings.members.length, 3);
    assert.deepEqual({ certificates: settings.certificates, passwords: settings.passwords }, expected);
  });
});
