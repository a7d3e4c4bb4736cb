import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../../config/config.ts";
import { instances } from "../../topology/tiers.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, type Registered, services } from "../harness.ts";

/** The wrapper in which the SDK sends a secret to the engine. */
const SECRET = "4dabf18193072939515e22adb298388d";

const AUTHORIZATION = Buffer.from("admin:the statistics-password").toString("base64");
const PASSWORD = new RegExp(`the (?:mysql-\\w+|statistics)-password(?!-version)|${AUTHORIZATION}`);

const input = <T>(resource: Registered | undefined, key: string): T => resource?.inputs[key] as T;

const volumesOf = (inputs: Registered["inputs"]) =>
  inputs["volumes"] as { volumeName: string; containerPath: string; readOnly?: boolean }[];

const byName = (resources: readonly Registered[], name: string) => resources.find((resource) => resource.name === name);

/** For each service the services that it waits for. */
const order = (deployment: Deployment) =>
  Object.fromEntries(
    services(deployment).map(({ name, dependsOn }) => [
      name,
      dependsOn.filter((dependency) => byName(services(deployment), dependency)),
    ]),
  );

describe("the dev stack, against mocks", () => {
  let dev: Deployment;

  before(async () => {
    dev = await deployConfig(devConfig());
  });

  it("runs the containers of the plan, and outputs the name of each", () => {
    const planned = instances(planTopology(parseConfig("foobar", "dev", devConfig()))).map(({ name }) => name);
    assert.deepEqual(
      services(dev).map(({ name }) => name),
      planned.toSorted(),
    );
    assert.deepEqual(dev.outputs["containers"], Object.fromEntries(planned.map((name) => [name, `${name}-0000000`])));
  });

  it("places every Docker resource by the provider of its server", () => {
    for (const { name, type, provider } of dev.resources.filter((resource) => resource.type.startsWith("docker:"))) {
      const ofServer = type.endsWith(":Network") ? undefined : name.match(/server\d/)?.[0];
      const server = ofServer ?? (name.startsWith("mysql-steward") ? "server1" : "lb1");
      assert.equal(provider, server, `${type} ${name}`);
    }
  });

  it("publishes ports of the load balancer alone, on the loopback address", () => {
    const published = services(dev).flatMap(({ name, inputs }) =>
      (inputs["ports"] as { ip: string; external: number }[]).map(({ ip, external }) => [name, ip, external]),
    );
    assert.deepEqual(published, [
      ["lb1", "127.0.0.1", 8080],
      ["lb1", "127.0.0.1", 8443],
      ["lb1", "127.0.0.1", 8404],
    ]);
  });

  it("joins each container to the networks of its tier and to no other", () => {
    const joining = services(dev).filter(({ name }) => name !== "haproxy-lb1");
    const joined = Object.fromEntries(
      joining.map(({ name, inputs }) => [
        name,
        (inputs["networksAdvanced"] as { name: string; aliases: string[] }[]).map((network) => network.name),
      ]),
    );
    const networks = (...names: string[]) => names.map((name) => `foobar-dev-${name}`);
    assert.deepEqual(joined, {
      lb1: networks("edge", "web"),
      "web-server1": networks("web", "app-server1"),
      "web-server2": networks("web", "app-server2"),
      "app-server1": networks("app-server1", "router-server1"),
      "app-server2": networks("app-server2", "router-server2"),
      "router-server1": networks("router-server1", "data"),
      "router-server2": networks("router-server2", "data"),
      "mysql-server1": networks("data", "replication"),
      "mysql-server2": networks("data", "replication"),
      "agent-server1": networks("replication"),
      "agent-server2": networks("replication"),
      "mysql-steward": networks("replication"),
    });
    assert.ok(joining.every(({ inputs }) => inputs["networkMode"] === undefined));
  });

  it("lets HAProxy join the pause container's network namespace, and start before it stops", () => {
    const haproxy = byName(services(dev), "haproxy-lb1");
    const options: pulumi.CustomResourceOptions = haproxy?.options ?? {};
    assert.match(String(input(haproxy, "networkMode")), /^container:.*lb1/);
    assert.deepEqual(input(haproxy, "ports"), []);
    assert.equal(options.deleteBeforeReplace, false);
  });

  it("makes every network but the edge internal, with an explicit gateway", () => {
    for (const network of ofType(dev, "Network")) {
      assert.equal(input(network, "internal"), network.name !== "edge", network.name);
      const [ipam] = input<{ subnet: string; gateway: string }[]>(network, "ipamConfigs");
      assert.ok(ipam?.subnet && ipam.gateway);
    }
  });

  it("starts the tiers from the inside out, and the servers of a tier one after another", () => {
    assert.deepEqual(order(dev), {
      "agent-server2": [],
      "mysql-server2": ["agent-server2"],
      "agent-server1": ["mysql-server2"],
      "mysql-server1": ["agent-server1", "mysql-server2"],
      "mysql-steward": ["mysql-server1", "mysql-server2"],
      "router-server1": ["mysql-server1", "mysql-server2"],
      "router-server2": ["router-server1"],
      "app-server1": ["mysql-server1", "mysql-server2", "mysql-steward", "router-server1", "router-server2"],
      "app-server2": ["app-server1"],
      "web-server1": ["app-server1", "app-server2"],
      "web-server2": ["web-server1"],
      lb1: ["web-server1", "web-server2"],
      "haproxy-lb1": ["lb1"],
    });
  });

  it("changes a password's files when the databases have the password, and in all of them at once", () => {
    const dependencies = (name: string) => byName(ofType(dev, "Container"), name)?.dependsOn ?? [];
    for (const server of ["server1", "server2"]) {
      assert.deepEqual(dependencies(`agent-${server}-secrets-v1`), []);
      assert.ok(dependencies(`app-${server}-secrets-v1`).includes("mysql-steward"));
    }
    assert.deepEqual(dependencies("mysql-steward-secrets-v1"), ["mysql-server1", "mysql-server2"]);
  });

  it("starts all at once if nothing is running, except services that need another one", async () => {
    const first = await deployConfig(devConfig(), undefined, { isServing: false });
    assert.deepEqual(order(first), {
      "agent-server2": [],
      "mysql-server2": [],
      "agent-server1": [],
      "mysql-server1": [],
      "mysql-steward": [],
      "router-server1": [],
      "router-server2": [],
      "app-server1": ["mysql-server1", "router-server1", "router-server2"],
      "app-server2": ["mysql-server1", "router-server1", "router-server2"],
      "web-server1": [],
      "web-server2": [],
      lb1: [],
      "haproxy-lb1": ["lb1"],
    });
    const seeds = ofType(first, "Container").filter(({ inputs }) => inputs["start"] === false);
    const waiting = seeds.filter(({ name }) => !/^(mysql|agent)-server/.test(name));
    assert.ok(waiting.length > 0);
    for (const { name, dependsOn } of waiting) {
      assert.ok(
        dependsOn.some((seed) => byName(seeds, seed)),
        `${name} is filled before databases have their files`,
      );
    }
  });

  it("fills the files before the container that mounts them starts", () => {
    const seeds = ofType(dev, "Container").filter(({ inputs }) => inputs["start"] === false);
    const mounted = services(dev).flatMap(({ inputs }) =>
      volumesOf(inputs).filter(({ readOnly }) => readOnly === true),
    );
    assert.equal(seeds.length, new Set(mounted.map(({ volumeName }) => volumeName)).size);
    for (const seed of seeds) {
      const user = services(dev).find(({ name }) => seed.name.startsWith(`${name}-`));
      assert.ok(user?.dependsOn.includes(seed.name), seed.name);
    }
  });

  it("hardens every container that runs", () => {
    for (const { name, inputs, options } of services(dev)) {
      const container = inputs as Record<string, unknown>;
      assert.equal(container["readOnly"], true, name);
      assert.deepEqual(container["capabilities"], { drops: ["ALL"] }, name);
      assert.deepEqual(container["securityOpts"], ["no-new-privileges:true"], name);
      assert.match(String(container["user"]), /^[1-9]\d*:[1-9]\d*$/, name);
      assert.equal(container["memory"], container["memorySwap"], name);
      assert.ok(Number(container["memory"]) > 0, name);
      assert.match(String(container["cpus"]), /^\d+\.\d*[1-9]$|^\d+\.0$/, name);
      assert.equal(container["restart"], "unless-stopped", name);
      assert.equal(container["wait"], true, name);
      assert.equal(container["ipcMode"], name.startsWith("app-") ? "private" : "none", name);
      assert.equal(container["cgroupnsMode"], "private", name);
      const ulimits = container["ulimits"] as { name: string; soft: number; hard: number }[];
      assert.deepEqual(ulimits.map((limit) => limit.name).sort(), ["core", "nofile", "nproc"], name);
      assert.ok(
        ulimits.every(({ name, soft, hard }) => soft === hard && (name === "core" ? hard === 0 : hard <= 16_384)),
        name,
      );
      assert.ok(Number(container["destroyGraceSeconds"]) > 0, name);
      assert.equal(container["logDriver"], "json-file", name);
      const { deleteBeforeReplace, replaceOnChanges } = options as pulumi.CustomResourceOptions;
      assert.equal(deleteBeforeReplace, !/^(haproxy|router)-/.test(name), name);
      assert.ok(replaceOnChanges?.includes("#initerror"), name);
      for (const { containerPath, readOnly } of volumesOf(container)) {
        const isWritten = ["/var/lib/mysql", "/var/run/mysqld"].includes(containerPath);
        assert.equal(readOnly ?? false, !isWritten, `${name} ${containerPath}`);
      }
    }
  });

  it("passes passwords to the engine as secrets only, and only in files; their version numbers are public", () => {
    const seeds = ofType(dev, "Container").filter(({ name }) => name.includes("-secrets-"));
    const readers = services(dev).filter(({ inputs }) => JSON.stringify(inputs["groupAdds"]) === '["0"]');
    // A database reads those of its agent.
    const databases = readers.filter(({ name }) => /^mysql-server\d$/.test(name));
    assert.equal(databases.length, 2);
    assert.equal(seeds.length, readers.length - databases.length);
    for (const { type, name, inputs } of dev.resources) {
      for (const [key, value] of Object.entries(inputs)) {
        if (!PASSWORD.test(JSON.stringify(value))) continue;
        const keeps = type.endsWith(":RandomId") && key === "keepers";
        assert.ok(keeps || (name.includes("-secrets-") && key === "uploads"), `${name}.${key} holds a password`);
        assert.ok(isWrapped(value), `${name}.${key} holds a password in plain text`);
      }
    }
    const SECRET = /the [\w-]+-(password(?!-version)|key)/;
    for (const seed of seeds) {
      assert.match(JSON.stringify(seed.inputs["uploads"]), SECRET);
      assert.ok(isWrapped(seed.inputs["uploads"]), seed.name);
    }
  });

  it("retains the data volumes and protects the passwords that open them, and nothing else", () => {
    const names = (kept: (options: pulumi.CustomResourceOptions) => boolean | undefined) =>
      dev.resources.filter(({ options }) => kept(options)).map(({ name }) => name);
    assert.deepEqual(
      names(({ retainOnDelete }) => retainOnDelete),
      ["mysql-server1-data", "mysql-server2-data"],
    );
    const isProtected = names(({ protect }) => protect);
    const accounts = ["application", "backup", "monitoring", "replication", "root", "steward"];
    const passwords = accounts.map((account) => `mysql-${account}-password`);
    assert.deepEqual(isProtected, [
      "state",
      "backup-key",
      ...passwords,
      "statistics-password",
      "acme-account-key",
      "authority-key",
    ]);
    const volumes = ofType(dev, "Volume").flatMap(({ inputs }) => inputs["name"] ?? []);
    assert.deepEqual(volumes.sort(), ["foobar-dev-mysql-server1", "foobar-dev-mysql-server2"]);
  });

  it("labels all resources on the engine with the state's mark, and replaces nothing for the label", () => {
    for (const { type, name, inputs, options } of dev.resources) {
      if (!/:(Container|Network|Volume)$/.test(type)) continue;
      const labels = inputs["labels"] as { label: string; value: string }[];
      assert.equal(labels.find(({ label }) => label === "foobar.state")?.value, "the state", name);
      assert.ok(options.ignoreChanges?.includes("labels"), name);
    }
    assert.equal(dev.outputs["state"], "the state");
    assert.deepEqual(byName(dev.resources, "state")?.options.ignoreChanges, ["prefix"]);
  });

  it("has the outputs that a user needs, passwords as secrets", async () => {
    assert.equal(dev.outputs["url"], "http://127.0.0.1:8080");
    assert.deepEqual(dev.outputs["databases"], [
      { server: "server1", role: "primary", endpoint: "mysql-server1:3306" },
      { server: "server2", role: "replica", endpoint: "mysql-server2:3306" },
    ]);
  });
});

/** Whether a value, or each part of it that contains a password, is wrapped as a secret. */
function isWrapped(value: unknown): boolean {
  if (value === null || typeof value !== "object") return !PASSWORD.test(String(value));
  if (SECRET in value) return true;
  return Object.values(value).every(isWrapped);
}
