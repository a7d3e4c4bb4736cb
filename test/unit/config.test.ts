import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { both, problems, server } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";

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
          "    allowed:   servers, names, loadBalancer, application, web, mysql, monitoring, logs, networks, engines, images, registries, policies, secrets\n" +
          "    remove it: pulumi config rm 'foobar:serverz'",
      ],
    ],
    [
      "hidden paths that are the whole site, or no paths",
      { "foobar:application": { hiddenPaths: ["//", "metrics"] } },
      [
        `foobar:application.hiddenPaths[0] is "//"
    allowed:   a path below /, because / is the whole site
    set it:    pulumi config set --path 'foobar:application.hiddenPaths[0]' /metrics`,
        `foobar:application.hiddenPaths[1] is "metrics"
    allowed:   a path that starts with / and holds letters, digits, dots, hyphens and underscores
    set it:    pulumi config set --path 'foobar:application.hiddenPaths[1]' /metrics`,
      ],
    ],
    [
      "a misspelt key inside",
      { "foobar:loadBalancer": { prot: 80 } },
      [
        "foobar:loadBalancer.prot is not a setting; did you mean port?\n" +
          "    allowed:   algorithm, hash, mode, affinity, health, replicas, pair, address, port, httpsPort, publicHttpsPort, http, tls, statsPort, trustedProxies, allow, connectionsPerSource, headers, underscores, endpoint, hostAddress, interface, healthPort\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.prot'",
      ],
    ],
    [
      "a misspelt key of a server",
      { "foobar:servers": [{ ...server("server1", "web", "app", "db"), role: "web" }] },
      [
        "foobar:servers[0].role is not a setting; did you mean roles?\n" +
          "    allowed:   name, roles, endpoint, weight, maxConnections, subnetPart, traffic\n" +
          "    remove it: pulumi config rm --path 'foobar:servers[0].role'",
      ],
    ],
    [
      "a misspelt namespace",
      { "fobar:servers": "[]" },
      [
        "fobar:servers is in a namespace that this program does not read\n" +
          "    allowed:   keys of foobar: servers, names, loadBalancer, application, web, mysql, monitoring, logs, networks, engines, images, registries, policies, secrets\n" +
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
          "    set it:    pulumi config set --path 'foobar:loadBalancer.statsPort' 8500",
      ],
    ],
    [
      "text where a list belongs",
      { "foobar:servers": "server1" },
      [
        'foobar:servers is "server1"\n' +
          "    allowed:   a list of servers, each with a name and roles\n" +
          `    set it:    pulumi config set 'foobar:servers' '${JSON.stringify(
            both.map((each) => ({ ...each, traffic: "ready" })),
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
            "    allowed:   a private IPv4 range in CIDR form whose host bits are zero, from /16 to /24 (each network gets a sixteenth of it), in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10\n" +
            "    set it:    pulumi config set --path 'foobar:networks.range' 10.201.0.0/20",
        ],
      ],
    ),
    [
      "a malformed range beside subnets that overlap",
      { "foobar:networks": { range: "10.201.0.0", edge: "10.1.0.0/24", web: "10.1.0.0/25" } },
      [
        'foobar:networks.range is "10.201.0.0"\n' +
          "    allowed:   a private IPv4 range in CIDR form whose host bits are zero, from /16 to /24 (each network gets a sixteenth of it), in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10\n" +
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
          "    allowed:   a private IPv4 subnet in CIDR form whose host bits are zero, from /16 to /28 (it holds the gateway and the containers), in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10\n" +
          "    set it:    pulumi config set --path 'foobar:networks.web' 10.201.1.0/24",
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
  ];

  for (const [name, changes, expected] of cases) {
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
});
