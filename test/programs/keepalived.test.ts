import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { keepalivedImageName } from "../../components/loadBalancer/keepalived/image.ts";
import { keepalivedConfig } from "../../components/loadBalancer/keepalived/keepalivedConfig.ts";
import { parseConfig } from "../../config/config.ts";
import type { VrrpPlan } from "../../topology/loadBalancerPlan.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";

const folder = fileURLToPath(new URL("../../components/loadBalancer/keepalived", import.meta.url));
const config = (pair: object) =>
  parseConfig("foobar", "dev", devConfig({ "foobar:loadBalancer": { replicas: 2, pair } }));

/** The VRRP plans of a pair. */
function pair(settings: object = {}): [VrrpPlan, VrrpPlan] {
  const [first, second] = planTopology(config(settings)).loadBalancers.map(({ vrrp }) => vrrp);
  assert.ok(first && second);
  return [first, second];
}

/** All values of a setting, in their order. */
const values = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`^ *${name} (.*)$`, "gm"))].map(([, value]) => value ?? "");

describe("keepalived.conf", () => {
  it("has the virtual address with the edge network's prefix, and talks to the peer only", () => {
    const [first, second] = pair().map(keepalivedConfig);
    assert.ok(first && second);
    assert.match(first, /virtual_ipaddress {\s+10\.201\.0\.254\/24 dev \$EDGE\s+}/);
    assert.match(first, /unicast_src_ip 10\.201\.0\.11\s+unicast_peer {\s+10\.201\.0\.12\s+}/);
    assert.match(second, /unicast_src_ip 10\.201\.0\.12\s+unicast_peer {\s+10\.201\.0\.11\s+}/);
    assert.deepEqual([values(first, "priority"), values(second, "priority")], [["150"], ["100"]]);
  });

  it("has an instance for each address of an active-active pair, with mirrored priorities", () => {
    const [first, second] = pair({ mode: "active-active" }).map(keepalivedConfig);
    assert.ok(first && second);
    assert.deepEqual(values(first, "virtual_router_id"), ["51", "52"]);
    assert.deepEqual(
      [values(first, "priority"), values(second, "priority")],
      [
        ["150", "100"],
        ["100", "150"],
      ],
    );
  });

  it("gives the address to the healthier of the two, and leaves it where both fail alike", () => {
    const [first, second] = pair().map(keepalivedConfig);
    assert.ok(first && second);
    const [high, low] = [first, second].map((text) => Number(values(text, "priority")[0]));
    const weights = values(first, "weight").map(Number);
    assert.ok(high && low && weights.length === 2);
    const [slow = 0] = weights;
    const dead = slow * 2;
    assert.deepEqual(weights, [slow, slow]);
    assert.ok(high + slow < low, "the other is well and this one is slow");
    assert.ok(high + dead < low + slow, "the other is slow and this one does not answer");
    assert.ok(high + slow > low + slow && low + slow > 0, "both are slow");
    assert.ok(high + dead > Math.max(1, low + dead), "neither answers");
  });

  it("asks HAProxy at the port that its configuration has for health", () =>
    assert.deepEqual(values(keepalivedConfig(pair()[0]), "script"), [
      '"/etc/foobar/check.sh listens 8404"',
      '"/etc/foobar/check.sh answers 8404"',
    ]));
});

