import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { issue } from "../../app/test/certificates.ts";
import { POLICY_NAMES } from "../../config/policies.ts";
import { schema } from "../../config/schema.ts";
import { shapeOf } from "../../config/shape.ts";
import { devConfig } from "../devConfig.ts";
import type { StackSettings } from "../examples.ts";
import { type Deployment, deployConfig, type Registered } from "../harness.ts";

const OWN = issue("www.foobar.com");

const server = (name: string, more: StackSettings = {}) => ({ name, roles: ["web", "app", "db"], ...more });

/** Every optional setting is switched on in one of these. */
const VARIANTS: Readonly<Record<string, StackSettings>> = {
  "nothing that is optional": {},
  "backups, limits, an application of one's own": {
    "foobar:servers": [server("server1", { weight: 2, maxConnections: 9, traffic: "drain" }), server("server2")],
    "foobar:names": ["www.foobar.com"],
    "foobar:loadBalancer": {
      statsPort: 8404,
      health: { slowStartSeconds: 5 },
      http: "off",
      tls: { certificate: OWN.certificate, key: OWN.key, hsts: { includeSubDomains: true } },
      trustedProxies: { addresses: ["0.0.0.0/0"], reason: "only our proxies can route to this host" },
      allow: { site: ["192.0.2.0/24"], statistics: ["127.0.0.0/8"] },
    },
    "foobar:application": { files: "app/static", staticFiles: "app/static", command: ["node", "/app/main.js"] },
    "foobar:web": { rateLimit: { requestsPerSecond: 5 }, errorPages: "components/loadBalancer/files" },
    "foobar:logs": { syslog: "udp://logs.foobar.com:514" },
    "foobar:mysql": {
      primary: "server2",
      bufferPoolMb: 200,
      maxConnections: 50,
      redoLogMb: 100,
      backup: { directory: "/srv/backups" },
    },
  },
  "backups in a volume, a pair, data that were restored": {
    "foobar:loadBalancer": {
      algorithm: "uri",
      hash: { method: "consistent", depth: 1, length: 9, query: true },
      replicas: 2,
      statsPort: 8404,
      pair: {
        mode: "active-active",
        virtualAddresses: ["10.201.0.253", "10.201.0.254"],
        port: 8090,
        httpsPort: 8490,
        statsPort: 8590,
      },
    },
    "foobar:mysql": { backup: {}, restored: "20261121t120000z" },
  },
  "an image of one's own, with all that an application can have": {
    "foobar:application": {
      image: "registry.foobar.com/shop:1.2.3",
      entrypoint: ["/bin/sh", "-c"],
      command: ["serve"],
      user: "shop",
      workingDirectory: "/srv",
      stopSeconds: 40,
      host: "shop.foobar.com",
      https: true,
      outbound: true,
      environment: { SMTP_HOST: "mail.foobar.com" },
      secrets: { "stripe-key": "secret" },
      secretVariables: { STRIPE_KEY: "stripe-key" },
      storage: { uploads: { path: "/srv/uploads" } },
      migrate: { command: ["migrate"], entrypoint: ["/bin/sh"] },
      processes: {
        worker: { command: ["work"], entrypoint: ["/bin/sh"], stopSeconds: 9 },
        clock: { command: ["tick"], only: "one" },
      },
    },
    "foobar:networks": { outbound: "10.201.9.0/24" },
  },
  "an application that is built": {
    "foobar:application": { build: "components/loadBalancer/keepalived/image" },
  },
  "a certificate by ACME": {
    "foobar:names": ["www.foobar.com"],
    "foobar:loadBalancer": {
      publicHttpsPort: 443,
      tls: {
        acme: { email: "admin@foobar.com", acceptTerms: true, ca: OWN.certificate, forwarding: "A router does it." },
      },
    },
  },
  "subnets of one's own": {
    "foobar:networks": {
      edge: "10.211.0.0/24",
      web: "10.212.0.0/24",
      app: "10.213.0.0/24",
      data: "10.214.0.0/24",
      replication: "10.215.0.0/24",
      router: "10.216.0.0/24",
    },
  },
  "a group with an arbiter, a third server with an application alone": {
    "foobar:servers": [server("server1"), server("server2"), server("server3", { roles: ["app"], subnetPart: 5 })],
    "foobar:mysql": { replication: "group", arbiter: true, backup: {} },
  },
  "semisync, a kept release, no protection": {
    "foobar:application": { release: "RELEASE" },
    "foobar:mysql": { replication: "semisync", withoutReplica: "wait", protect: false },
  },
  "no protection, but backups": { "foobar:mysql": { protect: false, backup: {} } },
  "a change of the authority's key": { "foobar:secrets": { authority: { generation: 1, alsoTrusted: 2 } } },
  "one server": { "foobar:servers": [server("server1")] },
  "several machines": {
    "foobar:servers": [
      server("server1", { endpoint: "ssh://root@192.0.2.11" }),
      server("server2", { endpoint: "tcp://192.0.2.12:2376" }),
    ],
    "foobar:loadBalancer": {
      endpoint: "ssh://root@192.0.2.11",
      hostAddress: "192.0.2.11",
      interface: "eth0",
      address: "0.0.0.0",
      replicas: 2,
      pair: {
        endpoint: "tcp://192.0.2.12:2376",
        hostAddress: "192.0.2.12",
        interface: "eth1",
        virtualAddresses: ["192.0.2.10"],
      },
    },
    "foobar:mysql": {
      replication: "group",
      arbiter: { endpoint: "ssh://root@192.0.2.13" },
      backup: { server: "server2" },
    },
    "foobar:networks": { manager: "arbiter", encrypted: true, mtu: 1400 },
    "foobar:engines": { certPath: "./docker-certificates" },
  },
  "monitoring with all that it can have": {
    "foobar:loadBalancer": { replicas: 2, statsPort: 8404 },
    "foobar:networks": { monitor: "10.201.12.0/24" },
    "foobar:mysql": { replication: "group", backup: {} },
    "foobar:monitoring": {
      enabled: true,
      grafana: true,
      probePath: "/",
      applicationMetrics: "/metrics",
      boardPort: 8091,
      prometheusPort: 9090,
      alertmanagerPort: 9093,
      secrets: { smtp: "secret", url: "https://hooks.foobar.com/x", token: "secret" },
      watchdog: { urlSecret: "url" },
      receivers: {
        email: {
          smarthost: "mail.foobar.com:587",
          from: "alerts@foobar.com",
          to: ["operations@foobar.com"],
          username: "alerts",
          passwordSecret: "smtp",
          ca: OWN.certificate,
        },
        webhook: { urlSecret: "url", tokenSecret: "token" },
        slack: { urlSecret: "url", channel: "#operations" },
        ntfy: { topic: "foobar", tokenSecret: "token" },
        telegram: { tokenSecret: "token", chatId: "-1001234567890" },
        pagerduty: { routingKeySecret: "token" },
      },
    },
  },
  "a log store": { "foobar:logs": { store: { retentionDays: 30, retentionMb: 2048, port: 9429 } } },
  "no policies": {
    "foobar:policies": { off: Object.fromEntries(POLICY_NAMES.map((name) => [name, "a test of the switch"])) },
  },
};

