import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { mysqlConfig } from "../../components/mysqlCluster/mysqlConfig.ts";
import { goDuration } from "../../components/service.ts";
import { nginxConfig } from "../../components/webTier/nginxConfig.ts";
import { parseConfig } from "../../config.ts";
import { planTopology, type Topology } from "../../topology.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../integration/project.ts";

const plan = (changes = {}): Topology => planTopology(parseConfig("foobar", "dev", devConfig(changes)));

function first<T>(list: readonly T[]): T {
  const [item] = list;
  assert.ok(item !== undefined);
  return item;
}

const haproxy = (topology: Topology) => haproxyConfig(first(topology.loadBalancers), "10.201.0.0/24");
const nginx = (topology: Topology) => nginxConfig(first(topology.web));

/** The lines of a section, without comments. */
function section(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(name);
  assert.notEqual(start, -1, `there is no section ${name}`);
  const end = lines.findIndex(
    (line, index) => index > start && line !== "" && !line.startsWith(" ") && !line.startsWith("#"),
  );
  return lines
    .slice(start + 1, end === -1 ? undefined : end)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

describe("haproxy.cfg", () => {
  it("spreads requests over every web server, by name and port", () => {
    const backend = section(haproxy(plan()), "backend web");
    assert.ok(backend.includes("balance roundrobin"));
    assert.deepEqual(
      backend.filter((line) => line.startsWith("server ")),
      ["server server1 web-server1:8080", "server server2 web-server2:8080"],
    );
  });

  it("checks what the application says of itself", () => {
    const backend = section(haproxy(plan({ "foobar:application": { readinessPath: "/ready" } })), "backend web");
    assert.ok(backend.includes("http-check send meth GET uri /ready hdr Host www.foobar.com"));
  });

  it("repeats only what was never sent", () => {
    const defaults = section(haproxy(plan()), "defaults");
    assert.deepEqual(
      defaults.filter((line) => line.startsWith("retry-on")),
      ["retry-on conn-failure"],
    );
  });

  it("drops what clients claim about where they come from", () => {
    const site = section(haproxy(plan()), "frontend site");
    assert.ok(site.indexOf("http-request del-header X-Forwarded-For") < site.indexOf("option forwardfor"));
    assert.ok(site.includes("http-request del-header X-Forwarded-For"));
  });

  it("shows its statistics to its own host only, unless they are published", () => {
    const of = (loadBalancer: object) =>
      section(haproxy(plan({ "foobar:loadBalancer": loadBalancer })), "frontend statistics");
    assert.equal(of({})[0], "bind 127.0.0.1:8404");
    const published = of({ statsPort: 9000 });
    assert.equal(published[0], "bind :8404");
    assert.equal(published[1], "http-request deny unless { src 127.0.0.1 10.201.0.0/24 }");
  });
});

describe("nginx.conf", () => {
  it("passes requests to the application of its own server", () => {
    assert.deepEqual(nginx(plan()).match(/server \S+ resolve/g), ["server app-server1:3000 resolve"]);
  });

  it("believes the load balancer's network alone about the client", () => {
    assert.deepEqual(nginx(plan()).match(/set_real_ip_from .*;/g), ["set_real_ip_from 10.201.1.0/24;"]);
  });

  it("keeps the application's figures from visitors", () =>
    assert.match(nginx(plan()), /location = \/metrics {\s+return 404;/));

  it("never sends a request twice", () => assert.match(nginx(plan()), /proxy_next_upstream off;/));
});

describe("the configuration of a MySQL node", () => {
  it("starts read-only, with an identity of its own", () => {
    const { databases } = plan();
    const configs = databases.map(mysqlConfig);
    assert.ok(configs.every((config) => config.includes("read_only = ON\n")));
    assert.deepEqual(
      configs.map((config) => config.match(/server_id = (\d+)/)?.[1]),
      ["1", "2"],
    );
    assert.deepEqual(
      configs.map((config) => config.match(/report_host = (\S+)/)?.[1]),
      ["mysql-server1", "mysql-server2"],
    );
  });

  it("takes a quarter of its memory for the buffer pool", () => {
    assert.match(mysqlConfig({ ...first(plan().databases), memoryMb: 4096 }), /innodb_buffer_pool_size = 1024M/);
  });
});

describe("durations", () => {
  for (const [seconds, text] of [
    [2, "2s"],
    [59, "59s"],
    [60, "1m0s"],
    [90, "1m30s"],
    [120, "2m0s"],
  ] as const) {
    it(`${seconds} seconds are ${text} to the engine`, () => assert.equal(goDuration(seconds), text));
  }
});

describe("the shell scripts", () => {
  for (const name of ["start.sh", "provision.sh", "health.sh"]) {
    it(`${name} is valid`, async () => {
      const file = fileURLToPath(new URL(`../../components/mysqlCluster/files/${name}`, import.meta.url));
      await execa("bash", ["-n", file]);
    });
  }
});

describe("the real programs take the rendered files", function () {
  this.timeout(60_000);
  const config = parseConfig("foobar", "dev", devConfig());

  /** Runs a program of an image on a file, hardened as in the stack; rejects with what it says. */
  async function check(image: string, text: string, command: readonly string[], user: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "foobar-"));
    try {
      await execa("chmod", ["755", folder]);
      await writeFile(join(folder, "file"), text, { mode: 0o644 });
      const hosts = ["web-server1", "web-server2", "app-server1"].map((name) => `--add-host=${name}:127.0.0.1`);
      const hardened = ["--rm", "--read-only", "--cap-drop=ALL", `--user=${user}`, "--network=none", ...hosts];
      const tmpfs = ["/tmp", "/run/haproxy"].map((path) => `--tmpfs=${path}:uid=${user.split(":")[0]},mode=0750`);
      const [program = "", ...args] = command;
      const files = [`--volume=${folder}:/checked:ro`, `--entrypoint=${program}`];
      await execa("docker", ["run", ...hardened, ...tmpfs, ...files, image, ...args]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  const checks: readonly [string, (text: string) => Promise<void>, string][] = [
    [
      "HAProxy",
      (text) => check(config.images.haproxy, text, ["haproxy", "-c", "-f", "/checked/file"], "99:99"),
      haproxy(plan()),
    ],
    [
      "Nginx",
      (text) => check(config.images.nginx, text, ["nginx", "-t", "-c", "/checked/file"], "101:101"),
      nginx(plan()),
    ],
    [
      "MySQL",
      (text) =>
        check(
          config.images.mysql,
          text,
          ["mysqld", "--defaults-file=/checked/file", "--datadir=/tmp", "--validate-config"],
          "999:999",
        ),
      first(plan().databases.map(mysqlConfig)),
    ],
  ];
  for (const [program, accepts, text] of checks) {
    it(`${program}, and it refuses one with a spelling mistake`, async function () {
      const reason = await engineMissing();
      if (reason !== undefined) {
        console.log(`      SKIPPED: ${reason}`);
        this.skip();
      }
      await accepts(text);
      await assert.rejects(
        accepts(text.replace(/timeout connect|worker_connections|replica_net_timeout/, "spelling_mistake")),
      );
    });
  }
});
