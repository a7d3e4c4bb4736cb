import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { certPathProblems } from "../../preflight/certPath.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { threeMachines } from "../machines.ts";

describe("certificates of the command docker", () => {
  const found = (settings: Parameters<typeof devConfig>[0], env: NodeJS.ProcessEnv) =>
    certPathProblems(planTopology(parseConfig("foobar", "dev", devConfig(settings))), env).map(({ path }) => path);

  it("are refused beside engines by ssh, once for each machine, and nowhere else", () => {
    const env = { DOCKER_CERT_PATH: "/certificates" };
    assert.deepEqual(found(threeMachines(), env), [
      ["loadBalancer", "endpoint"],
      ["servers", 0, "endpoint"],
      ["servers", 1, "endpoint"],
    ]);
    assert.deepEqual(found(threeMachines(), {}), []);
    assert.deepEqual(found({}, env), []);
  });
});