/** Paths of settings that may be absent, without those inside them. */
function optionalPaths(part: unknown, path: string): string[] {
  if (part instanceof z.ZodOptional) return [path, ...optionalPaths(part.unwrap(), path)];
  if (part instanceof z.ZodDefault || part instanceof z.ZodPrefault) return optionalPaths(part.unwrap(), path);
  if (part instanceof z.ZodArray) return optionalPaths(part.element, path);
  // Of a setting of several kinds the one that has settings.
  return Object.entries(part instanceof z.ZodType ? shapeOf(part) : {}).flatMap(([key, inner]) =>
    optionalPaths(inner, path ? `${path}.${key}` : key),
  );
}

/** Paths of the settings that are set; a list's items count as the list. */
function saidPaths(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => saidPaths(item, path))];
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => saidPaths(inner, path ? `${path}.${key}` : key))];
}

const identity = ({ type, name, parent }: Registered) => `${type} ${parent ?? ""} ${name}`;
const those = ({ resources }: Deployment, kept: (options: pulumi.CustomResourceOptions) => boolean | undefined) =>
  resources.filter(({ options }) => kept(options)).map(identity);

describe("a setting that was switched on can be switched off, and on again", () => {
  const deployments = new Map<string, Deployment>();

  before(async function () {
    this.timeout("2m");
    for (const [name, settings] of Object.entries(VARIANTS)) {
      const release = String(deployments.values().next().value?.outputs["release"]);
      const text = JSON.stringify(settings).replace("RELEASE", release);
      deployments.set(name, await deployConfig(devConfig(JSON.parse(text))));
    }
  });

  it("is tried for every optional setting", () => {
    const said = Object.values(VARIANTS).flatMap((settings) =>
      Object.entries(settings).flatMap(([key, value]) => saidPaths(value, key.replace("foobar:", ""))),
    );
    const missing = optionalPaths(schema, "").filter((path) => !said.includes(path));
    assert.deepEqual(missing, []);
  });

  for (const from of Object.keys(VARIANTS)) {
    it(`removes no protected resource from ${from} to any other`, () => {
      for (const [to, { resources }] of deployments) {
        const there = new Set(resources.map(identity));
        const before = deployments.get(from);
        assert.ok(before);
        const lost = those(before, ({ protect }) => protect).filter((one) => !there.has(one));
        assert.deepEqual(lost, [], to);
      }
    });
  }

  it("keeps the backups' key, and their mark, as long as backups may exist", () => {
    for (const [name, deployment] of deployments) {
      const isProtected = those(deployment, ({ protect }) => protect).map((one) => one.split(" ").at(-1));
      const spared = name !== "semisync, a kept release, no protection";
      assert.deepEqual([isProtected.includes("backup-key"), isProtected.includes("state")], [spared, spared], name);
    }
  });

  it("retains every volume with data, and backups in every case", () => {
    for (const [name, { resources }] of deployments) {
      for (const { type, name: volume, inputs, options } of resources) {
        if (!type.endsWith(":Volume") || inputs["name"] === undefined) continue;
        const isRetained = volume === "mysql-backup-data" || !name.includes("no protection");
        assert.equal(
          (options as pulumi.CustomResourceOptions).retainOnDelete ?? false,
          isRetained,
          `${name}: ${volume}`,
        );
      }
    }
  });
});
