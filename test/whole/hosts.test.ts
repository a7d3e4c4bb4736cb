import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { hostsMissing, startHosts, type TestHosts } from "../hosts/hosts.ts";
import { tracesOf } from "../hosts/traces.ts";
import { USUAL_IMAGES } from "../images.ts";
import { measured } from "../site.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

const ABANDONED = fileURLToPath(new URL("../hosts/abandoned.ts", import.meta.url));
const { nginx: IMAGE } = parseConfig("foobar", "dev", {}).images;
const NETWORK = "between";
/** Seconds in which the engines of a swarm find each other again. */
const AGAIN_SECONDS = 60;
/** Seconds in which another machine answers, as curl takes them. */
const ANSWER_SECONDS = "2";

describe("several machines on one", function () {
  this.timeout("5m");
  let stack: TestStack;
  let hosts: TestHosts;

  before(async function () {
    const reason = await hostsMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stack = await createTestStack();
    hosts = await timed("start", () => startHosts({ ...stack, names: ["one", "two", "three"], images: USUAL_IMAGES }));
    await timed("swarm", () => hosts.swarm("one"));
  });
  after(async () => {
    await hosts?.stop();
    await stack?.remove();
  });

  /** Docker's command in a host. */
  const docker = (host: string, ...args: string[]) => hosts.inside(host, "docker", ...args);
  /** Starts a web server on a host. It has the host's name. */
  const serve = (host: string) =>
    docker(host, "run", "--detach", `--network=${NETWORK}`, "--restart=unless-stopped", `--name=web-${host}`, IMAGE);
  /** Asks the web server of another host. */
  const ask = async (from: string, to: string) => {
    const page = ["curl", "--silent", "--fail", `--max-time=${ANSWER_SECONDS}`, `http://web-${to}/`];
    assert.match(await docker(from, "exec", `web-${from}`, ...page), /nginx/);
  };
  const again = (from: string, to: string) => eventually(() => ask(from, to), AGAIN_SECONDS);

  it("have engines of their own with the images, which ssh reaches", async () => {
    const infos = await Promise.all(hosts.hosts.map(({ engine }) => engine.info()));
    assert.equal(new Set(infos.map(({ ID }) => ID)).size, hosts.hosts.length);
    for (const { name, endpoint, engine } of hosts.hosts) {
      assert.equal(await hosts.inside(name, "hostname"), name);
      for (const image of USUAL_IMAGES) await engine.getImage(image).inspect();
      const before = await hosts.logins(name);
      await byssh(endpoint);
      assert.equal((await hosts.logins(name)) - before, 1);
    }
  });

  /** Asks an engine for its version by ssh. */
  const byssh = (endpoint: string) =>
    execa("docker", ["--host", endpoint, "version"], {
      env: { PATH: `${hosts.path}${delimiter}${process.env["PATH"]}` },
    });

  it("are not trusted under another key", async () => {
    const { endpoint } = hosts.host("two");
    await hosts.mistake("two", true);
    await assert.rejects(byssh(endpoint), /Host key verification failed|exit status 255/);
    await hosts.mistake("two", false);
    await byssh(endpoint);
  });

  it("share a network of their swarm", async () => {
    await docker("one", "network", "create", "--driver=overlay", "--attachable", "--internal", NETWORK);
    await Promise.all([serve("two"), serve("three")]);
    await again("two", "three");
    await again("three", "two");
  });

  it("are silent without their cable, and answer with it", async () => {
    await hosts.cut("three");
    await assert.rejects(ask("two", "three"));
    // The host itself is well.
    await hosts.host("three").engine.ping();
    await hosts.mend("three");
    await timed("mend", () => again("two", "three"));
  });

  it("start their containers and their own commands after a power cut", async () => {
    await hosts.bootUnit(
      "two",
      "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'docker ps --quiet --all | wc -l >/etc/counted; echo $$((6 * 7)) >>/etc/counted'\n",
    );
    const { started } = await state("web-two");
    await hosts.off("two");
    await assert.rejects(hosts.host("two").engine.ping());
    await assert.rejects(ask("three", "two"));
    await timed("on", () => hosts.on("two"));
    await eventually(async () => {
      const { isRunning, started: now } = await state("web-two");
      assert.ok(isRunning && now !== started);
    }, AGAIN_SECONDS);
    await timed("again", () => again("three", "two"));
    await eventually(async () => assert.equal(await hosts.inside("two", "cat", "/etc/counted"), "1\n42"), 10);
  });

  const state = async (container: string) => {
    const { State } = await hosts.host("two").engine.getContainer(container).inspect();
    return { isRunning: State.Running, started: State.StartedAt };
  };

  it("have empty engines with empty disks, which join again", async () => {
    const { engine } = hosts.host("three");
    const { ID } = await engine.info();
    await execa(hosts.machines, ["off", "three"]);
    await timed("wipe", () => execa(hosts.machines, ["wipe", "three"]));
    const info = await engine.info();
    assert.notEqual(info.ID, ID);
    assert.deepEqual([info.Images, info.Containers, info.Swarm.LocalNodeState], [0, 0, "inactive"]);
    await hosts.rejoin("three");
    assert.equal((await hosts.host("one").engine.listNodes()).length, hosts.hosts.length);
  });

  it("leave nothing behind", async () => {
    const { folder, slot } = stack;
    assert.notDeepEqual(await tracesOf(folder, slot.hosts.link), []);
    await timed("stop", () => hosts.stop());
    await hosts.stop();
    assert.deepEqual(await tracesOf(folder, slot.hosts.link), []);
    assert.ok(!(await readdir(folder)).includes("hosts"));
  });

  it("are removed by the next run if theirs was killed", async () => {
    const run = execa(process.execPath, [ABANDONED], { reject: false });
    let made: { folder: string; link: string } | undefined;
    for await (const line of createInterface({ input: run.stdout })) {
      if (!line.startsWith("{")) continue;
      made = JSON.parse(line);
      break;
    }
    run.kill("SIGKILL");
    const { stderr } = await run;
    assert.ok(made !== undefined, stderr);
    assert.notDeepEqual(await tracesOf(made.folder, made.link), []);
    await (await createTestStack()).remove();
    assert.deepEqual(await tracesOf(made.folder, made.link), []);
  });
});

/** Does something, and prints the seconds it took. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  measured(`hosts=${what} seconds=${((performance.now() - start) / 1_000).toFixed(1)}`);
  return result;
}