describe("the check of HAProxy", () => {
  let server: Server | undefined;
  const open: Socket[] = [];
  const listen = async (answer: (socket: Socket) => void): Promise<number> => {
    const listening = createServer((socket) => {
      open.push(socket);
      socket.on("error", () => undefined);
      answer(socket);
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    assert.ok(address !== null && typeof address !== "string");
    return address.port;
  };
  const check = async (mode: string, port: number) =>
    (await execa("bash", [join(folder, "files/check.sh"), mode, `${port}`], { reject: false })).exitCode;
  const both = async (port: number) => [await check("listens", port), await check("answers", port)];

  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
    server?.close();
  });

  it("succeeds if HAProxy says that it is healthy", async () => {
    const port = await listen((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\n"));
    assert.deepEqual(await both(port), [0, 0]);
  });

  it("distinguishes an unhealthy or silent HAProxy from one that is gone", async () => {
    const unwell = await listen((socket) => socket.end("HTTP/1.0 503 Service Unavailable\r\n\r\n"));
    assert.deepEqual((await both(unwell)).map(Boolean), [false, true]);
    server?.close();
    const silent = await listen(() => undefined);
    assert.deepEqual((await both(silent)).map(Boolean), [false, true]);
  });

  it("fails if nothing listens", async () => {
    const port = await listen(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    assert.deepEqual((await both(port)).map(Boolean), [true, true]);
  });
});

describe("keepalived's image", () => {
  const dockerfile = readFileSync(join(folder, "image/Dockerfile"), "utf8");

  it("has a name that depends on everything that it is built from", () => {
    const name = keepalivedImageName(dockerfile, "haproxy:3.2.26");
    assert.match(name, /^foobar-keepalived:[0-9a-f]{10}$/);
    assert.equal(name, keepalivedImageName(dockerfile, "haproxy:3.2.26"));
    assert.notEqual(name, keepalivedImageName(dockerfile, "haproxy:3.2.27"));
    assert.notEqual(name, keepalivedImageName(`${dockerfile}RUN true\n`, "haproxy:3.2.26"));
  });

  it("is built from nothing else", () => assert.deepEqual(readdirSync(join(folder, "image")), ["Dockerfile"]));
});

describe("the real keepalived", function () {
  this.timeout(120_000);
  const { namespace: base } = config({}).images;
  const image = `foobar-keepalived-test:${process.pid}`;
  let isBuilt = false;

  before(async function () {
    const present = await execa("docker", ["image", "inspect", base], { reject: false });
    const reason = (await engineMissing()) ?? (present.failed ? `the engine has no image ${base}` : undefined);
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    await execa("docker", ["build", `--tag=${image}`, `--build-arg=BASE=${base}`, join(folder, "image")]);
    isBuilt = true;
  });

  after(async () => {
    if (isBuilt) await execa("docker", ["rmi", image]);
  });

  /** Runs a line in a container that has the files as the stack mounts them, hardened as in the stack. */
  async function run(text: string, line: string, capabilities: readonly string[] = []) {
    const files = await mkdtemp(join(tmpdir(), "foobar-"));
    try {
      await execa("chmod", ["755", files]);
      await writeFile(join(files, "keepalived.conf"), text, { mode: 0o644 });
      await cp(join(folder, "files"), files, { recursive: true });
      const hardened = ["--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/run"];
      const added = capabilities.map((name) => `--cap-add=${name}`);
      const mount = `--volume=${files}:/etc/foobar:ro`;
      return await execa("docker", ["run", ...hardened, ...added, mount, image, "bash", "-c", line], { all: true });
    } finally {
      await rm(files, { recursive: true });
    }
  }

  const test = "echo '$EDGE=eth0' >/run/edge.conf; keepalived --config-test --use-file=/etc/foobar/keepalived.conf";

  for (const mode of ["active-passive", "active-active"]) {
    it(`takes the configuration of an ${mode} pair, and refuses one with a spelling mistake`, async () => {
      const text = keepalivedConfig(pair({ mode })[0]);
      assert.equal((await run(text, test)).all, "");
      await assert.rejects(run(text.replace("unicast_peer", "unicast_pear"), test));
    });
  }

  it("is stopped by its own signal, not by HAProxy's", async () => {
    const { stdout } = await execa("docker", ["image", "inspect", "--format={{.Config.StopSignal}}", image]);
    assert.equal(stdout, "SIGTERM");
  });

  it("starts on the interface that has the address, is healthy, and notices that HAProxy is missing", async () => {
    const line = [
      "address=$(hostname -i)",
      "bash /etc/foobar/start.sh $address >/run/log 2>&1 &",
      "for ((i = 0; i < 100; i++)); do grep -q 'from 90 to 30' /run/log && break; sleep 0.1; done",
      "cat /run/log /run/edge.conf; bash /etc/foobar/health.sh $address && echo healthy",
      "kill $!; wait; bash /etc/foobar/health.sh $address 2>/dev/null || echo unhealthy",
    ].join("\n");
    const { all } = await run(keepalivedConfig(pair()[0]), line, ["NET_ADMIN", "NET_RAW", "SETGID"]);
    assert.match(all, /effective priority from 90 to 30[\s\S]*\$EDGE=eth0\nhealthy\n[\s\S]*unhealthy$/);
  });
});
