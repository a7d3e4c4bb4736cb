import assert from "node:assert/strict";
import { execa } from "execa";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { exampleNames, exampleSettings } from "../examples.ts";
import { isHardened } from "../hardened.ts";
import { createProject, databaseIdentities, freeze, inspect, missing, type TestProject, UNSEEN } from "../project.ts";
import { ask, askByHttp2, handshake } from "../secureRequest.ts";
import { containersOf, killAndRecover } from "../site.ts";
import { skipAfterFailure } from "../steps.ts";

/** The number of answers of each server. */
type Shares = Readonly<Record<string, number>>;

const REQUESTS = 40;
/** Large moves first and last; between them every algorithm and mode. */
const ORDER = [
  ...["round-robin", "split", "tiers", "one-server", "weighted", "pair", "pair-active-active", "active-passive"],
  ...["least-connections", "source", "uri", "random", "sticky", "https", "maintenance"],
];

/** The layouts that differ in their containers and networks. */
const LAYOUTS = ["split", "tiers", "one-server", "pair", "pair-active-active", "https"];

/** The kinds of replication; databases.test.ts tests the moves between them. */
const ELSEWHERE = ["group", "semisync"];

/** Stacks on several machines, to which no stack moves from one. */
const MACHINES = ["three-machines", "two-machines", "two-machines-arbiter"];

function count(servers: readonly string[]): Shares {
  const shares: Record<string, number> = {};
  for (const server of servers) shares[server] = (shares[server] ?? 0) + 1;
  return shares;
}

/** Prints a figure for docs/measurements.md. Figures never decide whether a test passes. */
function measured(text: string): void {
  console.log(`      measured ${text}`);
}

