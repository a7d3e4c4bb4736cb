import assert from "node:assert/strict";
import { both, problems, server } from "../configProblems.ts";

describe("configuration of the traffic", () => {
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
          "    set it:    pulumi config set --path 'foobar:loadBalancer.pair.port' 8500",
      ],
    ],
  ];

  for (const [name, changes, expected] of traffic) {
    it(`refuses ${name}`, () => assert.deepEqual(problems(changes), expected));
  }
});
