import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { eventually } from "../../engine/eventually.ts";
import { docker } from "../engine.ts";
import { inspect, type Ran, type TestProject } from "../project.ts";
import { containersOf, describeProject, measured, post, succeed, up } from "../site.ts";

/** Parts of a stack on a busy machine may take this long to answer. */
const PATIENT = ["--wait", "20"];
/** Seconds until HAProxy, routers and databases have noticed a fault, and until an application has recovered. */
const NOTICED_SECONDS = 120;

const status = (project: TestProject, ...args: string[]) => project.npm("status", [...PATIENT, ...args]);

/** Waits until the status has an exit code, and says all of this. */
function shows(project: TestProject, exitCode: number, ...says: readonly RegExp[]): Promise<void> {
  return eventually(async () => {
    const { exitCode: code, output } = await status(project);
    assert.equal(code, exitCode, output);
    for (const words of says) assert.match(output, words);
  }, NOTICED_SECONDS);
}

const isWell = (project: TestProject) => shows(project, 0, /ALL IS WELL/);

describeProject("the status and the logs of a stack, on one real stack", (project) => {
  it("all is well, with every role, version and figure, in about a second", async () => {
    await up(project());
    await isWell(project());
    const { exitCode, output } = await project().npm("status");
    measured(`status exit=${exitCode} ${/\d+\.\d s$/m.exec(output)?.[0]}`);
    const { stdout } = await status(project());
    for (const words of [
      /lb1 +haproxy +● \d+\.\d+\.\d+ .* 2 of 2 ready/,
      /server1 +web +● \d+\.\d+\.\d+ .*req\/s/,
      / mysql +● \d+\.\d+\.\d+ +PRIMARY +\d+ of \d+ connections/,
      / mysql +● \d+\.\d+\.\d+ +replica +\d+\.\d s behind/,
      /writes → server\d +reads → server\d/,
      /release [0-9a-f]+ on server1 and server2/,
      /certificates +\d+ d/,
      /alerts +not watched/,
      /can lose +server\d/,
    ]) {
      assert.match(stdout, words);
    }
    const { verdict, can, places } = JSON.parse((await status(project(), "--json")).stdout);
    assert.deepEqual([verdict, can.pages, can.reads, can.writes], ["well", true, true, true]);
    for (const { service, health } of places) assert.equal(health, "well", service);
  });

  it("one request is found in Nginx's and in the application's log", async () => {
    const response = await fetch(`${project().url}/api/messages`);
    const id = response.headers.get("x-request-id") ?? "";
    assert.match(id, /^[0-9a-f-]{36}$/);
    await eventually(async () => {
      const start = performance.now();
      const { exitCode, output } = await project().npm("logs", ["--request", id]);
      assert.equal(exitCode, 0, output);
      measured(`logs request=${((performance.now() - start) / 1_000).toFixed(1)}s`);
      for (const tier of ["web", "app"]) assert.match(output, new RegExp(`Z {2}${tier}-server\\d.*${id}`));
    }, 20);
    const { exitCode, output } = await project().npm("logs", ["--request", id.replace(/.$/, "x")]);
    assert.equal(exitCode, 1, output);
    assert.match(output, /no line of \d+ containers matches/);
  });

  it("followed logs show new lines of all containers", async () => {
    const following = project().start("logs", ["app", "--follow", "--tail", "1", "--grep", '"method":"POST"']);
    const seen = following.seen(/"method":"POST"/);
    // The moment from which it follows is not known here, so that messages are posted until one is seen.
    const posting = new AbortController();
    const posts = (async () => {
      while (!posting.signal.aborted) {
        await post(project(), "for the log");
        await sleep(500, undefined, { signal: posting.signal }).catch(() => undefined);
      }
    })();
    try {
      await seen;
    } finally {
      posting.abort();
      await posts;
      await following.signal("SIGINT");
    }
    const ended: Ran = await following.ended;
    // The exit code is npm's, whose shell the same signal ends.
    assert.doesNotMatch(ended.output, /error|warning/i);
  });

  it("a server that was stopped is told, with the remedy, and its last lines are still there", async () => {
    const containers = await containersOf(project());
    await containers.killForGood(["web-server1", "app-server1"]);
    await shows(
      project(),
      1,
      /SERVES, BUT IS HURT/,
      /server1 +web +✖ .*exited 137, .* ago, stopped by hand/,
      /cure +npm run up -- --stack \S+\s+--refresh/,
      /1 of 2 ready/,
      /cannot lose.*server2: the site/,
    );
    const logs = await succeed(project(), "logs", "web-server1", "--since", "1h");
    assert.match(logs, /web-server1 +-- ended with 137 --/);
    await containers.start(["app-server1", "web-server1"]);
    await isWell(project());
  });

  it("a frozen replica is told at once, although MySQL says nothing", async () => {
    const { stdout } = await status(project(), "--json");
    const replica = JSON.parse(stdout).primary === "server1" ? "mysql-server2" : "mysql-server1";
    const containers = await containersOf(project());
    await containers.whilePaused(replica, () => shows(project(), 1, /mysql +✖ .*is paused/, /cure +docker unpause/));
    await isWell(project());
  });

  it("a lost primary is told, with what a person may do", async () => {
    const primary = `mysql-${JSON.parse((await status(project(), "--json")).stdout).primary}`;
    const containers = await containersOf(project());
    await containers.killForGood([primary]);
    const remedy = /database\s+--\s+--stack\s+\S+\s+failover\s+server2/;
    await shows(project(), 1, /SERVES, BUT TAKES NO WRITES/, /no database takes writes/, remedy);
    const { exitCode, output } = await project().npm("database", ["status"]);
    assert.equal(exitCode, 1, output);
    assert.match(output, /does not answer +does not run/);
    await containers.start([primary]);
    await isWell(project());
  });

  it("a container that was removed is told, and brought back by the remedy", async () => {
    const { Id } = await inspect(project(), "router-server2");
    await docker("rm", "--force", Id);
    await shows(project(), 1, /router +✖ .*has no container/);
    await up(project(), "--refresh");
    await isWell(project());
  });

  it("web servers that are all stopped are a site that does not serve", async () => {
    const containers = await containersOf(project());
    await containers.killForGood(["web-server1", "web-server2"]);
    await shows(project(), 2, /DOES NOT SERVE/, /the site answers with 503/, /0 of 2 ready/);
    await containers.start(["web-server1", "web-server2"]);
    await isWell(project());
  });

  it("a load balancer that is stopped with its network is a site that does not serve", async () => {
    const containers = await containersOf(project());
    await containers.killForGood(["haproxy-lb1", "lb1"]);
    await shows(project(), 2, /DOES NOT SERVE/, /the site does not answer this machine/, /lb1 +pause +✖/);
    await containers.start(["lb1", "haproxy-lb1"]);
    await isWell(project());
  });

  it("without an engine it cannot be told", async () => {
    const { folder, stack, env } = project();
    const { exitCode, stdout } = await execa("npm", ["run", "--silent", "status", "--", "--stack", stack], {
      cwd: folder,
      env: { ...env, DOCKER_HOST: `unix://${folder}/no.sock` },
      extendEnv: false,
      reject: false,
    });
    assert.equal(exitCode, 3, stdout);
    assert.match(stdout, /CANNOT TELL/);
  });
});

