import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { serviceOf } from "../../operations/stack/find.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { deployConfig, ofType } from "../harness.ts";
import { createProject, inspect, missing, removeContainer, stop, type TestProject, UNSEEN } from "../project.ts";
import { killAndRecover, networksOf } from "../site.ts";
import { skipAfterFailure } from "../steps.ts";

/** The services that run: this stack differs from the dev stack only in ports and subnets. */
const CONTAINERS = instances(planTopology(parseConfig("foobar", "dev", devConfig())))
  .map(({ name }) => name)
  .sort();

interface Message {
  readonly id: number;
  readonly text: string;
  readonly server: string;
}

/** Prints a figure for docs/measurements.md. Figures never decide whether a test passes. */
function measured(name: string, since: number): void {
  console.log(`      measured ${name}=${((performance.now() - since) / 1000).toFixed(1)}s`);
}

describe("the real stack, by the real CLI on a real engine", function () {
  this.timeout("20m");

  skipAfterFailure();

  let project: TestProject;

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, all of the integration tests: ${reason}`);
      this.skip();
    }
    project = await createProject();
  });

  after(async () => {
    await project?.remove();
  });

  const dataVolumes = () => ["server1", "server2"].map((server) => `foobar-${project.stack}-mysql-${server}`);

  const running = async () => {
    const { containers } = await project.inventory();
    return containers.filter(({ name }) => CONTAINERS.includes(serviceOf(name)));
  };

  /** A pause container has no health check. */
  const isHealthy = async (service: string) => {
    const { State } = await inspect(project, service);
    return State.Health === undefined ? State.Running : State.Health.Status === "healthy";
  };

  const post = async (text: string): Promise<Message> => {
    const response = await fetch(`${project.url}/api/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ author: "test", text }),
    });
    assert.equal(response.status, 201, await response.clone().text());
    const { message } = (await response.json()) as { message: Message };
    return message;
  };

  const read = async (): Promise<{ server: string; readFrom: string; messages: Message[] }> => {
    const response = await fetch(`${project.url}/api/messages`);
    assert.equal(response.status, 200);
    return (await response.json()) as { server: string; readFrom: string; messages: Message[] };
  };

  const up = async (...args: string[]) => {
    const result = await project.npm("up", args);
    assert.equal(result.exitCode, 0, result.output);
    return result.output;
  };

  it("comes up", async () => {
    const start = performance.now();
    const output = await up();
    measured("up_from_nothing", start);
    assert.match(output, new RegExp(`url\\s*: "${project.url}"`));
    const all = await running();
    assert.deepEqual(
      all.map(({ name }) => serviceOf(name)),
      CONTAINERS,
    );
    for (const service of CONTAINERS) assert.ok(await isHealthy(service), service);
  });

  it("publishes the load balancer's ports on the loopback address, and no others", async () => {
    const published = (await running()).flatMap(({ name, published }) =>
      published.map((port) => `${name.slice(0, 3)} ${port}`),
    );
    const [port, statsPort, , , httpsPort] = project.ports;
    const expected = [port, httpsPort, statsPort].map((one) => `lb1 127.0.0.1:${one}`);
    assert.deepEqual(published.sort(), expected.sort());
  });

  it("answers from both servers in turn, with a page that names the server", async () => {
    const servers = new Set<string | null>();
    for (let request = 0; request < 4; request++) {
      const response = await fetch(project.url);
      assert.equal(response.status, 200);
      const server = response.headers.get("x-server");
      assert.ok((await response.text()).includes(String(server)));
      servers.add(server);
    }
    assert.deepEqual([...servers].sort(), ["server1", "server2"]);
  });

  it("reads from the replica each message that was written to the primary, through either server", async () => {
    const messages = [await post("one"), await post("two")];
    assert.deepEqual(messages.map(({ server }) => server).sort(), ["server1", "server2"]);
    await eventually(async () => {
      for (let request = 0; request < 2; request++) {
        const { readFrom, messages: seen } = await read();
        assert.equal(readFrom, "mysql-server2");
        for (const { id } of messages) assert.ok(seen.some((message) => message.id === id));
      }
      // An application that was ready before the replica keeps its connections to the primary for a minute.
    }, 70);
  });

  it("changes nothing at the second up", async () => {
    const start = performance.now();
    await up("--expect-no-changes");
    measured("second_up", start);
  });

  it("has not drifted", async () => {
    const { exitCode, output } = await project.pulumi(["refresh", "--yes", "--expect-no-changes"]);
    assert.equal(exitCode, 0, output);
  });

  it("keeps passwords out of the state's plain text", async () => {
    const { stdout: password } = await project.pulumi([
      "stack",
      "output",
      "mysqlApplicationPassword",
      "--show-secrets",
    ]);
    const { stdout: state } = await project.pulumi(["stack", "export"]);
    assert.match(String(password), /^\w{32}$/);
    assert.ok(!String(state).includes(String(password)));
  });

  it("brings back a container whose process is killed", async () => {
    for (const service of CONTAINERS) await killAndRecover(project, service);
    await eventually(async () => void (await post("after the kills")), 30);
  });

  it("is served by the pause container's fallback HAProxy while HAProxy's container is missing", async () => {
    const start = await stop(project, "haproxy-lb1");
    try {
      await eventually(async () => assert.equal((await fetch(project.url)).status, 200), 30);
    } finally {
      await start();
    }
    await eventually(async () => assert.ok(await isHealthy("haproxy-lb1")), 30);
  });

  it("shows the 503 page when no server is left, and serves again when they are back", async () => {
    const starts = [await stop(project, "web-server1"), await stop(project, "web-server2")];
    try {
      await eventually(async () => {
        const response = await fetch(project.url, { signal: AbortSignal.timeout(15_000) });
        assert.equal(response.status, 503);
        assert.equal(response.headers.get("retry-after"), "5");
        assert.match(await response.text(), /No server can answer just now/);
      }, 60);
    } finally {
      for (const start of starts) await start();
    }
    await eventually(async () => assert.equal((await fetch(project.url)).status, 200), 30);
  });

  it("shows a removed container in a refreshing preview, serves on without it, and makes it again", async () => {
    const { Id } = await inspect(project, "web-server2");
    await removeContainer(Id);
    const preview = await project.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.output, /web-server2/);
    await eventually(async () => assert.equal((await fetch(project.url)).headers.get("x-server"), "server1"), 10);
    await up("--refresh");
    assert.equal((await running()).length, CONTAINERS.length);
  });

  it("goes down and leaves only the data and the passwords that open it", async () => {
    const start = performance.now();
    const { exitCode, output } = await project.npm("down", ["--yes"]);
    measured("down", start);
    assert.equal(exitCode, 0, output);
    assert.deepEqual(await project.inventory(), {
      containers: [],
      networks: [],
      volumes: dataVolumes(),
    });
  });

  for (const [signal, when] of [
    ["SIGINT", /docker:index:Network data creating/],
    ["SIGKILL", /docker:index:Container mysql-server1 creating/],
  ] as const) {
    it(`heals with the next up when ${signal} ends one at "${when.source}"`, async () => {
      const interrupted = project.start("up");
      await interrupted.seen(when);
      await interrupted.signal(signal);
      await interrupted.ended;
      await up(...UNSEEN);
      await eventually(async () => void (await post(`after ${signal}`)), 10);
      await up(...UNSEEN, "--expect-no-changes");
      const { containers, networks } = await project.inventory();
      assert.deepEqual(networks, await networksOf(project));
      // The seed containers, which are never started, count here.
      assert.equal(containers.length, ofType(await deployConfig(devConfig()), "Container").length);
      const down = await project.npm("down", ["--yes"]);
      assert.equal(down.exitCode, 0, down.output);
    });
  }

  it("still has the messages from before it went down, and meanwhile names the run that holds the lock", async () => {
    const first = project.start("up");
    await first.seen(/Updating \(it-\w+\)/);
    const second = await project.npm("up");
    assert.notEqual(second.exitCode, 0);
    assert.match(second.output, /currently locked/);
    const { exitCode, output } = await first.ended;
    assert.equal(exitCode, 0, output);
    await eventually(async () => {
      const { messages } = await read();
      assert.ok(messages.some(({ text }) => text === "one"));
    }, 10);
  });

  it("is destroyed except for its data volumes when its passwords are unprotected", async () => {
    const { exitCode: refused } = await project.pulumi(["destroy", "--yes"]);
    assert.notEqual(refused, 0);
    assert.equal((await running()).length, CONTAINERS.length);
    const unprotect = await project.pulumi(["state", "unprotect", "--all", "--yes"]);
    assert.equal(unprotect.exitCode, 0, unprotect.output);
    const destroy = await project.pulumi(["destroy", "--yes"]);
    assert.equal(destroy.exitCode, 0, destroy.output);
    assert.deepEqual(await project.inventory(), { containers: [], networks: [], volumes: dataVolumes() });
  });
});
