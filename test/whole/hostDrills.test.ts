import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { parseConfig } from "../../config/config.ts";
import { HOST_FAULTS } from "../../operations/drills/hosts/faults.ts";
import { hostsMissing, startHosts, type TestHosts } from "../hosts/hosts.ts";
import { quietly } from "../quiet.ts";
import { describeProject, measured, succeed, up } from "../site.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

const IMAGES = Object.values(parseConfig("foobar", "dev", {}).images);
/** The machines; the load balancer's also has the arbiter. */
const NAMES = ["server1", "server2", "lb"] as const;
/** The machines as the stack names them, in the order in which they are hit. */
const HIT = ["lb1+arbiter", "server1", "server2"];
/** 30 requests and 30 rows per second: all three machines share the cores of this one. */
const LOAD = ["--seconds", "8", "--rate", "60"];
/** wipe-host has other people's steps in it. */
const DRILLS = HOST_FAULTS.filter(({ isEmptied }) => !isEmptied).map(({ name }) => name);
/** An engine may give up on containers while it boots. */
const BOOT_UNIT = `[Unit]
After=docker.service
Requires=docker.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for i in 1 2 3 4 5 6; do docker ps -aq -f status=exited -f label=foobar.project=foobar | xargs -r docker start; sleep 20; done; true'
[Install]
WantedBy=multi-user.target
`;

/** Complaints that depend on the speed of this machine, which is all three at once. */
const PAST_ITS_TIME = / not passed: \S+: (?:gap_ms|write_gap_ms|whole_after_ms|failed) is \d+, past/;
/** The largest share of requests that may fail, even on a slow machine. */
const MOST_FAILED = 0.05;

let claimed: TestStack | undefined;
let hosts: TestHosts;
const path = process.env["PATH"];

before(async function () {
  this.timeout("8m");
  const reason = await hostsMissing();
  if (reason !== undefined) {
    console.log(`      SKIPPED, drills of machines: ${reason}`);
    this.skip();
  }
  claimed = await createTestStack();
  hosts = await startHosts({ ...claimed, names: NAMES, images: IMAGES });
  await hosts.swarm("lb", "server1", "server2");
  for (const name of NAMES) await hosts.bootUnit(name, BOOT_UNIT);
  process.env["PATH"] = `${hosts.path}${delimiter}${path}`;
});

after(async () => {
  process.env["PATH"] = path;
  await hosts?.stop();
  await claimed?.remove();
});

describeProject("a stack on three machines, of which any one fails", (project) => {
  const endpointOf = (name: string) => hosts.host(name).endpoint;

  it("comes up", async () => {
    const servers = ["server1", "server2"];
    await project().configure({
      "foobar:servers": servers.map((name) => ({ name, roles: ["web", "app", "db"], endpoint: endpointOf(name) })),
      "foobar:loadBalancer": {
        ...{ address: "0.0.0.0", port: 80, httpsPort: 443, http: "serve" },
        endpoint: endpointOf("lb"),
      },
      "foobar:mysql": { replication: "group", arbiter: { endpoint: endpointOf("lb") } },
    });
    await up(project());
  });

  it("is not drilled without a program that has power over its machines", async () => {
    const { exitCode, output } = await project().npm("drill", ["kill-host"]);
    assert.equal(exitCode, 0, output);
    assert.match(output, /drill=kill-host skipped: it needs --machines PROGRAM/);
    const { output: lists } = await project().npm("drill", ["list", "--machines", hosts.machines]);
    assert.match(lists, /\nkill-host\n.*\n +lb1\+arbiter, server1, server2: failed <= 0\.1 % of requests/);
    assert.match(lists, /\nwipe-host\n.*\n +it needs --repair PROGRAM/);
  });

  for (const name of DRILLS) {
    it(`${name}: loses no row, and is whole again without a hand`, async () => {
      const { stdout, output } = await quietly(() =>
        project().npm("drill", [name, "--machines", hosts.machines, "--yes", ...LOAD]),
      );
      const lines = stdout.match(/^drill=.*$/gm) ?? [];
      for (const line of lines) measured(line);
      assert.deepEqual(
        lines.map((line) => /^drill=(\S+ host=\S+) /.exec(line)?.[1]),
        HIT.map((host) => `${name} host=${host}`),
        output,
      );
      for (const line of lines) {
        assert.match(line, / acked=[1-9]\d* lost=0 duplicated=0 /, output);
        const [, requests, failed] = / requests=(\d+) failed=(\d+) /.exec(line) ?? [];
        assert.ok(Number(failed) <= Number(requests) * MOST_FAILED, output);
      }
      const complaints = output.split("\n").filter((line) => / not passed: /.test(line) && !PAST_ITS_TIME.test(line));
      assert.deepEqual(complaints, [], output);
    });
  }

  it("is unchanged", () => succeed(project(), "preview", "--expect-no-changes"));
});
