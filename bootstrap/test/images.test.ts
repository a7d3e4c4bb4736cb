import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type Docker from "dockerode";
import { askEngine, DEFAULT_ENDPOINT, dockerAt } from "../engine/client.ts";
import { buildImage } from "../images/build.ts";
import { LABELS, PROGRAMS, type Program } from "../images/stand-ins.ts";
import { contracts, haproxyConfig, images, logClient, nginxConfig, nodeServer } from "./contracts.ts";
import { Bench, hardened } from "./engineRun.ts";

const haproxyProbe = "printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' | socat -T2 - TCP4:127.0.0.1:8404 | grep -q ' 200 '";
const nodeProbe =
  "fetch('http://127.0.0.1:3000/',{signal:AbortSignal.timeout(2000)}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))";
const password = "Contract0Test";

describe("image contract", function () {
  this.timeout(120_000);
  const bench = new Bench(dockerAt(DEFAULT_ENDPOINT));
  const found = new Map<Program, Docker.ImageInspectInfo>();

  before(async function () {
    const answer = await askEngine(DEFAULT_ENDPOINT);
    if (answer.version === undefined) {
      console.warn(`    NOT TESTED: no Docker Engine answers at ${DEFAULT_ENDPOINT} (${answer.reason})`);
      this.skip();
    }
    for (const program of PROGRAMS) {
      const image = await bench.docker
        .getImage(images[program])
        .inspect()
        .catch(() => undefined);
      if (image === undefined) console.warn(`    NOT TESTED: the engine has no image ${images[program]}`);
      else found.set(program, image);
    }
  });

  afterEach(() => bench.clean());

  const need = (test: Mocha.Context, ...needed: Program[]) => {
    if (needed.some((program) => !found.has(program))) test.skip();
  };
  const isStandIn = (program: Program) => found.get(program)?.Config.Labels?.[LABELS.program] !== undefined;

  for (const program of PROGRAMS) {
    const contract = contracts[program];

    describe(program, () => {
      it("has the official user, command, signal, ports, volumes and folder", function () {
        need(this, program);
        const config = found.get(program)?.Config;
        assert.ok(config);
        assert.equal(config.User ?? "", contract.user);
        assert.deepEqual(config.Entrypoint, contract.entrypoint);
        assert.deepEqual(config.Cmd ?? [], contract.command);
        assert.equal("StopSignal" in config ? config.StopSignal : undefined, contract.stop);
        assert.deepEqual(Object.keys(config.ExposedPorts ?? {}).sort(), contract.ports);
        assert.deepEqual(Object.keys(config.Volumes ?? {}).sort(), contract.volumes);
        assert.equal(config.WorkingDir || "/", contract.folder);
      });

      const { account, tools } = contract;

      // An image from scratch has no tools.
      if (tools !== undefined)
        it("has the official tools, and a stand-in no others", async function () {
          need(this, program);
          const script = `for tool in ${tools} ${contract.absent}; do command -v $tool >/dev/null && echo $tool; done; true`;
          const { output } = await bench.run({ Image: images[program], Entrypoint: ["sh", "-c", script], Cmd: [] });
          const present = new Set(output.trim().split(/\s+/));
          assert.deepEqual(
            tools.split(" ").filter((tool) => !present.has(tool)),
            [],
            "missing",
          );
          if (!isStandIn(program)) return;
          assert.deepEqual(
            contract.absent.split(" ").filter((tool) => present.has(tool)),
            [],
            "too many",
          );
        });

      if (account !== undefined)
        it(`runs as ${account.join(", number ")}`, async function () {
          need(this, program);
          const [name, number] = account;
          const { output } = await bench.run({ Image: images[program], Entrypoint: ["id"], Cmd: [name] });
          assert.match(output, new RegExp(`^uid=${number}\\(${name}\\) gid=${number}\\(${name}\\)`));
        });

      if (contract.isProgram !== true)
        it("runs any other program as it is given", async function () {
          need(this, program);
          const { code, output } = await bench.run({ Image: images[program], Cmd: ["echo", "just this"] });
          assert.deepEqual([code, output.trim()], [0, "just this"]);
        });
    });
  }

  it("haproxy, hardened: serves port 80, reloads through its master socket, stops gracefully", async function () {
    need(this, "haproxy", "node");
    const config = await bench.files(images.node, { "haproxy.cfg": haproxyConfig });
    const container = await bench.start({
      Image: images.haproxy,
      User: "99:99",
      Cmd: ["haproxy", "-f", "/etc/own/haproxy.cfg", "-S", "/run/haproxy/master.sock,mode,600"],
      HostConfig: hardened(99, ["/run/haproxy"], [`${config}:/etc/own:ro`]),
    });
    await bench.healthy(container, ["sh", "-c", haproxyProbe]);
    const reload = "echo reload | socat -t5 - UNIX-CONNECT:/run/haproxy/master.sock";
    assert.match((await bench.exec(container, ["sh", "-c", reload])).output, /Success=1/);
    await bench.healthy(container, ["sh", "-c", haproxyProbe]);
    await container.stop({ t: 20 });
    assert.equal((await container.inspect()).State.ExitCode, 0);
  });

  it("nginx, hardened, with its own whole configuration: serves, knows stream, checks files, stops gracefully", async function () {
    need(this, "nginx", "node");
    const config = await bench.files(images.node, { "nginx.conf": nginxConfig });
    const container = await bench.start({
      Image: images.nginx,
      User: "101:101",
      Cmd: ["nginx", "-c", "/own/nginx.conf", "-g", "daemon off;"],
      HostConfig: hardened(101, ["/tmp"], [`${config}:/own:ro`]),
    });
    const probe = ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"];
    await bench.healthy(container, probe);
    assert.match((await bench.exec(container, ["curl", "-fsS", "http://127.0.0.1:9000/status"])).output, /Active/);
    assert.match((await bench.exec(container, ["nginx", "-t", "-c", "/own/nginx.conf"])).output, /test is successful/);
    await container.stop({ t: 20 });
    assert.equal((await container.inspect()).State.ExitCode, 0);
  });

  it("nginx, read-only as root with three capabilities: serves its stock page", async function () {
    need(this, "nginx");
    const container = await bench.start({
      Image: images.nginx,
      HostConfig: { ...hardened(0, ["/var/cache/nginx", "/run"]), CapAdd: ["CHOWN", "SETUID", "SETGID"] },
    });
    await bench.healthy(container, ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1/"]);
  });

  it("nginx: renders templates with the environment", async function () {
    need(this, "nginx", "node");
    const templates = await bench.files(images.node, {
      "own.conf.template": 'server { listen 8081; location / { return 200 "$GREETING $uri"; } }',
    });
    const container = await bench.start({
      Image: images.nginx,
      Env: ["GREETING=hello"],
      HostConfig: { Binds: [`${templates}:/etc/nginx/templates:ro`] },
    });
    await bench.healthy(container, ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8081/"]);
    assert.equal((await bench.exec(container, ["curl", "-fsS", "http://127.0.0.1:8081/x"])).output, "hello /x");
  });

  it("node, hardened: serves, and ends at SIGTERM", async function () {
    need(this, "node");
    const container = await bench.start({
      Image: images.node,
      User: "1000:1000",
      Cmd: ["-e", nodeServer],
      HostConfig: { ...hardened(1000, []), Init: true },
    });
    await bench.healthy(container, ["node", "-e", nodeProbe]);
    await container.stop({ t: 20 });
    assert.equal((await container.inspect()).State.ExitCode, 0);
  });

  it("victoria-logs, hardened: finds and counts a line that came by UDP, and ends at SIGTERM", async function () {
    need(this, "victoria-logs", "node");
    const container = await bench.start({
      Image: images["victoria-logs"],
      User: "65534:65534",
      Cmd: ["-storageDataPath=/data", "-syslog.listenAddr.udp=:5514", "-http.disableCORS"],
      HostConfig: hardened(65_534, ["/data"]),
    });
    const { code, output } = await bench.run({
      Image: images.node,
      Cmd: ["node", "-e", logClient],
      HostConfig: { NetworkMode: `container:${container.id}` },
    });
    assert.deepEqual([code, output.trim()], [0, "web-server1 says hello true"], await bench.logs(container));
    await container.stop({ t: 20 });
    assert.equal((await container.inspect()).State.ExitCode, 0);
  });

  it("haproxy: keepalived's image is built on it, a stand-in needing no network, and runs both", async function () {
    need(this, "haproxy");
    const context = join(import.meta.dirname, "../../components/loadBalancer/keepalived/image");
    const network = isStandIn("haproxy") ? "none" : "host";
    const built = await buildImage(bench.docker, context, ["Dockerfile"], { BASE: images.haproxy }, () => {}, network);
    try {
      const versions = "id -u; keepalived --version; haproxy -v; setpriv --version; ip -V";
      const { code, output } = await bench.run({ Image: built, Cmd: ["bash", "-ec", versions] });
      assert.equal(code, 0, output);
      assert.match(output, /^0\s+Keepalived v2\..*HAProxy version 3\..*setpriv from.*ip utility/s);
    } finally {
      await bench.clean();
      await bench.docker.getImage(built).remove();
    }
  });

  const secret = () => bench.files(images.node, { root: `${password}\n` });
  const startMysql = async (env: readonly string[], binds: readonly string[]) =>
    bench.start({
      Image: images.mysql,
      User: "999:999",
      Env: [...env],
      HostConfig: hardened(999, ["/tmp", "/var/run/mysqld"], binds),
    });
  const ping = ["mysqladmin", "ping", "-h", "127.0.0.1", "--silent"];
  const rootEnv = ["MYSQL_ROOT_PASSWORD_FILE=/run/secrets/root", "MYSQL_ROOT_HOST=localhost"];

  /** Runs SQL in the container as root with the password; gives the rows, without their warning line. */
  const query = async (container: Docker.Container, sql: string): Promise<string> => {
    const script = `MYSQL_PWD=${password} mysql -uroot --skip-column-names --batch -e "$0"`;
    const { code, output } = await bench.exec(container, ["sh", "-c", script, sql]);
    assert.equal(code, 0, output);
    return output.replaceAll("\r", "");
  };

  it("mysql, hardened: a fresh data volume ends with no GTID, root local alone, and survives a restart", async function () {
    need(this, "mysql", "node");
    const binds = [`${await bench.volume()}:/var/lib/mysql`, `${await secret()}:/run/secrets:ro`];
    const container = await startMysql([...rootEnv, "MYSQL_INITDB_SKIP_TZINFO=1"], binds);
    await bench.healthy(container, ping);
    assert.equal(await query(container, "SELECT @@gtid_executed"), "");
    assert.equal(await query(container, "SELECT host FROM mysql.user WHERE user = 'root'"), "localhost");
    for (const plugin of ["semisync_source", "semisync_replica", "mysql_clone", "group_replication", "auth_socket"]) {
      const name = { semisync_source: "rpl_semi_sync_source", semisync_replica: "rpl_semi_sync_replica" }[plugin];
      await query(container, `INSTALL PLUGIN ${name ?? plugin.replace("mysql_", "")} SONAME '${plugin}.so'`);
    }
    assert.equal(
      (await bench.exec(container, ["mysql", "-uroot", "-e", "SELECT 1"])).code,
      1,
      "root needs no password",
    );
    await container.stop({ t: 60 });
    assert.equal((await container.inspect()).State.ExitCode, 0);
    await container.start();
    await bench.healthy(container, ping);
    assert.equal(await query(container, "SELECT 1"), "1");
  });

  it("mysql: sets up database, user and initdb files in their order, with the options of the official image", async function () {
    need(this, "mysql", "node");
    const initdb = await bench.files(images.node, {
      "10-sourced.sh": "docker_process_sql <<<'CREATE TABLE seen (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT)'",
      "20-plain.sql": "INSERT INTO seen (name) VALUES ('plain');",
      "30-packed.sql.gz": gzipSync("INSERT INTO seen (name) VALUES ('packed');"),
      "40-ignored.txt": "nothing",
    });
    const data = await bench.volume();
    const binds = [
      `${data}:/var/lib/mysql`,
      `${initdb}:/docker-entrypoint-initdb.d:ro`,
      `${await secret()}:/run/secrets:ro`,
    ];
    const env = ["MYSQL_DATABASE=shop_1", "MYSQL_USER=clerk", "MYSQL_PASSWORD=Clerk0Word"];
    const container = await startMysql([...rootEnv, ...env], binds);
    await bench.healthy(container, ping);
    assert.equal(await query(container, "SELECT name FROM shop_1.seen ORDER BY id"), "plain\npacked");
    assert.equal(await query(container, "SELECT COUNT(*) > 400 FROM mysql.time_zone_name"), "1");
    assert.match(await query(container, "SHOW GRANTS FOR clerk"), /ON `shop\\+_1`\.\* TO `clerk`@`%`/);
    const asClerk = "MYSQL_PWD=Clerk0Word mysql -h127.0.0.1 -uclerk shop_1 -e 'SELECT COUNT(*) FROM seen'";
    assert.equal((await bench.exec(container, ["sh", "-c", asClerk])).code, 0);
  });

  it("mysql, started as root with four capabilities: becomes user mysql", async function () {
    need(this, "mysql");
    const container = await bench.start({
      Image: images.mysql,
      Env: ["MYSQL_ALLOW_EMPTY_PASSWORD=1", "MYSQL_INITDB_SKIP_TZINFO=1"],
      HostConfig: { CapDrop: ["ALL"], CapAdd: ["CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE"] },
    });
    await bench.healthy(container, ping);
    const { output } = await bench.exec(container, ["sed", "-n", "s/^Uid:\\s*//p", "/proc/1/status"]);
    assert.match(output, /^999\s+999/);
  });

  it("mysql: refuses an empty data directory without a root password, a doubled and an unknown setting", async function () {
    need(this, "mysql");
    const attempts: readonly (readonly [Docker.ContainerCreateOptions, RegExp])[] = [
      [{}, /MYSQL_ROOT_PASSWORD/],
      [{ Env: ["MYSQL_ROOT_PASSWORD=a", "MYSQL_ROOT_PASSWORD_FILE=/etc/hostname"] }, /MYSQL_ROOT_PASSWORD_FILE/],
      [
        { Cmd: ["mysqld", "--no-such-setting=1"], Env: ["MYSQL_ALLOW_EMPTY_PASSWORD=1"] },
        /unknown variable 'no-such-setting=1'/,
      ],
    ];
    for (const [options, text] of attempts) {
      const { code, output } = await bench.run({ Image: images.mysql, ...options });
      assert.equal(code, 1);
      assert.match(output, text);
    }
  });
});
