import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import { publishedPorts } from "../../config/loadBalancing.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";
import type { StackSettings } from "../examples.ts";
import { PAIR, SERVERS, threeMachines } from "../machines.ts";
import { pasted } from "../pasted.ts";
import { refusedBy } from "../proposals.ts";

const [first, second] = SERVERS;

/** Settings of a pair with some of them changed. */
const paired = (loadBalancer: object, pair: object = {}) =>
  threeMachines({ loadBalancer: { ...PAIR, ...loadBalancer, pair: { ...PAIR.pair, ...pair } } });

describe("configuration of a pair on two machines", () => {
  it("takes an address of their LAN, one for each of the two, or none", () => {
    assert.deepEqual(problems(paired({})), []);
    assert.deepEqual(
      problems(paired({}, { mode: "active-active", virtualAddresses: ["192.0.2.9", "192.0.2.10"] })),
      [],
    );
    assert.deepEqual(problems(paired({}, { virtualAddresses: "none" })), []);
    assert.deepEqual(problems(paired({}, { virtualAddresses: '["192.0.2.10"]' })), []);
  });

  it("refuses addresses of the LAN in the networks of its own containers", () => {
    const settings = paired({ hostAddress: "10.201.1.9" }, { virtualAddresses: ["10.201.0.100"] });
    const found = problems(settings).map((text) => text.split("\n")[1]?.trim());
    assert.deepEqual(found, [
      "allowed:   an address of the LAN of the hosts: this one is in networks.web, 10.201.1.0/24, a network of the stack's containers",
      "allowed:   an address of the LAN of the hosts: this one is in networks.edge, 10.201.0.0/24, a network of the stack's containers",
    ]);
  });

  const refusals: [string, StackSettings, string[]][] = [
    [
      "a pair on two machines without an address that moves, or a word for that",
      paired({}, { virtualAddresses: undefined }),
      [
        "foobar:loadBalancer.pair.virtualAddresses is not set, and the load balancers are on two machines\n" +
          "    allowed:   one address in mode active-passive, in the LAN of both hosts; or none\n" +
          "    cure:      set it to a free address of the LAN that both load balancers' hosts are in, as in virtualAddresses: [192.0.2.10]; or to none, where a network takes no address that moves, as in most clouds",
      ],
    ],
    [
      "too few addresses of the LAN",
      paired({}, { mode: "active-active" }),
      [
        'foobar:loadBalancer.pair.virtualAddresses is ["192.0.2.10"]\n' +
          "    allowed:   two different addresses, one for each load balancer\n" +
          "    cure:      set it to two free addresses of the LAN that both load balancers' hosts are in, as in virtualAddresses: [192.0.2.10, 192.0.2.9]; or to none, where a network takes no address that moves, as in most clouds",
      ],
    ],
    [
      "an address that moves and is a host's own",
      paired({}, { mode: "active-active", virtualAddresses: ["192.0.2.10", "192.0.2.12"] }),
      [
        'foobar:loadBalancer.pair.virtualAddresses[1] is "192.0.2.12"\n' +
          "    allowed:   an address that no machine has: this one is that of lb2's host\n" +
          "    cure:      choose a free address of the LAN",
      ],
    ],
    [
      "hosts by name whose addresses nobody has said",
      threeMachines({
        servers: [
          { ...first, endpoint: "ssh://one.example" },
          { ...second, endpoint: "ssh://two.example" },
        ],
        loadBalancer: { ...PAIR, endpoint: "ssh://one.example", pair: { ...PAIR.pair, endpoint: "ssh://two.example" } },
      }),
      ["", "pair."].map(
        (pair, index) =>
          `foobar:loadBalancer.${pair}hostAddress is not set, and the endpoint of the host does not say it\n` +
          "    allowed:   the address of the load balancer's host in the LAN of the virtual addresses\n" +
          `    cure:      set it to what this shows on lb${index + 1}'s host: ip -brief -4 address`,
      ),
    ],
    [
      "a port that is published where the address that moves is not",
      paired({ address: "192.0.2.11" }),
      [
        'foobar:loadBalancer.address is "192.0.2.11"\n' +
          "    allowed:   0.0.0.0 with virtual addresses of the LAN: a port that is published at another address does not answer there\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.address' 0.0.0.0",
      ],
    ],
    [
      "a pair on two machines that only its own hosts reach",
      paired({ address: "127.0.0.1" }, { virtualAddresses: "none" }),
      [
        'foobar:loadBalancer.address is "127.0.0.1"\n' +
          "    allowed:   0.0.0.0, or an address that both hosts have and clients reach: a loopback address is reached by no other machine\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.address' 0.0.0.0",
      ],
    ],
    [
      "no address that moves between two on one machine",
      { "foobar:loadBalancer": { replicas: 2, pair: { virtualAddresses: "none" } } },
      [
        'foobar:loadBalancer.pair.virtualAddresses is "none"\n' +
          "    allowed:   addresses in networks.edge, by default the last: without one nobody reaches the second load balancer when the first is lost; or none with the second on another machine, by loadBalancer.pair.endpoint\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.pair.virtualAddresses'",
      ],
    ],
    [
      "a port of the health that is the site's, once for both machines",
      paired({ port: 8406 }),
      [
        "foobar:loadBalancer.healthPort is 8406\n" +
          "    allowed:   a port other than loadBalancer.port, which is 8406\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.healthPort' 8500",
      ],
    ],
    [
      "a port of the second machine that another setting has there, and not on the first",
      paired({}, { port: 8404 }),
      [
        "foobar:loadBalancer.statsPort is 8404\n" +
          "    allowed:   a port other than loadBalancer.pair.port, which is 8404\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.statsPort' 8500",
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
});

describe("the ports of a pair", () => {
  const ports = (settings: StackSettings) => {
    const { loadBalancer, docker } = parseConfig("foobar", "dev", devConfig(settings));
    return publishedPorts(loadBalancer, docker).map((all) => all.map(({ address, port }) => `${address}:${port}`));
  };

  it("are the same on two machines, and on one machine different ones", () => {
    assert.deepEqual(ports(paired({})), [
      ["0.0.0.0:8080", "0.0.0.0:8443", "127.0.0.1:8404", "192.0.2.11:8406"],
      ["0.0.0.0:8080", "0.0.0.0:8443", "127.0.0.1:8404", "192.0.2.12:8406"],
    ]);
    assert.deepEqual(ports({ "foobar:loadBalancer": { replicas: 2 } })[1], ["127.0.0.1:8081", "127.0.0.1:8444"]);
  });

  it("is the port of the health at the address that a setting says, and only beside an address that moves", () => {
    const all = ports(paired({ hostAddress: "10.0.0.1" }, { hostAddress: "10.0.0.2" }));
    assert.deepEqual(
      all.map((those) => those.at(-1)),
      ["10.0.0.1:8406", "10.0.0.2:8406"],
    );
    assert.deepEqual(ports(paired({}, { virtualAddresses: "none" }))[1], [
      "0.0.0.0:8080",
      "0.0.0.0:8443",
      "127.0.0.1:8404",
    ]);
  });

  it("are different ones on a machine whose endpoint has two spellings", () =>
    assert.deepEqual(
      ports({
        "foobar:servers": SERVERS.map((each) => ({ ...each, endpoint: "ssh://h" })),
        "foobar:loadBalancer": { endpoint: "ssh://h:22", replicas: 2, pair: { endpoint: "ssh://h" } },
      })[1],
      ["127.0.0.1:8081", "127.0.0.1:8444"],
    ));
});