describeProject("the status of a pair with a group and backups, on one real stack", (project) => {
  it("says who has the virtual address, who is primary and when the last backup was", async () => {
    const [port, statsPort, pairPort, pairStatsPort, httpsPort, pairHttpsPort] = project().ports;
    await project().configure({
      "foobar:mysql": { replication: "group", primary: "server1", backup: {} },
      "foobar:loadBalancer": {
        replicas: 2,
        ...{ port, statsPort, httpsPort },
        pair: { port: pairPort, statsPort: pairStatsPort, httpsPort: pairHttpsPort },
      },
    });
    await up(project());
    await succeed(project(), "backup");
    await shows(
      project(),
      0,
      /lb1 +haproxy .*holds \d+\.\d+\.\d+\.254/,
      /lb2 +haproxy .*stands by/,
      /arbiter +mysql +● .*votes/,
      /backups +.* ago, reaches/,
      /can lose +any one of lb1 .*, lb2, /,
    );
  });

  it("follows the address and the primary when a load balancer and a server are lost", async () => {
    const containers = await containersOf(project());
    const lost = ["lb1", "haproxy-lb1", "web-server1", "app-server1", "router-server1", "mysql-server1"];
    await containers.killForGood(lost.toReversed());
    await shows(project(), 1, /SERVES, BUT IS HURT/, /lb2 +haproxy .*holds/, /server2: the site/, /arbiter: writes/);
    const { primary } = JSON.parse((await status(project(), "--json")).stdout);
    assert.equal(primary, "server2");
    await containers.start(lost);
    await isWell(project());
  });
});
