import assert from "node:assert/strict";
import { agentProgram } from "../../components/mysqlCluster/agent.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, type Registered, services } from "../harness.ts";

const volumesOf = (inputs: Registered["inputs"]) =>
  inputs["volumes"] as { volumeName: string; containerPath: string }[];

describe("a database and its agent, against mocks", () => {
  let dev: Deployment;

  before(async () => {
    dev = await deployConfig(devConfig());
  });

  it("shares a database's data, run folder, secrets and desired state with its agent, and nothing else", () => {
    const volumes = (name: string) => volumesOf(services(dev).find((service) => service.name === name)?.inputs ?? {});
    for (const server of ["server1", "server2"]) {
      const [own, agent] = [volumes(`mysql-${server}`), volumes(`agent-${server}`)];
      const shared = own.filter(({ volumeName }) => agent.some((one) => one.volumeName === volumeName));
      assert.deepEqual(shared.map(({ containerPath }) => containerPath).sort(), [
        ...["/etc/mysql/desired", "/run/secrets", "/var/lib/mysql", "/var/run/mysqld"],
      ]);
    }
  });

  it("keeps the folder that they share in memory, for MySQL's user alone", () => {
    const run = ofType(dev, "Volume").find(({ name }) => name === "mysql-server1-run");
    assert.deepEqual(run?.inputs["driverOpts"], {
      ...{ type: "tmpfs", device: "tmpfs" },
      o: "uid=999,gid=999,mode=0750,size=4m,noexec,nosuid,nodev",
    });
  });

  it("replaces no database because of another version of the agent", () => {
    const { version } = agentProgram();
    assert.ok(version !== undefined);
    const replaced = services(dev).filter(({ inputs }) => JSON.stringify(inputs).includes(version));
    assert.deepEqual(replaced.map(({ name }) => name).sort(), ["agent-server1", "agent-server2", "mysql-steward"]);
  });
});
