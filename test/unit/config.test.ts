import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { ConfigError } from "../../config/problems.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { devConfig } from "../devConfig.ts";

/** The text of each problem that the dev stack has with the given keys changed, without the cure's last word: --stack dev. */
function problems(changes: Record<string, unknown>, surroundings = UNKNOWN): string[] {
  try {
    parseConfig("foobar", "dev", devConfig(changes), surroundings);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message
      .split("\n\n")
      .slice(1)
      .map((text) => {
        const [whole, problem] = /^(.*) --stack dev$/s.exec(text.trim()) ?? [];
        assert.ok(problem !== undefined, `the cure does not name the stack: ${whole ?? text}`);
        return problem;
      });
  }
  return [];
}

const server = (name: string, ...roles: string[]) => ({ name, roles });
const both = [server("server1", "web", "app", "db"), server("server2", "web", "app", "db")];

describe("configuration", () => {
  it("takes the committed dev stack", () => {
    const config = parseConfig("foobar", "dev", devConfig());
    assert.deepEqual(
      config.servers.map(({ name }) => name),
      ["server1", "server2"],
    );
    assert.equal(config.loadBalancer.port, 8080);
  });

  it("needs no setting at all", () => {
    const config = parseConfig("foobar", "x", {});
    assert.deepEqual(
      config.servers.map(({ roles }) => roles),
      [
        ["web", "app", "db"],
        ["web", "app", "db"],
      ],
    );
    assert.equal(config.images.mysql, "mysql:9.7.4");
  });

  const cases: [string, Record<string, unknown>, string[]][] = [
    [
      "a misspelt key at the top",
      { "foobar:serverz": [] },
      [
        "foobar:serverz is not a setting; did you mean servers?\n" +
          "    allowed:   servers, loadBalancer, application, web, mysql, networks, images\n" +
          "    remove it: pulumi config rm 'foobar:serverz'",
      ],
    ],
    [
      "a misspelt key inside",
      { "foobar:loadBalancer": { prot: 80 } },
      [
        "foobar:loadBalancer.prot is not a setting; did you mean port?\n" +
          "    allowed:   algorithm, hash, mode, affinity, health, replicas, pair, address, port, statsPort, endpoint\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.prot'",
      ],
    ],
    [
      "a misspelt key of a server",
      { "foobar:servers": [{ ...server("server1", "web", "app", "db"), role: "web" }] },
      [
        "foobar:servers[0].role is not a setting; did you mean roles?\n" +
          "    allowed:   name, roles, endpoint, weight, maxConnections, traffic\n" +
          "    remove it: pulumi config rm --path 'foobar:servers[0].role'",
      ],
    ],
    [
      "a misspelt namespace",
      { "fobar:servers": "[]" },
      [
        "fobar:servers is in a namespace that this program does not read\n" +
          "    allowed:   keys of foobar: servers, loadBalancer, application, web, mysql, networks, images\n" +
          "    remove it: pulumi config rm 'fobar:servers'",
      ],
    ],
    [
      "a port that is not a number",
      { "foobar:loadBalancer": { port: "eighty" } },
      [
        'foobar:loadBalancer.port is "eighty"\n' +
          "    allowed:   a whole number from 1 to 65535\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.port' 8080",
      ],
    ],
    [
      "a port out of range",
      { "foobar:loadBalancer": { port: 70000 } },
      [
        "foobar:loadBalancer.port is 70000\n" +
          "    allowed:   a whole number from 1 to 65535\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.port' 8080",
      ],
    ],
    [
      "a port taken twice",
      { "foobar:loadBalancer": { port: 8404, statsPort: 8404 } },
      [
        "foobar:loadBalancer.statsPort is 8404\n" +
          "    allowed:   a port other than loadBalancer.port, which is 8404\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.statsPort' 8405",
      ],
    ],
    [
      "text where a list belongs",
      { "foobar:servers": "server1" },
      [
        'foobar:servers is "server1"\n' +
          "    allowed:   a list of servers, each with a name and roles\n" +
          `    set it:    pulumi config set 'foobar:servers' '${JSON.stringify(
            both.map((each) => ({ ...each, endpoint: "unix:///var/run/docker.sock", traffic: "ready" })),
          )}'`,
      ],
    ],
    [
      "a server's name twice",
      { "foobar:servers": [both[0], both[0]] },
      [
        'foobar:servers[1].name is "server1"\n' +
          "    allowed:   a name that no other server has\n" +
          "    set it:    pulumi config set --path 'foobar:servers[1].name' server2",
      ],
    ],
    [
      "the load balancer's name for a server",
      { "foobar:servers": [server("lb1", "web", "app", "db")], "foobar:mysql": {} },
      [
        'foobar:servers[0].name is "lb1"\n' +
          "    allowed:   a name other than lb1, lb2, arbiter, which are those of the load balancers and of the group's arbiter\n" +
          "    set it:    pulumi config set --path 'foobar:servers[0].name' server1",
      ],
    ],
    [
      "a missing name",
      { "foobar:servers": [{ roles: ["web", "app", "db"] }], "foobar:mysql": {} },
      [
        "foobar:servers[0].name is missing\n" +
          "    allowed:   a name in lower-case letters, digits and hyphens\n" +
          "    set it:    pulumi config set --path 'foobar:servers[0].name' server1",
      ],
    ],
    [
      "a role that does not exist",
      { "foobar:servers": [server("server1", "web", "app", "db", "cache")] },
      [
        'foobar:servers[0].roles[3] is "cache"\n' +
          "    allowed:   one of web, app, db\n" +
          "    set it:    pulumi config set --path 'foobar:servers[0].roles[3]' web",
      ],
    ],
    [
      "roles that no server has",
      { "foobar:servers": [server("server1", "db")] },
      ["web", "app"].map(
        (role) =>
          `foobar:servers[0].roles[1] is free, and no server has the role ${role}\n` +
          "    allowed:   at least one server with each of the roles web, app, db\n" +
          `    set it:    pulumi config set --path 'foobar:servers[0].roles[1]' ${role}`,
      ),
    ],
    [
      "an unknown primary",
      { "foobar:mysql": { primary: "server3" } },
      [
        'foobar:mysql.primary is "server3"\n' +
          "    allowed:   a server with the role db: server1, server2\n" +
          "    set it:    pulumi config set --path 'foobar:mysql.primary' server1",
      ],
    ],
    [
      "overlapping subnets",
      { "foobar:networks": { web: "10.201.2.128/25" } },
      [
        'foobar:networks.web is "10.201.2.128/25"\n' +
          "    allowed:   a subnet that does not overlap networks.app, 10.201.2.0/24\n" +
          "    set it:    pulumi config set --path 'foobar:networks.web' 10.201.1.0/24",
      ],
    ],
    [
      "a subnet that overlaps several, and one of those another",
      { "foobar:networks": { web: "10.201.0.0/22", replication: "10.201.0.0/24", router: "10.201.4.0/24" } },
      [
        'foobar:networks.web is "10.201.0.0/22"\n' +
          "    allowed:   a subnet that does not overlap networks.edge, 10.201.0.0/24, nor networks.app, 10.201.2.0/24, nor networks.data, 10.201.3.0/24\n" +
          "    set it:    pulumi config set --path 'foobar:networks.web' 10.201.1.0/24",
        'foobar:networks.replication is "10.201.0.0/24"\n' +
          "    allowed:   a subnet that does not overlap networks.edge, 10.201.0.0/24, nor networks.web, 10.201.0.0/22\n" +
          "    set it:    pulumi config set --path 'foobar:networks.replication' 10.202.0.0/24",
      ],
    ],
    ...["10.201.0.0", "10.201.0.0/15", "10.201.0.0/25", "10.201.1.0/20", "10.201/20", "127.16.0.0/16", "all"].map(
      (range): [string, Record<string, unknown>, string[]] => [
        `the range ${range}`,
        { "foobar:networks": { range } },
        [
          `foobar:networks.range is "${range}"\n` +
            "    allowed:   an IPv4 range in CIDR form whose host bits are zero, from /16 to /24 (each network gets a sixteenth of it)\n" +
            "    set it:    pulumi config set --path 'foobar:networks.range' 10.201.0.0/20",
        ],
      ],
    ),
    [
      "a malformed range beside subnets that overlap",
      { "foobar:networks": { range: "10.201.0.0", edge: "10.1.0.0/24", web: "10.1.0.0/25" } },
      [
        'foobar:networks.range is "10.201.0.0"\n' +
          "    allowed:   an IPv4 range in CIDR form whose host bits are zero, from /16 to /24 (each network gets a sixteenth of it)\n" +
          "    set it:    pulumi config set --path 'foobar:networks.range' 10.201.0.0/20",
        'foobar:networks.web is "10.1.0.0/25"\n' +
          "    allowed:   a subnet that does not overlap networks.edge, 10.1.0.0/24\n" +
          "    set it:    pulumi config set --path 'foobar:networks.web' 10.202.0.0/25",
      ],
    ],
    [
      "a subnet with host bits",
      { "foobar:networks": { web: "10.201.1.7/24" } },
      [
        'foobar:networks.web is "10.201.1.7/24"\n' +
          "    allowed:   an IPv4 subnet in CIDR form whose host bits are zero, from /16 to /28 (it holds the gateway and the containers)\n" +
          "    set it:    pulumi config set --path 'foobar:networks.web' 10.201.1.0/24",
      ],
    ],
    [
      "an image without a tag",
      { "foobar:images": { nginx: "nginx" } },
      [
        'foobar:images.nginx is "nginx"\n' +
          "    allowed:   an image name with an exact tag or digest, name:tag or name@sha256:… (latest moves, so it is refused)\n" +
          "    set it:    pulumi config set --path 'foobar:images.nginx' nginx:1.30.6",
      ],
    ],
    [
      "an application folder with the sample's command",
      { "foobar:application": { files: "./mine" } },
      [
        "foobar:application.command starts the sample application, but application.files names another\n" +
          "    allowed:   the command that starts the application in the folder, which is put at /app\n" +
          `    set it:    pulumi config set --path 'foobar:application.command' '["node", "/app/index.js"]'`,
      ],
    ],
    [
      "servers on several engines",
      { "foobar:servers": [both[0], { ...both[1], endpoint: "ssh://ops@server2" }] },
      [
        'foobar:servers[1].endpoint is "ssh://ops@server2"\n' +
          "    allowed:   the load balancer's endpoint, unix:///var/run/docker.sock: the networks between the tiers span one engine\n" +
          "    set it:    pulumi config set --path 'foobar:servers[1].endpoint' unix:///var/run/docker.sock",
      ],
    ],
  ];
  const balancer = (loadBalancer: object, ...servers: object[]) => ({
    "foobar:loadBalancer": loadBalancer,
    "foobar:servers": both.map((each, index) => ({ ...each, ...servers[index] })),
  });
  const traffic: [string, Record<string, unknown>, string[]][] = [
    [
      "an unknown algorithm",
      balancer({ algorithm: "iphash" }),
      [
        'foobar:loadBalancer.algorithm is "iphash"\n' +
          "    allowed:   one of roundrobin, static-rr, leastconn, source, uri, random\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.algorithm' roundrobin",
      ],
    ],
    [
      "weights out of range",
      balancer({}, { weight: 0 }, { weight: 257 }),
      [0, 257].map(
        (weight, index) =>
          `foobar:servers[${index}].weight is ${weight}\n` +
          "    allowed:   a whole number from 1 to 256\n" +
          `    set it:    pulumi config set --path 'foobar:servers[${index}].weight' 1`,
      ),
    ],
    [
      "a weight on a server without the application",
      { "foobar:servers": [...both, { ...server("server3", "db"), weight: 2 }] },
      [
        "foobar:servers[2].weight is 2\n" +
          "    allowed:   only on servers with the role app: it says how many of the requests their application gets\n" +
          "    remove it: pulumi config rm --path 'foobar:servers[2].weight'",
      ],
    ],
    [
      "active-passive with one server",
      { "foobar:loadBalancer": { mode: "active-passive" }, "foobar:servers": [both[0]] },
      [
        'foobar:loadBalancer.mode is "active-passive", and there is one server: no other could take over from it\n' +
          "    allowed:   active-active, or a second server with the roles web and app\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.mode' active-active",
      ],
    ],
    [
      "settings that active-passive does not use",
      balancer({ mode: "active-passive", algorithm: "leastconn", affinity: "cookie" }, { weight: 2 }),
      [
        'foobar:loadBalancer.algorithm is "leastconn"\n' +
          "    allowed:   roundrobin in mode active-passive: one server is at work at a time, so there is nothing to choose\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.algorithm' roundrobin",
        'foobar:loadBalancer.affinity is "cookie"\n' +
          "    allowed:   none in mode active-passive: affinity would keep visitors on the backup when the active server is back\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.affinity' none",
        "foobar:servers[0].weight is 2\n" +
          "    allowed:   no weight in mode active-passive: one server is at work at a time\n" +
          "    remove it: pulumi config rm --path 'foobar:servers[0].weight'",
      ],
    ],
    [
      "affinity with source",
      balancer({ algorithm: "source", affinity: "cookie" }),
      [
        'foobar:loadBalancer.affinity is "cookie"\n' +
          "    allowed:   none with the algorithm source, which keeps a client on its server already\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.affinity' none",
      ],
    ],
    [
      "a hash with an algorithm that does not hash",
      balancer({ algorithm: "leastconn", hash: { method: "consistent" } }),
      [
        'foobar:loadBalancer.hash is {"method":"consistent"}\n' +
          "    allowed:   only with the algorithms source and uri: leastconn hashes nothing\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.hash'",
      ],
    ],
    [
      "options of uri with source",
      balancer({ algorithm: "source", hash: { depth: 2 } }),
      [
        "foobar:loadBalancer.hash.depth is 2\n" +
          "    allowed:   only with the algorithm uri: source hashes the client's address\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.hash.depth'",
      ],
    ],
    [
      "a slow start with fixed shares",
      balancer({ algorithm: "uri", hash: { method: "map-based" }, health: { slowStartSeconds: 5 } }),
      [
        "foobar:loadBalancer.health.slowStartSeconds is 5\n" +
          "    allowed:   no slow start with the algorithm uri with hash.method map-based, whose shares are fixed\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.health.slowStartSeconds'",
      ],
    ],
    [
      "a maintenance that leaves no ready route",
      balancer({}, { traffic: "drain" }, { traffic: "maintenance" }),
      ["drain", "maintenance"].map(
        (value, index) =>
          `foobar:servers[${index}].traffic is "${value}", and no ready route through a web server to an application is left\n` +
          "    allowed:   ready on at least one web server and the application that it reaches\n" +
          `    set it:    pulumi config set --path 'foobar:servers[${index}].traffic' ready`,
      ),
    ],
    [
      "maintenance of a server that gets no requests",
      { "foobar:servers": [...both, { ...server("server3", "db"), traffic: "maintenance" }] },
      [
        'foobar:servers[2].traffic is "maintenance"\n' +
          "    allowed:   ready on servers without the roles web and app, which get no requests\n" +
          "    set it:    pulumi config set --path 'foobar:servers[2].traffic' ready",
      ],
    ],
    [
      "settings of a pair for one load balancer",
      balancer({ pair: { mode: "active-active" } }),
      [
        'foobar:loadBalancer.pair is {"mode":"active-active"}\n' +
          "    allowed:   only with loadBalancer.replicas 2\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.pair'",
      ],
    ],
    [
      "three load balancers",
      balancer({ replicas: 3 }),
      [
        "foobar:loadBalancer.replicas is 3\n" +
          "    allowed:   a whole number from 1 to 2\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.replicas' 1",
      ],
    ],
    [
      "a pair on one host when there are several",
      {
        "foobar:loadBalancer": { replicas: 2, endpoint: "ssh://ops@server1" },
        "foobar:servers": both.map((each) => ({ ...each, endpoint: `ssh://ops@${each.name}` })),
      },
      [
        'foobar:servers[1].endpoint is "ssh://ops@server2"\n' +
          "    allowed:   the load balancer's endpoint, ssh://ops@server1: the networks between the tiers span one engine\n" +
          "    set it:    pulumi config set --path 'foobar:servers[1].endpoint' ssh://ops@server1",
        "foobar:loadBalancer.replicas is 2\n" +
          "    allowed:   1: both load balancers would be on the one host loadBalancer.endpoint, and be lost with it\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.replicas' 1",
      ],
    ],
    [
      "a virtual address outside its subnet, and one that is taken",
      balancer({
        replicas: 2,
        pair: { mode: "active-active", virtualAddresses: ["10.201.1.254", "10.201.0.12"] },
      }),
      [
        'foobar:loadBalancer.pair.virtualAddresses[0] is "10.201.1.254"\n' +
          "    allowed:   an address in networks.edge, 10.201.0.0/24\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.pair.virtualAddresses[0]' 10.201.0.254",
        'foobar:loadBalancer.pair.virtualAddresses[1] is "10.201.0.12"\n' +
          "    allowed:   a free address in 10.201.0.0/24: this one is lb2's\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.pair.virtualAddresses[1]' 10.201.0.253",
      ],
    ],
    [
      "too few virtual addresses",
      balancer({ replicas: 2, pair: { mode: "active-active", virtualAddresses: ["10.201.0.9"] } }),
      [
        'foobar:loadBalancer.pair.virtualAddresses is ["10.201.0.9"]\n' +
          "    allowed:   two different addresses, one for each load balancer\n" +
          `    set it:    pulumi config set --path 'foobar:loadBalancer.pair.virtualAddresses' '["10.201.0.254","10.201.0.253"]'`,
      ],
    ],
    [
      "ports that the two of a pair would share",
      balancer({ replicas: 2, port: 8080, statsPort: 8081 }),
      [
        "foobar:loadBalancer.pair.port is 8081\n" +
          "    allowed:   a port other than loadBalancer.statsPort, which is 8081\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.pair.port' 8404",
      ],
    ],
  ];
  const mysql = (settings: Record<string, unknown>, servers = both) => ({
    "foobar:mysql": settings,
    "foobar:servers": servers,
  });
  const one = [server("server1", "web", "app", "db")];
  const databases: [string, Record<string, unknown>, RegExp[]][] = [
    ["an unknown replication", mysql({ replication: "galera" }), [/one of async, semisync, group/]],
    [
      "a primary without the role db",
      mysql({ primary: "server2" }, [...one, server("server2", "app")]),
      [/role db: server1/],
    ],
    ["two primaries", mysql({ primary: ["server1", "server2"] }), [/mysql\.primary .*\n.*a name/]],
    [
      "semisync without the setting withoutReplica",
      mysql({ replication: "semisync" }),
      [/withoutReplica is not set.*\n.*wait takes no writes.*degrade goes on alone/],
    ],
    [
      "semisync with no replica",
      mysql({ replication: "semisync", withoutReplica: "wait" }, one),
      [/replication is semisync, and there is no replica to wait for/],
    ],
    ["withoutReplica where nobody waits", mysql({ withoutReplica: "wait" }), [/unless mysql\.replication is semisync/]],
    ["a group of one", mysql({ replication: "group" }, one), [/replication is group, and there is one server/]],
    ["a group of two", mysql({ replication: "group", arbiter: false }), [/no majority.*acceptNoMajority/]],
    [
      "an arbiter that makes an odd number even",
      mysql({ replication: "group", arbiter: true }, [...both, server("server3", "db")]),
      [/mysql\.arbiter is true/],
    ],
    [
      "settings of a group outside one",
      mysql({ arbiter: true, acceptNoMajority: true }),
      [/mysql\.arbiter .*\n.*unless mysql\.replication is group/, /mysql\.acceptNoMajority .*\n.*unless/],
    ],
    ["an unknown size", mysql({ memoryMb: "large" }), [/memoryMb is "large"\n.*whole number of MB from 768/]],
    ["backups too seldom", mysql({ backup: { everyHours: 200 } }), [/everyHours is 200\n.*hours from 1 to 168/]],
    ["backups of which none stays", mysql({ backup: { keep: 0 } }), [/keep is 0\n.*full backups from 1 to 365/]],
    ["an archive without a pause", mysql({ backup: { archiveSeconds: 1 } }), [/archiveSeconds is 1\n.*from 5 to 3600/]],
    ["a relative folder for backups", mysql({ backup: { directory: "./b" } }), [/directory is .*\n.*starts with \//]],
    ["encryption that is neither", mysql({ backup: { encrypted: "yes" } }), [/encrypted is "yes"\n.*true or false/]],
    ["backups that are no settings", mysql({ backup: true }), [/backup is true\n.*everyHours, keep/]],
    ["a restore that nobody made", mysql({ restored: "yesterday" }), [/restored is .*\n.*like 20261121t120000z/]],
    ["a buffer pool that leaves no room", mysql({ bufferPoolMb: 1000 }), [/bufferPoolMb is 1000\n.*at most 574/]],
  ];
  for (const [name, changes, expected] of databases) {
    it(`refuses ${name}`, () => {
      const found = problems(changes);
      assert.equal(found.length, expected.length, found.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? "", pattern);
    });
  }

  it("takes a group of two where that is accepted", () => {
    assert.deepEqual(problems(mysql({ replication: "group", arbiter: false, acceptNoMajority: true })), []);
  });

  for (const [name, changes, expected] of [...cases, ...traffic]) {
    it(`refuses ${name}`, () => assert.deepEqual(problems(changes), expected));
  }

  it("reports all problems at once, of every kind", () => {
    const found = problems({
      "foobar:serverz": 1,
      "foobar:loadBalancer": { port: 0, prot: 1 },
      "foobar:mysql": { primary: "nobody" },
      "foobar:images": { mysql: "mysql:latest" },
    });
    const heads = found.map((text) => text.split("\n")[0]);
    assert.deepEqual(heads.sort(), [
      'foobar:images.mysql is "mysql:latest"',
      "foobar:loadBalancer.port is 0",
      "foobar:loadBalancer.prot is not a setting; did you mean port?",
      'foobar:mysql.primary is "nobody"',
      "foobar:serverz is not a setting; did you mean servers?",
    ]);
  });

  it("takes images by tag, by digest, by both, and from registries with ports", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    for (const nginx of [
      "nginx:1",
      `nginx@${digest}`,
      `nginx:1.30@${digest}`,
      `nginx:latest@${digest}`,
      "localhost:5000/a/nginx:1",
      "registry:5000/nginx:1",
      "Registry.Example.com/team/my_app.x--y:1.2_3",
    ]) {
      assert.deepEqual(problems({ "foobar:images": { nginx } }), []);
    }
    for (const nginx of [
      ...["localhost:5000/nginx", "nginx:", "nginx:latest", "", "registry.example.com//nginx:1", "nginx..x:1", "-x:1"],
      ...[".:1", "registry/A:1", "a/:1", "-host.example/nginx:1", "nginx:1@sha256:00"],
    ]) {
      assert.equal(problems({ "foobar:images": { nginx } }).length, 1, nginx);
    }
  });
});
