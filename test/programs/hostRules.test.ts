import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { hostRules } from "../../operations/firewall/hostRules.ts";
import { planTopology } from "../../topology/topology.ts";
import { namespacesMissing, opened, run, type Target } from "../firewall/namespaces.ts";

/** Addresses of the machine and of others behind it; the one for documentation (RFC 5737) stands for a public one. */
const PUBLIC = "203.0.113.7";
const OTHERS = ["192.168.77.7", "172.17.0.7", "100.64.0.7", "169.254.169.254"];
const MACHINE = "198.51.100.1";
const PORTS = [22, 53, 80, 443, 9000];

const LISTEN = `
  const { createServer } = require("node:net");
  const ports = process.argv.slice(1).map(Number);
  const ready = ports.map((port) => new Promise((resolve) =>
    createServer((socket) => socket.end()).listen(port, "0.0.0.0", resolve)));
  Promise.all(ready).then(() => console.log("listens"));`;

describe("the rules for the machine, in nftables", function () {
  this.timeout(60_000);
  const id = randomBytes(3).toString("hex");
  const [balancer, machine, outside] = ["b", "m", "o"].map((part) => `it-${id}-${part}`);
  const enter = (namespace = "") => ["ip", "netns", "exec", namespace];
  const listening: ReturnType<typeof execa>[] = [];

  const listen = async (namespace: string | undefined) => {
    const [command = "", ...args] = [...enter(namespace), process.execPath, "--eval", LISTEN, ...PORTS.map(String)];
    const child = execa(command, args, { env: { NODE_OPTIONS: "" }, buffer: false });
    listening.push(child);
    child.catch(() => undefined);
    await new Promise((resolve) => child.stdout?.once("data", resolve));
  };
  /** Connects two namespaces, each at its addresses. */
  const connect = async (one = "", ones: readonly string[] = [], other = "", others: readonly string[] = []) => {
    const [near, far] = [`v${id}${one.at(-1)}${other.at(-1)}`, `v${id}${other.at(-1)}${one.at(-1)}`];
    await execa("ip", ["link", "add", near, "netns", one, "type", "veth", "peer", "name", far, "netns", other]);
    for (const [namespace, link, addresses] of [
      [one, near, ones],
      [other, far, others],
    ] as const) {
      for (const address of addresses) await run(enter(namespace), ["ip", "address", "add", address, "dev", link]);
      await run(enter(namespace), ["ip", "link", "set", link, "up"]);
    }
    return near;
  };

  before(async function () {
    const nft = await execa("nft", ["--version"], { reject: false });
    const reason = (await namespacesMissing()) ?? (nft.failed ? "nft is missing" : undefined);
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    for (const one of [balancer, machine, outside]) await execa("ip", ["netns", "add", one ?? ""]);
    await connect(machine, ["10.201.0.1/24"], balancer, ["10.201.0.11/24"]);
    const cable = await connect(machine, [`${MACHINE}/24`], outside, ["198.51.100.2/24"]);
    for (const address of [PUBLIC, ...OTHERS]) {
      await run(enter(outside), ["ip", "address", "add", `${address}/32`, "dev", "lo"]);
      await run(enter(machine), ["ip", "route", "add", `${address}/32`, "via", "198.51.100.2", "dev", cable]);
    }
    await run(enter(outside), ["ip", "link", "set", "lo", "up"]);
    await run(enter(outside), ["ip", "route", "add", "10.201.0.0/16", "via", MACHINE]);
    await run(enter(balancer), ["ip", "route", "add", "default", "via", "10.201.0.1"]);
    await run(enter(machine), ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
    await Promise.all([listen(outside), listen(machine)]);
  });
  after(async () => {
    for (const child of listening) child.kill();
    for (const one of [balancer, machine, outside])
      await execa("ip", ["netns", "delete", one ?? ""], { reject: false });
  });

  const targets = [PUBLIC, ...OTHERS, MACHINE].flatMap((address) =>
    PORTS.map((port): Target => ({ name: `${address}:${port}`, address, port })),
  );
  /** The places that the load balancer reaches with the rules of a stack with ACME; undefined: without rules. */
  const reached = async (acme: object | undefined) => {
    const settings = {
      "foobar:names": ["www.foobar.com"],
      "foobar:loadBalancer": {
        ...{ address: "0.0.0.0", port: 80, httpsPort: 443 },
        tls: { acme: { email: "admin@foobar.com", acceptTerms: true, ...acme } },
      },
    };
    const rules = hostRules(planTopology(parseConfig("foobar", "dev", rawSettings(settings))));
    const [command = "", ...args] = [...enter(machine), "nft", "-f", "-"];
    await execa(command, args, { input: acme === undefined ? "flush ruleset" : rules });
    const found = await opened({ name: "lb1", enter: enter(balancer), addresses: [], ports: [] }, targets);
    return found.map(({ name }) => name);
  };
  const at = (port: number, ...addresses: readonly string[]) => addresses.map((address) => `${address}:${port}`);
  const sorted = (names: readonly string[]) => [...names].sort();
  const NAMES = at(53, PUBLIC, ...OTHERS, MACHINE);

  it("close what is open without them", async () => {
    assert.deepEqual(
      await reached(undefined),
      targets.map(({ name }) => name),
    );
  });

  it("let a load balancer reach a public authority at its port, and name servers, and nothing else", async () => {
    assert.deepEqual(sorted(await reached({})), sorted([...NAMES, ...at(443, PUBLIC)]));
    const directory = "https://acme.foobar.com:9000/directory";
    assert.deepEqual(sorted(await reached({ directory })), sorted([...NAMES, ...at(9000, PUBLIC)]));
  });

  it("let it reach a private authority at its address, or by its name wherever a server can be", async () => {
    const [neighbour = "", ...others] = OTHERS.slice(0, -1);
    assert.deepEqual(
      sorted(await reached({ directory: `https://${neighbour}:9000/directory` })),
      sorted([...NAMES, ...at(9000, neighbour)]),
    );
    assert.deepEqual(
      sorted(await reached({ directory: "https://ca.foobar.internal:9000/directory" })),
      sorted([...NAMES, ...at(9000, PUBLIC, neighbour, ...others, MACHINE)]),
    );
  });
});