describe("every variant, as one stack that moves through them", function () {
  this.timeout("20m");
  skipAfterFailure();
  const { images } = parseConfig("foobar", "dev", {});
  let project: TestProject;
  let databases: Readonly<Record<string, string>> = {};

  before(async function () {
    const reason = await missing();
    if (reason !== undefined) {
      console.log(`      SKIPPED, every variant: ${reason}`);
      this.skip();
    }
    project = await createProject();
  });

  after(async () => {
    await project?.remove();
  });

  /** The example's settings with the project's ports and subnets. */
  const configure = async (name: string) => {
    const [port, statsPort, pairPort, pairStatsPort, httpsPort, pairHttpsPort] = project.ports;
    const text = project.slot.moved(JSON.stringify(exampleSettings(name)));
    const settings = JSON.parse(text);
    const loadBalancer = { ...settings["foobar:loadBalancer"], port, httpsPort, statsPort };
    if (loadBalancer.replicas === 2) {
      loadBalancer.pair = {
        ...loadBalancer.pair,
        port: pairPort,
        httpsPort: pairHttpsPort,
        statsPort: pairStatsPort,
      };
    }
    await project.configure({ ...settings, "foobar:loadBalancer": loadBalancer });
  };

  const up = async (...args: string[]) => {
    const { exitCode, output } = await project.npm("up", [...UNSEEN, ...args]);
    assert.equal(exitCode, 0, output);
  };

  const server = async (path = "/version", headers: Record<string, string> = {}, url = project.url) => {
    const response = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(3_000) });
    await response.text();
    return response.headers.get("x-server") ?? `status ${response.status}`;
  };

  const answers = async (requests = REQUESTS): Promise<Shares> => {
    const servers: string[] = [];
    for (let request = 0; request < requests; request++) servers.push(await server());
    return count(servers);
  };

  const post = async (text: string) => {
    const response = await fetch(`${project.url}/api/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ author: "test", text }),
    });
    assert.equal(response.status, 201, await response.text());
  };

  /** The servers that answer clients of different addresses, each of which asks three times. */
  const byClient = async (clients: number): Promise<string[][]> => {
    const edge = `foobar-${project.stack}-edge`;
    const ask = "curl -s -o /dev/null -w '%header{x-server}\\n'";
    const line = `for n in 1 2 3; do ${ask} http://${project.slot.prefix(0)}.11/version; done`;
    const addresses = Array.from({ length: clients }, (_, index) => `${project.slot.prefix(0)}.${100 + index}`);
    const found: string[][] = [];
    for (const address of addresses) {
      const options = ["--rm", `--network=${edge}`, `--ip=${address}`, "--entrypoint=sh"];
      const { stdout } = await execa("docker", ["run", ...options, images.nginx, "-c", line]);
      found.push(stdout.trim().split("\n"));
    }
    return found;
  };

  const evenly = async () => {
    const shares = await answers();
    measured(`requests=${REQUESTS} shares=${JSON.stringify(shares)}`);
    assert.deepEqual(shares, { server1: REQUESTS / 2, server2: REQUESTS / 2 });
  };

  const both = async () => {
    const shares = await answers();
    measured(`requests=${REQUESTS} shares=${JSON.stringify(shares)}`);
    assert.deepEqual(Object.keys(shares).sort(), ["server1", "server2"]);
  };

  /** The servers that answer before, while and after the active server's Nginx is frozen. */
  const takeover = async (frozen: string, active: string, backup: string) => {
    assert.deepEqual(await answers(10), { [active]: 10 });
    const thaw = await freeze(project, frozen);
    try {
      await eventually(async () => assert.deepEqual(await answers(3), { [backup]: 3 }), 30);
    } finally {
      await thaw();
    }
    await eventually(async () => assert.deepEqual(await answers(3), { [active]: 3 }), 30);
    measured(`before=${active} during=${backup} after=${active}`);
  };

  const only = (name: string) => async () => assert.deepEqual(await answers(10), { [name]: 10 });

  const checks: Readonly<Record<string, () => Promise<void>>> = {
    "round-robin": evenly,
    "least-connections": both,
    random: both,
    split: only("server2"),
    "one-server": only("server2"),
    maintenance: only("server2"),
    "active-passive": () => takeover("web-server1", "server1", "server2"),
    tiers: () => takeover("app-server3", "server3", "server5"),
    async weighted() {
      const shares = await answers();
      measured(`requests=${REQUESTS} shares=${JSON.stringify(shares)}`);
      assert.deepEqual(shares, { server1: REQUESTS / 2, server2: REQUESTS / 4, server3: REQUESTS / 4 });
    },
    async source() {
      const clients = await byClient(8);
      measured(`clients=8 shares=${JSON.stringify(count(clients.map(([first = ""]) => first)))}`);
      for (const servers of clients) assert.equal(new Set(servers).size, 1, servers.join());
      assert.deepEqual([...new Set(clients.flat())].sort(), ["server1", "server2"]);
    },
    async uri() {
      const folders = Array.from({ length: 16 }, (_, index) => `/shop/shelf-${index}`);
      const found = new Map<string, string>();
      for (const folder of folders) {
        const servers = [await server(`${folder}/a`), await server(`${folder}/b/c`), await server(`${folder}/d?e`)];
        assert.equal(new Set(servers).size, 1, `${folder}: ${servers.join()}`);
        found.set(folder, servers[0] ?? "");
      }
      measured(`folders=16 shares=${JSON.stringify(count([...found.values()]))}`);
      assert.deepEqual([...new Set(found.values())].sort(), ["server1", "server2"]);
    },
    async sticky() {
      await both();
      const first = await fetch(`${project.url}/version`);
      await first.text();
      const [cookie = ""] = first.headers.getSetCookie();
      assert.match(cookie, /^FOOBAR_SERVER=server\d;.*HttpOnly.*SameSite=Lax/);
      const held = first.headers.get("x-server");
      for (let request = 0; request < 10; request++) {
        assert.equal(await server("/version", { cookie: cookie.split(";")[0] ?? "" }), held);
      }
    },
    async https() {
      const { stdout: ca } = await project.pulumi(["stack", "output", "caCertificate"]);
      const [, , , , port] = project.ports;
      for (const name of ["www.foobar.com", "foobar.com"]) {
        const { status, headers } = await askByHttp2({ port, ca, name, path: "/version" });
        assert.deepEqual([status, /^server\d$/.test(String(headers["x-server"]))], [200, true], name);
      }
      assert.equal((await ask({ port, ca, name: "localhost" })).status, 421);
      assert.equal((await handshake({ port, ca })).version, "TLSv1.3");
      await assert.rejects(handshake({ port, ca, maxVersion: "TLSv1.2" }));
    },
    async pair() {
      const url = `http://${project.slot.prefix(0)}.254`;
      const held = await server("/version", {}, url);
      const table = async (name: string) => {
        const { Id } = await inspect(project, name);
        const line = "echo show table web | socat - UNIX-CONNECT:/run/haproxy/admin.sock";
        return (await execa("docker", ["exec", Id, "sh", "-c", line])).stdout;
      };
      for (const name of ["haproxy-lb1", "haproxy-lb2"]) {
        await eventually(
          async () => assert.match(await table(name), new RegExp(`key=::ffff:${project.slot.prefix(0)}.1 `)),
          10,
        );
      }
      const thaw = await freeze(project, "haproxy-lb1");
      try {
        // A former connection may still be open to a server that no longer answers.
        await eventually(async () => assert.equal(await server("/version", { connection: "close" }, url), held), 30);
      } finally {
        await thaw();
      }
      for (const [port] of [project.ports, project.ports.slice(2)]) {
        await eventually(
          async () => assert.match(await server("/version", {}, `http://127.0.0.1:${port}`), /^server\d$/),
          30,
        );
      }
    },
    async "pair-active-active"() {
      const addresses = [254, 253].map((last) => `http://${project.slot.prefix(0)}.${last}`);
      const all = async () => {
        for (const url of addresses) {
          assert.match(await server("/version", { connection: "close" }, url), /^server\d$/);
        }
      };
      // A new pause container takes its address back seconds after the up, which cuts the connections through it.
      await eventually(all, 30);
      for (const pause of ["lb1", "lb2"]) {
        const killed = killAndRecover(project, pause);
        await eventually(all, 30);
        await killed;
        await (await containersOf(project)).untilWell([`haproxy-${pause}`]);
      }
      await eventually(all, 30);
    },
  };

  it("is every example", () => {
    assert.deepEqual([...ORDER, ...ELSEWHERE, ...MACHINES].sort(), exampleNames());
    assert.deepEqual(Object.keys(checks).sort(), ORDER.toSorted());
  });

  for (const name of ORDER) {
    it(`${name}: comes up, behaves as described, and is unchanged by a second up`, async () => {
      await configure(name);
      const start = performance.now();
      await up();
      measured(`up=${((performance.now() - start) / 1000).toFixed(1)}s`);
      await post(name);
      await checks[name]?.();
      if (LAYOUTS.includes(name)) await isHardened(project);
      await up("--expect-no-changes");
      const now = await databaseIdentities(project, images.mysql);
      for (const [volume, identity] of Object.entries(databases)) assert.equal(now[volume], identity, volume);
      databases = { ...databases, ...now };
    });
  }

  it("has kept every message on the way", async () => {
    await eventually(async () => {
      const response = await fetch(`${project.url}/api/messages`);
      const { messages } = (await response.json()) as { messages: { text: string }[] };
      assert.deepEqual(messages.map(({ text }) => text).sort(), [...ORDER].sort());
    }, 30);
  });
});
