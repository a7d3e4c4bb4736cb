import assert from "node:assert/strict";
import { execa } from "execa";
import { NODE_PATHS } from "../../components/mysqlCluster/folders.ts";
import { parseConfig } from "../../config/config.ts";
import { SET_ASIDE } from "../../operations/database/volumes.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";

describe("data that are set aside, in the image that does it", function () {
  this.timeout(60_000);
  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });

  /** What is left of the data and of their copy. `mounts` are folders that cannot be removed. */
  const setAside = async (...mounts: readonly string[]) => {
    const { stdout } = await execa("docker", [
      ...["run", "--rm", "--network=none", "--user=999:999", "--read-only"],
      ...["/var/lib/mysql", "/var/lib/mysql-files", ...mounts].map((path) => `--tmpfs=${path}:uid=999,gid=999`),
      ...["--entrypoint=bash", parseConfig("foobar", "dev", devConfig()).images.mysql, "-c"],
      `mkdir /var/lib/mysql/foobar; echo 1 >/var/lib/mysql/foobar/rows; (${SET_ASIDE}) 2>/dev/null
      cd /var/lib; cat ${NODE_PATHS.provisioning}; find mysql mysql-files -mindepth 1 | LC_ALL=C sort`,
    ]);
    return stdout.split("\n");
  };
  const COPY = ["mysql-files/foobar", "mysql-files/foobar/rows"];

  it("are copied, and a mark is left by which the server begins anew", async () =>
    assert.deepEqual(await setAside(), ["initialising", ...COPY, "mysql/.provisioning"]));

  it("have the mark before the first of them is gone: half of them are none", async () =>
    assert.deepEqual(
      (await setAside("/var/lib/mysql/held")).filter((line) => !line.startsWith("mysql/foobar")),
      ["initialising", ...COPY, "mysql-files/held", "mysql/.provisioning", "mysql/held"],
    ));
});
