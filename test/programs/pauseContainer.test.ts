import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { devConfig } from "../devConfig.ts";
import { docker, engineMissing } from "../engine.ts";
import { deployConfig, services } from "../harness.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

/** An HAProxy that listens on the port of its health. */
const SERVES = `defaults
    mode http
    timeout client 1s
    timeout connect 1s
    timeout server 1s
frontend statistics
    bind 127.0.0.1:8404
    monitor-uri /healthz
`;

describe("the pause container's health check", function () {
  this.timeout(120_000);
  let stack: TestStack | undefined;
  let command: readonly string[] = [];
  let check: readonly string[] = [];
  /** Has no valid configuration. It starts first, because the check gives it ten seconds. */
  let unserved = "";

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stack = await createTestStack();
    const lb1 = services(await deployConfig(devConfig())).find(({ name }) => name === "lb1");
    assert.ok(lb1);
    command = lb1.inputs["command"] as string[];
    [, ...check] = (lb1.inputs["healthcheck"] as { tests: string[] }).tests;
    unserved = await start("no configuration\n");
  });
  after(() => stack?.remove());

  /** Starts a pause container whose fallback HAProxy has this configuration. */
  const start = async (configuration: string): Promise<string> => {
    assert.ok(stack);
    const file = join(stack.folder, `${configuration.length}.cfg`);
    await writeFile(file, configuration);
    const hardened = ["--user=99:99", "--read-only", "--cap-drop=ALL", "--network=none", "--ipc=none", "--init"];
    return docker(
      ...["run", "--detach", ...stack.labels, ...hardened, "--tmpfs=/run/haproxy:uid=99,gid=99"],
      ...[`--volume=${file}:${command.at(-1)}:ro`, parseConfig("foobar", "dev", {}).images.namespace, ...command],
    );
  };
  const isWell = async (id: string) =>
    (await execa("docker", ["exec", id, ...check], { reject: false })).exitCode === 0;
  const until = (wanted: boolean, id: string) =>
    eventually(async () => assert.equal(await isWell(id), wanted, await docker("logs", id)), 60);
  /** Signals the script, the child of the container's init. */
  const signal = (id: string, name: string) =>
    docker(
      ...["exec", id, "bash", "-c"],
      `for status in /proc/[0-9]*/status; do grep -q '^PPid:.1$' "$status" && kill -${name} "$(basename "$(dirname "$status")")"; done; true`,
    );

  it("succeeds before HAProxy is there, and while the fallback serves", async () => {
    const id = await start(SERVES);
    await until(true, id);
    await until(true, unserved);
    await eventually(async () => assert.match(await docker("logs", id), /serving in its place/), 60);
    await until(true, id);
  });

  it("fails while the script hangs, and succeeds when it goes on", async () => {
    const id = await start(SERVES);
    await until(true, id);
    await signal(id, "STOP");
    await until(false, id);
    await signal(id, "CONT");
    await until(true, id);
  });

  it("fails when neither HAProxy nor the fallback serves", async () => {
    await until(false, unserved);
  });
});
