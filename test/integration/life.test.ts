import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { serviceOf } from "../../operations/stack/find.ts";
import { subjectsOf } from "../cis/inspect.ts";
import { findings } from "../cis/report.ts";
import { engine } from "../engine.ts";
import { probeProject } from "../firewall/asPlanned.ts";
import { namespacesMissing } from "../firewall/namespaces.ts";
import { inspect, removeContainer, stop, UNSEEN } from "../project.ts";
import { sendRaw } from "../rawRequests.ts";
import { leaks } from "../secrets/search.ts";
import { ask, askByHttp2 } from "../secureRequest.ts";
import {
  databasesOfProject,
  describeProject,
  drill,
  measured,
  networksOf,
  notDrifted,
  post,
  read,
  seconds,
  servicesOf,
  succeed,
  topologyOf,
  unchanged,
  up,
} from "../site.ts";
import { spellings } from "../spellings.ts";
import { answersTo } from "../uploads.ts";
import { serverOf, sharesOf } from "../visitors.ts";

const CONTENT = "SELECT COUNT(*), BIT_XOR(CRC32(CONCAT(id, text))) FROM foobar.messages";

/** An application that started before the replica keeps its connections to the primary for at most 60 s. */
const READS_MOVE_SECONDS = 75;

describeProject("a stack's whole life, by the real CLI on a real engine", (project) => {
  const begin = new Date();
  /** The services whose containers run. Seed containers never run. */
  const running = async () => {
    const { containers } = await project().inventory();
    const services = await servicesOf(project());
    return services.filter((service) => containers.some(({ name }) => serviceOf(name) === service));
  };
  const dataVolumes = () => ["server1", "server2"].map((server) => `foobar-${project().stack}-mysql-${server}`);
  const kept = () => ({
    containers: [],
    networks: [],
    volumes: [`foobar-${project().stack}-backups`, ...dataVolumes()].sort(),
  });
  const content = async () => {
    const { ask, primary } = await databasesOfProject(project());
    return ask(await primary(), CONTENT);
  };

  it("refuses wrong settings, all at once, before anything is made", async () => {
    const restore = await project().configure({
      "foobar:images": { nginx: "nginx" },
      "foobar:mysql": { primary: "nobody" },
    });
    const { exitCode, output } = await project().npm("up");
    assert.notEqual(exitCode, 0);
    assert.match(
      output,
      /2 problems in the configuration of stack it-\w+; nothing was created[\s\S]*nginx[\s\S]*nobody/,
    );
    assert.deepEqual(await project().inventory(), { containers: [], networks: [], volumes: [] });
    await restore();
  });

  it("comes up by the next up after SIGKILL has ended the first one, with every container in its place", async () => {
    await project().configure({ "foobar:mysql": { primary: "server1", backup: { archiveSeconds: 5 } } });
    const interrupted = project().start("up");
    await interrupted.seen(/docker:index:Container mysql-server1 creating/);
    await interrupted.signal("SIGKILL");
    await interrupted.ended;
    const start = performance.now();
    assert.match(await succeed(project(), "up"), new RegExp(`url\\s*: "${project().url}"`));
    measured(`up_after_a_kill=${seconds(start)}`);
    assert.deepEqual(await running(), await servicesOf(project()));
    assert.deepEqual((await project().inventory()).networks, await networksOf(project()));
  });

  it("publishes the load balancer's ports on the loopback address, and no others", async () => {
    const { containers } = await project().inventory();
    const published = containers.flatMap(({ name, published }) =>
      published.map((port) => `${name.slice(0, 3)} ${port}`),
    );
    const [port, statsPort, , , httpsPort] = project().ports;
    const expected = [port, httpsPort, statsPort].map((one) => `lb1 127.0.0.1:${one}`);
    assert.deepEqual(published.sort(), expected.sort());
  });

  it("answers from both servers, which read from the replica the messages of the primary", async () => {
    assert.deepEqual(await sharesOf(project().url, 4), { server1: 2, server2: 2 });
    const written = [await post(project(), "one"), await post(project(), "two")];
    assert.deepEqual(written.map(({ server }) => server).sort(), ["server1", "server2"]);
    await eventually(async () => {
      for (let request = 0; request < 2; request++) {
        const { readFrom, messages } = await read(project());
        assert.equal(readFrom, "mysql-server2");
        assert.deepEqual(messages.map(({ text }) => text).sort(), ["one", "two"]);
      }
    }, READS_MOVE_SECONDS);
  });

  it("serves HTTPS by a certificate of the authority that it puts out", async () => {
    const [, , , , port] = project().ports;
    const { stdout: ca } = await project().pulumi(["stack", "output", "caCertificate"]);
    const { status, headers } = await ask({ port, ca, name: "localhost" });
    assert.equal(status, 200);
    assert.match(String(headers["x-server"]), /^server\d$/);
  });

  it("shows visitors nothing that its own checks ask for, in whatever spelling and version of HTTP", async () => {
    const [, , , , port] = project().ports;
    const { stdout: ca } = await project().pulumi(["stack", "output", "caCertificate"]);
    for (const path of ["livez", "readyz", "metrics"].flatMap(spellings)) {
      const raw = await sendRaw(project().url, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      const byHttp2 = askByHttp2({ port, ca, name: "localhost", path });
      // HTTP/2 has the host in a field of its own, so an address in place of the path breaks the protocol.
      if (!path.startsWith("/")) await assert.rejects(byHttp2, /PROTOCOL_ERROR/);
      const answers = [...raw.answers, ...(path.startsWith("/") ? [await byHttp2] : raw.answers)];
      const found = answers.map(({ status }) => status);
      assert.ok(found.length === 2 && found.every((status) => status === 404 || status === 400), `${path}: ${found}`);
    }
  });

  it("answers 413 to a body that is too large, through all tiers, in whatever way it is sent", async () => {
    for (const upload of [{}, { chunked: true, pieces: 20 }]) {
      const found = await answersTo(project().url, { path: "/api/messages", size: 200_000, ...upload }, 100);
      assert.deepEqual(found, { 413: 100 });
    }
  });

  it("changes nothing at the second up, and has not drifted", async () => {
    const start = performance.now();
    await succeed(project(), "up", "--expect-no-changes");
    measured(`second_up=${seconds(start)}`);
    await notDrifted(project());
  });

  it("has no finding of the CIS Docker Benchmark without a reason, and no volume without a name", async () => {
    assert.deepEqual(findings(await subjectsOf(project())), []);
    const { containers } = await project().inventory();
    for (const { id, name } of containers) {
      const { Mounts } = await engine.getContainer(id).inspect();
      for (const { Name } of Mounts) assert.doesNotMatch(String(Name), /^[0-9a-f]{64}$/, name);
    }
  });

  it("lets containers, this machine and its neighbours connect as planned, and not otherwise", async function () {
    const reason = await namespacesMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, the firewall: ${reason}`);
      this.skip();
    }
    const topology = await topologyOf(project());
    const { unplanned, missing, table } = await probeProject(project(), topology);
    assert.deepEqual(unplanned, [], table);
    assert.deepEqual(missing, [], table);
  });

  it("keeps passwords out of the state's plain text", async () => {
    const output = ["stack", "output", "mysqlApplicationPassword", "--show-secrets"];
    const { stdout: password } = await project().pulumi(output);
    const { stdout: state } = await project().pulumi(["stack", "export"]);
    assert.match(String(password), /^\w{32}$/);
    assert.ok(!String(state).includes(String(password)));
  });

  it("is served by the pause container's fallback HAProxy while HAProxy's container is missing", async () => {
    const start = await stop(project(), "haproxy-lb1");
    try {
      await eventually(async () => assert.equal((await fetch(project().url)).status, 200), 30);
    } finally {
      await start();
    }
    await eventually(async () => {
      const { State } = await inspect(project(), "haproxy-lb1");
      assert.equal(State.Health?.Status, "healthy");
    }, 30);
  });

  it("loses no request to a release, and to a killed server only those in flight", () =>
    drill(project(), "release-files", "kill-server"));

  it("goes back to the moment before a table was dropped, on every member", async () => {
    const [taken = ""] = (await succeed(project(), "backup")).trim().split(/ {2,}/);
    const listed = (await succeed(project(), "backups")).split("\n").find((line) => line.startsWith(taken));
    assert.match(listed ?? "", /checked, \d+ rows +encrypted/);
    await post(project(), "in the archive");
    const before = await content();
    const { ask, primary, names } = await databasesOfProject(project());
    const [[moment = ""] = []] = await ask(
      await primary(),
      "SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ')",
    );
    await post(project(), "too late");
    await ask(await primary(), "DROP TABLE foobar.messages");
    const start = performance.now();
    await succeed(project(), "restore", "--to", moment, "--yes");
    measured(`restore=${seconds(start)} rows_before=${before[0]?.[0]} rows_after=${(await content())[0]?.[0]}`);
    for (const name of names) {
      await eventually(async () => assert.deepEqual(await ask(name, CONTENT), before, name), 30);
    }
  });

  it("has no secret's value in plain text or base64 in its state, on the engine, in processes, data and backups", async () => {
    assert.deepEqual(await leaks(project(), begin), []);
  });

  it("shows a removed container in a refreshing preview, serves on without it, and makes it again", async () => {
    const { Id } = await inspect(project(), "web-server2");
    await removeContainer(Id);
    const preview = await project().pulumi(["preview", "--refresh", "--expect-no-changes"]);
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.output, /web-server2/);
    await eventually(async () => assert.equal(await serverOf(project().url), "server1"), 10);
    await up(project(), "--refresh");
    assert.deepEqual(await running(), await servicesOf(project()));
  });

  it("goes down and leaves only the data, the backups and the passwords and keys that open them", async () => {
    const start = performance.now();
    await succeed(project(), "down", "--yes");
    measured(`down=${seconds(start)}`);
    const { volumes, ...others } = await project().inventory();
    assert.deepEqual(others, { containers: [], networks: [] });
    for (const volume of kept().volumes) assert.ok(volumes.includes(volume), volume);
  });

  it("is healed and has its messages after SIGINT ended an up, and names the run that holds the lock", async () => {
    const interrupted = project().start("up");
    await interrupted.seen(/docker:index:Network data creating/);
    await interrupted.signal("SIGINT");
    await interrupted.ended;
    const first = project().start("up");
    await first.seen(/Updating \(it-\w+\)/);
    const second = await project().npm("up", UNSEEN);
    assert.notEqual(second.exitCode, 0);
    assert.match(second.output, /currently locked/);
    const { exitCode, output } = await first.ended;
    assert.equal(exitCode, 0, output);
    await eventually(async () => {
      const texts = (await read(project())).messages.map(({ text }) => text);
      for (const text of ["one", "two", "in the archive"]) assert.ok(texts.includes(text), texts.join());
      assert.ok(!texts.includes("too late"));
    }, 10);
    await unchanged(project());
  });

  it("is destroyed except for its data volumes when its passwords are unprotected", async () => {
    const { exitCode: refused } = await project().pulumi(["destroy", "--yes"]);
    assert.notEqual(refused, 0);
    assert.deepEqual(await running(), await servicesOf(project()));
    for (const args of [
      ["state", "unprotect", "--all", "--yes"],
      ["destroy", "--yes"],
    ]) {
      const { exitCode, output } = await project().pulumi(args);
      assert.equal(exitCode, 0, output);
    }
    const { volumes, ...others } = await project().inventory();
    assert.deepEqual(others, { containers: [], networks: [] });
    for (const volume of kept().volumes) assert.ok(volumes.includes(volume), volume);
  });
});
