import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { isSameEndpoint } from "../../config/endpoints.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { both, problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";
import type { StackSettings } from "../examples.ts";
import { machine, SERVERS, threeMachines } from "../machines.ts";
import { pasted } from "../pasted.ts";
import { refusedBy } from "../proposals.ts";
import { plan } from "../topologies.ts";

const [first, second] = SERVERS;

const keys = (settings: StackSettings) => problems(settings).map((text) => /^foobar:(\S+)/.exec(text)?.[1]);

describe("configuration of several machines", () => {
  it("takes two servers and a third machine", () => assert.deepEqual(problems(threeMachines()), []));

  const refusals: [string, StackSettings, string[]][] = [
    [
      "a server on the machine of another one, once and not again as a member of the group",
      threeMachines({ servers: [first, { ...second, endpoint: machine(11) }] }),
      [
        'foobar:servers[1].endpoint is "ssh://root@192.0.2.11"\n' +
          "    allowed:   the endpoint of another machine than that of server1: the stack is on several machines, so each server has its own\n" +
          "    cure:      set it to the endpoint of server2's machine, such as ssh://user@192.0.2.12; or remove server2 from servers",
      ],
    ],
    [
      "servers without an endpoint beside a load balancer elsewhere",
      threeMachines({ servers: both, mysql: { replication: "async", arbiter: undefined } }),
      [
        'foobar:servers[1].endpoint is "unix:///var/run/docker.sock"\n' +
          "    allowed:   the endpoint of another machine than that of server1: the stack is on several machines, so each server has its own\n" +
          "    cure:      set it to the endpoint of server2's machine, such as ssh://user@192.0.2.12; or remove server2 from servers",
      ],
    ],
    [
      "a second load balancer on the first one's machine",
      threeMachines({ loadBalancer: { replicas: 2 } }),
      [
        'foobar:loadBalancer.pair.endpoint is "ssh://root@192.0.2.13"\n' +
          "    allowed:   the endpoint of another machine than that of lb1: together both load balancers would be lost\n" +
          "    cure:      set it to the endpoint of another machine, such as a server's; or have one load balancer alone, by loadBalancer.replicas 1",
      ],
    ],
    [
      "an arbiter on the machine of a database",
      threeMachines({ mysql: { arbiter: { endpoint: machine(12) } } }),
      [
        'foobar:mysql.arbiter.endpoint is "ssh://root@192.0.2.12"\n' +
          "    allowed:   the endpoint of another machine: this one also has the database of server2, and with its loss the group of 3 has no majority and takes no writes\n" +
          "    cure:      set it to the endpoint of a further machine, which may be small; or accept that with mysql.acceptNoMajority",
      ],
    ],
    [
      "an arbiter that is beside the load balancer by default, on the machine of a database",
      threeMachines({ loadBalancer: { endpoint: machine(11) }, mysql: { arbiter: undefined } }),
      [
        'foobar:mysql.arbiter.endpoint is "ssh://root@192.0.2.11"\n' +
          "    allowed:   the endpoint of another machine: this one also has the database of server1, and with its loss the group of 3 has no majority and takes no writes\n" +
          "    cure:      set it to the endpoint of a further machine, which may be small; or accept that with mysql.acceptNoMajority",
      ],
    ],
    [
      "a manager that is no host",
      threeMachines({ networks: { manager: "server3" } }),
      [
        'foobar:networks.manager is "server3"\n' +
          "    allowed:   one of the stack's hosts: lb1, server1, server2, arbiter\n" +
          "    set it:    pulumi config set --path 'foobar:networks.manager' lb1",
      ],
    ],
    [
      "a range whose parts have no room for fixed addresses beside the others",
      threeMachines({ networks: { range: "10.77.3.0/24" } }),
      [
        'foobar:networks.range is "10.77.3.0/24"\n' +
          "    allowed:   a range whose sixteenth is /27 or larger: on several machines half of it has fixed addresses, and each machine has one of the others\n" +
          "    cure:      set a range of /23 or larger that is free on all machines",
      ],
    ],
    [
      "subnets between machines without that room, and not those on one",
      threeMachines({ networks: { web: "10.9.1.0/28", data: "10.9.2.0/27", router: "10.9.3.0/28" } }),
      [
        'foobar:networks.web is "10.9.1.0/28"\n' +
          "    allowed:   a subnet of /27 or larger: on several machines half of it has fixed addresses, and each machine has one of the others\n" +
          "    cure:      set a subnet of /27 or larger that is free on all machines; or remove the setting, and it is a part of networks.range",
      ],
    ],
    [
      "settings of networks between machines on one machine",
      { "foobar:networks": { manager: "lb1", encrypted: true, mtu: 1400 } },
      [
        ["manager", '"lb1"'],
        ["encrypted", "true"],
        ["mtu", "1400"],
      ].map(
        ([key, value]) =>
          `foobar:networks.${key} is ${value}\n` +
          "    allowed:   nothing, unless the hosts have different endpoints: one machine has no networks between machines\n" +
          `    remove it: pulumi config rm --path 'foobar:networks.${key}'`,
      ),
    ],
    [
      "a server for the backups without the role db",
      threeMachines({ mysql: { backup: { server: "lb1" } } }),
      [
        'foobar:mysql.backup.server is "lb1"\n' +
          "    allowed:   a server with the role db: server1, server2\n" +
          "    set it:    pulumi config set --path 'foobar:mysql.backup.server' server2",
      ],
    ],
  ];

  for (const [name, settings, expected] of refusals) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(problems(settings), expected);
      if (expected.some((text) => text.includes("cure:"))) return;
      const given = { ...settings };
      const after = pasted(given, refusedBy(given, UNKNOWN)?.message ?? "");
      assert.equal(refusedBy(after, UNKNOWN)?.message, undefined);
    });
  }

  it("reports the problems of all machines at once, and those of other settings with them", () => {
    assert.deepEqual(
      keys({
        ...threeMachines({
          servers: [
            { ...first, weight: 0 },
            { ...second, endpoint: "ssh://root@192.0.2.11:22" },
          ],
          loadBalancer: { replicas: 2, address: "127.0.0.1", pair: { endpoint: machine(12) } },
          mysql: { arbiter: { endpoint: machine(12), name: "x" }, backup: { server: "arbiter" } },
          networks: { manager: "nobody", range: "10.77.3.0/24" },
        }),
        "foobar:engines": { certPth: "./x" },
      }).toSorted(),
      [
        "engines.certPth",
        "loadBalancer.address",
        "loadBalancer.pair.virtualAddresses",
        "mysql.arbiter.name",
        "mysql.backup.server",
        "networks.manager",
        "networks.range",
        "servers[0].weight",
        "servers[1].endpoint",
      ],
    );
  });

  it("accepts an arbiter beside a database, and a group of two machines, where the user does", () => {
    const accepted = { acceptNoMajority: true };
    assert.deepEqual(problems(threeMachines({ mysql: { arbiter: { endpoint: machine(12) }, ...accepted } })), []);
    assert.deepEqual(problems(threeMachines({ mysql: { arbiter: false, ...accepted } })), []);
  });

  it("lets a machine have two of five members, and no more", () => {
    const servers = [11, 12, 14, 15].map((number, index) => ({
      name: `server${index + 1}`,
      roles: ["web", "app", "db"],
      endpoint: machine(number),
    }));
    assert.deepEqual(problems(threeMachines({ servers, mysql: { arbiter: { endpoint: machine(12) } } })), []);
  });
});

