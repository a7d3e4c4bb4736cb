import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { sharedLogin } from "../../engine/sharedLogin.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, type Registered, services } from "../harness.ts";
import { machine, PAIR, SERVERS, threeMachines } from "../machines.ts";
import { plan } from "../topologies.ts";

const input = <T>(resource: Registered | undefined, key: string): T => resource?.inputs[key] as T;

const named = ({ resources }: Deployment, type: string, name: string) =>
  resources.find((one) => one.type.endsWith(`:${type}`) && one.name === name);

const service = (deployment: Deployment, name: string) => services(deployment).find((one) => one.name === name);

const SUBNET = { web: 1, data: 3, replication: 4 } as const;

describe("a stack on three machines, against mocks", () => {
  const settings = devConfig(threeMachines());
  let three: Deployment;
  before(async () => {
    three = await deployConfig(settings);
  });

  it("has a provider of each host's engine, which shares logins with this program", () => {
    const providers = three.resources.filter(({ type }) => type === "pulumi:providers:docker");
    const endpoint = { lb1: 13, arbiter: 13, server1: 11, server2: 12 };
    assert.deepEqual(
      Object.fromEntries(providers.map(({ name, inputs }) => [name, inputs["host"]])),
      Object.fromEntries(Object.entries(endpoint).map(([name, number]) => [name, machine(number)])),
    );
    for (const { inputs } of providers) {
      assert.deepEqual(JSON.parse(String(inputs["sshOpts"])), sharedLogin(String(inputs["host"])));
      assert.equal(inputs["certPath"], undefined);
    }
  });

  it("makes every container, with its image, files and volumes, by the provider of its host", () => {
    for (const { name, type, provider } of three.resources) {
      if (!/^docker:.*:(Container|Volume|RemoteImage)$/.test(type)) continue;
      const host = /server\d|arbiter/.exec(name)?.[0] ?? "lb1";
      assert.equal(provider, host, `${type} ${name}`);
    }
    const where = Object.fromEntries(services(three).map(({ name, provider }) => [name, provider]));
    assert.deepEqual([where["mysql-steward"], where["mysql-arbiter"], where["lb1"]], ["lb1", "arbiter", "lb1"]);
  });

  it("makes bridges as on one machine, by the provider of their host", () => {
    for (const [name, host, subnet] of [
      ["edge-lb1", "lb1", "10.201.0.0/24"],
      ["app-server1", "server1", "10.201.2.16/28"],
      ["router-server2", "server2", "10.201.5.32/28"],
    ] as const) {
      const network = named(three, "Network", name);
      assert.equal(network?.provider, host, name);
      const { driver, attachable, ipamConfigs, ...more } = network?.inputs ?? {};
      assert.deepEqual([driver, attachable], ["bridge", undefined]);
      assert.deepEqual(ipamConfigs, [{ subnet, gateway: subnet.replace(/(\d+)\/.*/, (_, last) => String(+last + 1)) }]);
      assert.ok(more["options"] !== undefined, name);
      assert.deepEqual(network?.options.ignoreChanges, ["labels"]);
    }
  });

  it("makes overlays by the manager's provider, with exactly the arguments that stay unchanged", () => {
    for (const [name, third] of Object.entries(SUBNET)) {
      const network = named(three, "Network", name);
      const { labels: _, ...inputs } = network?.inputs ?? {};
      assert.deepEqual(inputs, {
        name: `foobar-dev-${name}`,
        driver: "overlay",
        attachable: true,
        internal: true,
        ipamConfigs: [
          { subnet: `10.201.${third}.0/24`, gateway: `10.201.${third}.1`, ipRange: `10.201.${third}.128/25` },
        ],
      });
      const { ignoreChanges, deleteBeforeReplace }: pulumi.CustomResourceOptions = network?.options ?? {};
      assert.deepEqual([network?.provider, ignoreChanges, deleteBeforeReplace], ["lb1", ["labels", "options"], true]);
    }
  });

  it("gives the databases their addresses, and the addresses of all others", () => {
    const hosts = [
      { host: "mysql-server1.replication", ip: "10.201.4.3" },
      { host: "mysql-server2.replication", ip: "10.201.4.4" },
      { host: "mysql-arbiter.replication", ip: "10.201.4.127" },
    ];
    for (const [name, { ip }] of Object.entries({ server1: hosts[0], server2: hosts[1], arbiter: hosts[2] }).flatMap(
      ([key, host]) => (host === undefined ? [] : [[key, host] as const]),
    )) {
      const database = service(three, `mysql-${name}`);
      assert.deepEqual(input(database, "hosts"), hosts, name);
      const joined = input<{ name: string; ipv4Address?: string }[]>(database, "networksAdvanced");
      assert.deepEqual(
        joined.map((network) => [network.name, network.ipv4Address]),
        [...(name === "arbiter" ? [] : [["foobar-dev-data", undefined]]), ["foobar-dev-replication", ip]],
      );
    }
    for (const { name, inputs } of services(three)) {
      assert.equal(inputs["hosts"] === undefined, !/^(mysql|agent)-(server|arbiter)/.test(name), name);
    }
  });

  it("shows where the site is reached from other machines", async () => {
    const { outputs } = await deployConfig(devConfig(threeMachines({ loadBalancer: { address: "0.0.0.0" } })));
    assert.equal(outputs["url"], "https://192.0.2.13:8443");
    assert.deepEqual(outputs["published"], ["http://192.0.2.13:8080"]);
  });

  it("encrypts the networks between machines, and no others, where the settings say so", async () => {
    const networks = { encrypted: true, mtu: 1400, manager: "server2" };
    const encrypted = await deployConfig(devConfig(threeMachines({ networks })));
    for (const name of Object.keys(SUBNET)) {
      const network = named(encrypted, "Network", name);
      assert.deepEqual(input(network, "options"), { encrypted: "", "com.docker.network.driver.mtu": "1400" });
      assert.deepEqual(network?.options.ignoreChanges, ["labels", "options"]);
      assert.deepEqual(
        [network?.provider, input(network, "name")],
        ["server2", `foobar-dev-${name}-encrypted-mtu1400`],
      );
    }
    const bridge = input<Record<string, string>>(named(encrypted, "Network", "app-server1"), "options");
    assert.ok(!("encrypted" in bridge));
    const alone = await deployConfig(devConfig(threeMachines({ networks: { encrypted: true } })));
    assert.deepEqual(input(named(alone, "Network", "web"), "options"), { encrypted: "" });
  });

  it("leaves the small network of an application to its containers, where it is between machines", async () => {
    const [first, second] = SERVERS;
    const servers = [
      { ...first, roles: ["web"] },
      { ...second, roles: ["app", "db"] },
    ];
    const deployment = await deployConfig(
      devConfig(threeMachines({ servers, mysql: { replication: "async", arbiter: undefined, primary: "server2" } })),
    );
    const { driver, ipamConfigs } = named(deployment, "Network", "app-server2")?.inputs ?? {};
    assert.deepEqual([driver, ipamConfigs], ["overlay", [{ subnet: "10.201.2.32/28", gateway: "10.201.2.33" }]]);
  });

  it("reaches an engine by TLS with the certificates of the settings", async () => {
    const tcp = { ...SERVERS[1], endpoint: "tcp://192.0.2.12:2376" };
    const deployment = await deployConfig({
      ...devConfig(threeMachines({ servers: [SERVERS[0], tcp] })),
      "foobar:engines": '{"certPath":"/etc/docker-certificates"}',
    });
    const { host, certPath, sshOpts } = named(deployment, "docker", "server2")?.inputs ?? {};
    assert.deepEqual([host, certPath, sshOpts], ["tcp://192.0.2.12:2376", "/etc/docker-certificates", undefined]);
    assert.equal(named(deployment, "docker", "server1")?.inputs["certPath"], undefined);
  });
});

