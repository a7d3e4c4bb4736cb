import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { rawSettings } from "../../config/config.ts";
import { type Deployment, deployConfig, ofType, type Registered, services } from "../harness.ts";
import { EVERY_RECEIVER, EVERYTHING, monitored } from "../monitoring/subject.ts";

const ALL = { ...EVERYTHING, "foobar:monitoring": { ...EVERY_RECEIVER, prometheusPort: 9090 } };

const inputs = z.looseObject({
  command: z.array(z.string()).default([]),
  user: z.string().optional(),
  volumes: z
    .array(
      z.looseObject({
        volumeName: z.string().optional(),
        containerPath: z.string().default(""),
        hostPath: z.string().optional(),
        readOnly: z.boolean().optional(),
      }),
    )
    .default([]),
  networksAdvanced: z.array(z.object({ name: z.string(), aliases: z.array(z.string()) })).default([]),
  uploads: z.preprocess(
    // Pulumi marks a list with secrets as a whole.
    (given) => (typeof given === "object" && given !== null && "value" in given ? given.value : given),
    z
      .array(
        z.object({
          file: z.string(),
          content: z.unknown().optional(),
          source: z.string().optional(),
          permissions: z.string(),
        }),
      )
      .default([]),
  ),
  healthcheck: z.object({ tests: z.array(z.string()) }).optional(),
  envs: z.array(z.unknown()).default([]),
  ports: z.array(z.object({ ip: z.string(), external: z.number(), internal: z.number() })).default([]),
});

describe("monitoring, against mocks", () => {
  let deployment: Deployment;
  before(async () => {
    deployment = await deployConfig(rawSettings(ALL));
  });

  const named = (name: string): Registered => {
    const found = deployment.resources.find((one) => one.name === name && one.type.endsWith(":Container"));
    assert.ok(found, `there is no ${name}`);
    return found;
  };
  const of = (name: string) => inputs.parse(named(name).inputs);
  const own = [
    "prometheus",
    "alertmanager",
    "blackbox-exporter",
    "mysql-exporter",
    "nginx-exporter",
    "node-exporter",
    "board",
  ];
  const users: Readonly<Record<string, string>> = { "nginx-exporter": "1001:1001", board: "101:101" };

  it("is a Prometheus, an Alertmanager, four exporters and a board, each without rights", () => {
    for (const name of own) assert.equal(of(`${name}-lb1`).user, users[name] ?? "65534:65534", name);
    const before = services(deployment).filter(({ name }) => !own.some((one) => name.startsWith(`${one}-`)));
    for (const { name, dependsOn } of before) {
      assert.deepEqual(
        dependsOn.filter((other) => own.some((one) => other.startsWith(`${one}-`))),
        [],
        name,
      );
    }
  });

  it("joins the networks of what it asks, and no application's", () => {
    const networks = Object.fromEntries(
      own.map((name) => [name, of(`${name}-lb1`).networksAdvanced.map((one) => one.name.replace("foobar-dev-", ""))]),
    );
    assert.deepEqual(networks, {
      prometheus: ["monitor", "edge", "web", "data"],
      alertmanager: ["monitor"],
      "blackbox-exporter": ["monitor", "edge", "web", "replication"],
      "mysql-exporter": ["monitor", "replication"],
      "nginx-exporter": ["monitor", "web"],
      "node-exporter": ["monitor"],
      board: ["monitor"],
    });
  });

  it("lets the exporter of the machine alone see the machine, and write to nothing of it", () => {
    for (const { name, inputs: raw } of services(deployment)) {
      const paths = inputs
        .parse(raw)
        .volumes.flatMap(({ hostPath, readOnly }) => (hostPath ? [{ hostPath, readOnly }] : []));
      assert.deepEqual(paths, name.startsWith("node-exporter") ? [{ hostPath: "/", readOnly: true }] : [], name);
    }
  });

  it("has passwords in files alone, which nobody else reads", () => {
    const secret = (name: string) =>
      of(`${name}-secrets-v1`).uploads.map(({ file, permissions }) => [file, permissions]);
    assert.deepEqual(secret("prometheus-lb1"), [["/run/secrets/statistics-password", "0440"]]);
    assert.deepEqual(secret("mysql-exporter-lb1"), [
      ["/run/secrets/ca.crt", "0440"],
      ["/run/secrets/my.cnf", "0440"],
    ]);
    assert.deepEqual(
      secret("alertmanager-lb1").map(([file]) => file),
      ["/run/secrets/smtp", "/run/secrets/telegram.url", "/run/secrets/token", "/run/secrets/url"],
    );
  });

  it("keeps its data under fixed names", () => {
    const volumes = ofType(deployment, "Volume").filter(({ name }) =>
      /^(prometheus|alertmanager)-lb1-data$/.test(name),
    );
    assert.deepEqual(
      volumes.map(({ inputs: { name } }) => name),
      ["foobar-dev-alertmanager-lb1", "foobar-dev-prometheus-lb1"],
    );
  });

  it("publishes what the settings ask for, at the host's own address", () => {
    assert.deepEqual(of("prometheus-lb1").ports, [{ ip: "127.0.0.1", external: 9090, internal: 9090 }]);
    assert.deepEqual(of("alertmanager-lb1").ports, []);
    assert.deepEqual(of("board-lb1").ports, [{ ip: "127.0.0.1", external: 8090, internal: 8090 }]);
    assert.ok(of("prometheus-lb1").command.includes("--web.external-url=http://127.0.0.1:9090"));
  });

  it("asks for health with what its images have", () => {
    for (const name of own) {
      const [kind, shell] = of(`${name}-lb1`).healthcheck?.tests ?? [];
      const shells: Readonly<Record<string, string>> = { "nginx-exporter": "none", board: "bash" };
      assert.equal(kind === undefined ? "none" : shell, shells[name] ?? "sh", name);
    }
  });

  it("gives the board its page, which the state keeps by hashes alone", () => {
    const seeds = deployment.resources.filter(
      ({ name, type }) => /^board-lb1-/.test(name) && type.endsWith(":Container"),
    );
    const files = seeds.flatMap(({ inputs: raw }) => inputs.parse(raw).uploads);
    assert.deepEqual(
      files.map(({ file, source, content }) => [file, source !== undefined, content !== undefined]).sort(),
      [
        ["/etc/foobar/board.json", false, true],
        ["/etc/foobar/nginx.conf", false, true],
        ...["board.css", "favicon.svg", "index.html", "main.js"].map((name) => [`/srv/board/${name}`, true, false]),
      ],
    );
    const [facts] = files.flatMap(({ file, content }) => (file.endsWith(".json") ? [String(content)] : []));
    const { servers, version } = JSON.parse(facts ?? "");
    assert.deepEqual(
      servers.map(({ name }: { readonly name: string }) => name),
      ["lb1", "lb2", "server1", "server2", "server3"],
    );
    assert.match(version, /^[0-9a-f]{10}$/);
  });

  it("has no board where none is wanted", async () => {
    const without = { ...EVERYTHING, "foobar:monitoring": { enabled: true, board: false } };
    const { resources } = await deployConfig(rawSettings(without));
    assert.deepEqual(
      resources.filter(({ name }) => name.startsWith("board")),
      [],
    );
  });

  it("gives the figures of backups and agents to the exporter of their machine", () => {
    const mounts = (name: string) =>
      of(name).volumes.flatMap(({ volumeName, containerPath, readOnly = false }) =>
        containerPath.startsWith("/figures") ? [[volumeName, containerPath, readOnly]] : [],
      );
    const [backups, agents] = ["backup-figures-0000000", "agent-figures-server1-0000000"];
    assert.deepEqual(mounts("mysql-backup"), [[backups, "/figures", false]]);
    for (const name of ["agent-server1", "agent-server2"])
      assert.deepEqual(mounts(name), [[agents, "/figures", false]]);
    assert.deepEqual(mounts("node-exporter-lb1"), [
      [backups, "/figures/backups", true],
      [agents, "/figures/agents", true],
    ]);
    assert.ok(of("mysql-backup").envs.includes("METRICS=/figures"));
    assert.ok(of("node-exporter-lb1").command.includes("--collector.textfile.directory=/figures/*"));
  });

  it("changes nothing of a stack without it", async () => {
    const off = await deployConfig(rawSettings({ "foobar:mysql": { backup: {} } }));
    assert.deepEqual(
      off.resources.filter(({ name }) =>
        /prometheus|alertmanager|exporter|board|monitor(?!ing-password)|figures/.test(name),
      ),
      [],
    );
  });
});