describe("what several machines have by default", () => {
  it("is one machine for endpoints that differ in their spelling alone", () => {
    const same: [string, string][] = [
      ["ssh://h", "ssh://h:22"],
      ["ssh://root@H", "ssh://root@h/"],
      ["unix:///var/run/docker.sock", "unix:///run/docker.sock"],
      ["tcp://h:2376", "tcp://H:2376"],
    ];
    for (const [one, other] of same) assert.ok(isSameEndpoint(one, other), `${one} ${other}`);
    const different: [string, string][] = [
      ["ssh://h", "ssh://h:2222"],
      ["ssh://root@h", "ssh://ops@h"],
      ["ssh://h", "tcp://h:22"],
      ["unix:///run/docker.sock", "unix:///run/user/1000/docker.sock"],
    ];
    for (const [one, other] of different) assert.ok(!isSameEndpoint(one, other), `${one} ${other}`);
    const settings = {
      "foobar:servers": both.map((each, index) => ({ ...each, endpoint: ["ssh://h", "ssh://h:22"][index] })),
      "foobar:loadBalancer": { endpoint: "ssh://H:22/" },
    };
    assert.equal(plan(devConfig(settings)).isSeveral, false);
  });

  it("is the engine of the command docker for hosts without an endpoint", () => {
    const docker = { endpoint: machine(11), certPath: undefined };
    const { hosts } = parseConfig("foobar", "dev", devConfig(), { ...UNKNOWN, docker });
    assert.deepEqual([...new Set(hosts.map(({ endpoint }) => endpoint))], [docker.endpoint]);
  });
});