describe("a pair of load balancers on two machines, against mocks", () => {
  let pair: Deployment;
  before(async () => {
    pair = await deployConfig(devConfig(threeMachines({ loadBalancer: PAIR })));
  });

  it("has keepalived in the hosts' network, with its capabilities and no port, after HAProxy", () => {
    for (const [name, number] of [
      ["lb1", 11],
      ["lb2", 12],
    ] as const) {
      const keepalived = service(pair, `keepalived-${name}`);
      assert.equal(keepalived?.provider, name);
      const { networkMode, networksAdvanced, hostname, user, capabilities, ports, sysctls, command } =
        keepalived?.inputs ?? {};
      assert.deepEqual([networkMode, networksAdvanced, hostname, user], ["host", undefined, undefined, "0:0"]);
      assert.deepEqual(capabilities, { adds: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID"], drops: ["ALL"] });
      assert.deepEqual([ports, sysctls], [[], undefined]);
      assert.deepEqual(command, ["bash", "/etc/foobar/startOnHost.sh", `192.0.2.${number}`]);
      assert.ok(keepalived?.dependsOn.includes(`haproxy-${name}`), name);
    }
    assert.ok(service(pair, "lb2")?.dependsOn.includes("keepalived-lb1"), "one load balancer after the other");
  });

  it("gives keepalived the interface that a setting names", async () => {
    const loadBalancer = { ...PAIR, interface: "eth0", pair: { ...PAIR.pair, interface: "eth1" } };
    const deployment = await deployConfig(devConfig(threeMachines({ loadBalancer })));
    assert.deepEqual(
      ["lb1", "lb2"].map((name) => input<string[]>(service(deployment, `keepalived-${name}`), "command").at(-1)),
      ["eth0", "eth1"],
    );
  });

  it("gives nobody else capabilities, nor the host's network: the pause container waits, as with one load balancer", () => {
    for (const { name, inputs } of services(pair)) {
      if (name.startsWith("keepalived-")) continue;
      assert.deepEqual(inputs["capabilities"], { drops: ["ALL"] }, name);
      assert.notEqual(inputs["networkMode"], "host", name);
      assert.match(String(inputs["user"]), /^[1-9]/, name);
    }
    const { sysctls } = service(pair, "lb1")?.inputs ?? {};
    assert.ok(!JSON.stringify(sysctls).includes("nonlocal"), JSON.stringify(sysctls));
  });

  it("publishes the same ports on both hosts, and the health at the host's own address", () => {
    for (const [name, number] of [
      ["lb1", 11],
      ["lb2", 12],
    ] as const) {
      const ports = input<{ ip: string; external: number; internal: number }[]>(service(pair, name), "ports");
      assert.deepEqual(
        ports.map(({ ip, external, internal }) => `${ip}:${external}:${internal}`),
        ["0.0.0.0:8080:80", "0.0.0.0:8443:443", "127.0.0.1:8404:8404", `192.0.2.${number}:8406:8406`],
      );
    }
  });

  it("has addresses of their own for both in the network of the web servers", () => {
    const joined = (name: string) =>
      input<{ name: string; ipv4Address?: string }[]>(service(pair, name), "networksAdvanced").map(
        (network) => `${network.name.replace("foobar-dev-", "")}=${network.ipv4Address}`,
      );
    assert.deepEqual(joined("lb1"), ["edge-lb1=10.201.0.11", "web=10.201.1.2"]);
    assert.deepEqual(joined("lb2"), ["edge-lb2=10.201.0.12", "web=10.201.1.3"]);
  });

  /** The text of a file that a container gets. */
  const file = (deployment: Deployment, container: string, name: string) => {
    const seeds = ofType(deployment, "Container").filter((seed) => seed.name.startsWith(`${container}-config`));
    const uploads = seeds.flatMap((seed) => input<{ file: string; content: string }[]>(seed, "uploads"));
    const found = uploads.find((upload) => upload.file.endsWith(`/${name}`));
    assert.ok(found, `${container} has no file ${name}`);
    return found.content;
  };

  it("shares the table of clients by TLS, in which both prove that they are load balancers", () => {
    const peers = (name: string) =>
      /^peers loadbalancers\n((?: {4}.*\n)+)/m.exec(file(pair, `haproxy-${name}`, "haproxy.cfg"))?.[1];
    const bind = "ssl crt /run/secrets/peer.pem ca-file /run/secrets/ca.crt verify required";
    const to = "ssl crt /run/secrets/client.pem ca-file /run/secrets/ca.crt verify required verifyhost";
    assert.equal(
      peers("lb1"),
      `    bind 10.201.1.2:10000 ${bind}\n    server lb1\n    server lb2 10.201.1.3:10000 ${to} lb2\n`,
    );
    assert.equal(
      peers("lb2"),
      `    server lb1 10.201.1.2:10000 ${to} lb1\n    bind 10.201.1.3:10000 ${bind}\n    server lb2\n`,
    );
    const requests = ofType(pair, "CertRequest").filter(({ name }) => name.endsWith("-peer-request"));
    assert.deepEqual(
      requests.map(({ name, inputs }) => [name, inputs["dnsNames"]]),
      [
        ["lb1-peer-request", ["lb1"]],
        ["lb2-peer-request", ["lb2"]],
      ],
    );
  });

  it("lets the host alone ask for the health, and listens at no address that moves", () => {
    const haproxy = file(pair, "haproxy-lb1", "haproxy.cfg");
    assert.match(haproxy, /^frontend health\n {4}bind 10\.201\.0\.11:8406\n/m);
    const [, health = ""] = /^frontend health\n([\s\S]*)/m.exec(haproxy) ?? [];
    assert.match(health, /acl host src .*192\.0\.2\.11\/32.*10\.201\.0\.1\/32/);
    assert.match(health, /tcp-request connection reject unless host\n/);
    const addresses = [...haproxy.matchAll(/^ {4}bind (?:quic4@)?([\d.]+):/gm)].map(([, address]) => address);
    assert.deepEqual([...new Set(addresses)].toSorted(), ["10.201.0.11", "10.201.1.2", "127.0.0.1"]);
  });

  it("has keepalived ask at the host's address, and tell its peer from there", () => {
    const text = file(pair, "keepalived-lb2", "keepalived.conf");
    assert.match(text, /script "\/etc\/foobar\/checkOnHost\.sh answers 8406 192\.0\.2\.12"/);
    assert.match(text, /unicast_src_ip 192\.0\.2\.12/);
    assert.match(text, /unicast_peer \{\n\s+192\.0\.2\.11\n/);
    assert.match(text, /192\.0\.2\.10\/\$BITS dev \$EDGE/);
  });

  it("has no keepalived without an address that moves, and the site's address is the first host's", async () => {
    const loadBalancer = { ...PAIR, pair: { ...PAIR.pair, virtualAddresses: "none" } };
    const none = await deployConfig(devConfig(threeMachines({ loadBalancer })));
    assert.ok(services(none).every(({ name }) => !name.startsWith("keepalived")));
    assert.doesNotMatch(file(none, "haproxy-lb1", "haproxy.cfg"), /frontend health/);
    assert.equal(none.outputs["url"], "https://192.0.2.11:8443");
    assert.equal(pair.outputs["url"], "https://192.0.2.10:8443");
    assert.equal(plan(devConfig(threeMachines({ loadBalancer }))).loadBalancers[0]?.vrrp, undefined);
  });
});