const prometheus = z.object({
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      static_configs: z.array(z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) })),
    }),
  ),
});

describe("monitoring on several machines", () => {
  const several = {
    "foobar:servers": [
      { name: "server1", roles: ["web", "app", "db"], endpoint: "ssh://root@192.0.2.11" },
      { name: "server2", roles: ["web", "app", "db"], endpoint: "ssh://root@192.0.2.12" },
    ],
    "foobar:loadBalancer": {
      endpoint: "ssh://root@192.0.2.11",
      address: "0.0.0.0",
      replicas: 2,
      pair: { endpoint: "ssh://root@192.0.2.12", virtualAddresses: ["192.0.2.10"] },
    },
    "foobar:mysql": { replication: "group", arbiter: { endpoint: "ssh://root@192.0.2.13" } },
    "foobar:monitoring": { enabled: true },
  };

  it("has a watcher on each of two, and an exporter on each", () => {
    const { plan } = monitored(several);
    assert.deepEqual(
      plan.watchers.map(({ host }) => host),
      ["lb1", "lb2"],
    );
    assert.deepEqual(
      plan.nodeExporters.map(({ host }) => host),
      ["lb1", "lb2", "arbiter"],
    );
    assert.deepEqual(
      plan.watchers.map(({ alertmanager }) => alertmanager.cluster),
      [
        { address: "10.201.7.2:9094", peers: ["10.201.7.3:9094"] },
        { address: "10.201.7.3:9094", peers: ["10.201.7.2:9094"] },
      ],
    );
  });

  it("reaches the load balancers between the machines, and each watcher asks the other", async () => {
    const deployment = await deployConfig(rawSettings(several));
    const seed = ofType(deployment, "Container").find(({ name }) => name.startsWith("prometheus-lb2-config-"));
    const text = inputs.parse(seed?.inputs).uploads.find(({ file }) => file.endsWith("prometheus.yml"))?.content;
    const jobs = prometheus.parse(parse(String(text))).scrape_configs;
    const targets = (name: string) =>
      jobs.find((job) => job.job_name === name)?.static_configs.flatMap((one) => one.targets);
    assert.deepEqual(targets("prometheus"), ["prometheus-lb1.monitor:9090", "prometheus-lb2.monitor:9090"]);
    assert.deepEqual(targets("haproxy"), ["10.201.1.2:8404", "10.201.1.3:8404"]);
    assert.deepEqual(targets("site"), ["https://10.201.1.2:443/api/messages", "https://10.201.1.3:443/api/messages"]);
    assert.equal(targets("virtual-address"), undefined);
  });
});
