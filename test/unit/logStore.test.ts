import assert from "node:assert/strict";
import { z } from "zod";
import { rawSettings } from "../../config/config.ts";
import { schema } from "../../config/schema.ts";
import { elements } from "../../operations/explain/elements.ts";
import { chosen, loggedOf } from "../../operations/logs/choice.ts";
import { cardsOf } from "../../operations/picture/cards.ts";
import { columnsOf } from "../../operations/picture/columns.ts";
import { usedImages } from "../../operations/stack/needs.ts";
import { placesOf } from "../../operations/stack/places.ts";
import { survive } from "../../topology/survival.ts";
import { problems } from "../configProblems.ts";
import type { StackSettings } from "../examples.ts";
import { type Deployment, deployConfig, ofType, services } from "../harness.ts";
import { plan } from "../topologies.ts";

const STORE: StackSettings = { "foobar:logs": { store: {} } };

const SEVERAL: StackSettings = {
  "foobar:servers": [
    { name: "server1", roles: ["web", "app", "db"], endpoint: "ssh://root@192.0.2.11" },
    { name: "server2", roles: ["web", "app", "db"], endpoint: "ssh://root@192.0.2.12" },
  ],
  "foobar:loadBalancer": { endpoint: "ssh://root@192.0.2.11", address: "0.0.0.0" },
  "foobar:mysql": { replication: "group", arbiter: { endpoint: "ssh://root@192.0.2.13" } },
};

const container = z.looseObject({
  logDriver: z.string(),
  logOpts: z.record(z.string(), z.string()),
  command: z.array(z.string()).default([]),
  networksAdvanced: z.array(z.looseObject({ name: z.string() })).default([]),
});

const found = (store: object, more: StackSettings = {}) => problems({ "foobar:logs": { store }, ...more }).join("\n");

describe("the settings of the log store", () => {
  it("are off by default, and nothing has to be set to switch it on", () => {
    assert.equal(plan({}).logStore, undefined);
    assert.equal(found({}), "");
    const { retentionDays, retentionMb, port } = plan(rawSettings(STORE)).logStore ?? {};
    assert.deepEqual([retentionDays, retentionMb, port], [15, 1024, 9428]);
  });

  it("refuse wrong values all at once, with what is allowed", () => {
    const text = found({ retentionDays: 0, retentionMb: "1GB", port: 65_536, keep: 1 });
    assert.match(text, /logs\.store\.retentionDays is 0\n.*a whole number of days from 1 to 3650/);
    assert.match(text, /logs\.store\.retentionMb is "1GB"\n.*a whole number of MB from 64 to 1048576/);
    assert.match(text, /logs\.store\.port is 65536\n.*a whole number from 1 to 65535/);
    assert.match(text, /logs\.store\.keep is not a setting.*\n.*retentionDays, retentionMb, port/);
  });

  it("refuse ports that others have, each with another proposal", () => {
    const found = problems({
      "foobar:monitoring": { enabled: true, boardPort: 8080 },
      "foobar:logs": { store: { port: 8080 } },
    });
    assert.equal(found.length, 2, found.join("\n"));
    const proposed = found.map((problem) => /(?:boardPort|port)' (\d+)/.exec(problem)?.[1]);
    assert.ok(proposed[0] !== undefined && proposed[1] !== undefined && proposed[0] !== proposed[1], found.join("\n"));
  });

  it("refuse a log server beside it", () => {
    const [problem, ...others] = problems({ "foobar:logs": { store: {}, syslog: "udp://logs.foobar.com:514" } });
    assert.match(problem ?? "", /logs\.store is set together with logs\.syslog, and an engine sends .* to one target/);
    assert.match(problem ?? "", /cure: +remove logs\.store or logs\.syslog/);
    assert.deepEqual(others, []);
  });

  it("refuse several machines, and name the way for them", () => {
    const text = found({}, SEVERAL);
    assert.match(text, /logs\.store is set, and on several machines the engines of the others do not reach the store/);
    assert.match(text, /cure: +remove logs\.store, and set logs\.syslog to the address of a log server/);
  });

  it("refuse a port that something else of the stack has, and propose a free one", () => {
    for (const [port, holder] of [
      [8080, "loadBalancer\\.port"],
      [8443, "loadBalancer\\.httpsPort"],
      [8404, "loadBalancer\\.statsPort"],
      [8090, "monitoring\\.boardPort"],
    ] as const) {
      const text = found({ port }, { "foobar:monitoring": { enabled: true } });
      assert.match(text, new RegExp(`logs\\.store\\.port is ${port}\n.*${holder}.*\n.*port' 85\\d\\d`));
    }
    assert.equal(found({ port: 8090 }), "");
  });
});

describe("the log store, against mocks", () => {
  let deployment: Deployment;
  let bare: Deployment;
  before(async () => {
    deployment = await deployConfig(rawSettings(STORE));
    bare = await deployConfig(rawSettings({}));
  });

  const inputsOf = (name: string) => {
    const service = services(deployment).find((one) => one.name === name);
    assert.ok(service, `there is no ${name}`);
    return container.parse(service.inputs);
  };

  it("gets the lines of all others by UDP at its host's own address, and keeps its own on the engine", () => {
    for (const { name, inputs } of services(deployment)) {
      const { logDriver, logOpts } = container.parse(inputs);
      if (name === "log-store") assert.deepEqual([logDriver, "syslog-address" in logOpts], ["json-file", false]);
      else assert.deepEqual([logDriver, logOpts["syslog-address"]], ["syslog", "udp://127.0.0.1:9428"], name);
    }
    assert.deepEqual(inputsOf("log-store")["ports"], [
      { ip: "127.0.0.1", external: 9428, internal: 9428 },
      { ip: "127.0.0.1", external: 9428, internal: 5514, protocol: "udp" },
    ]);
  });

  it("is there before all others", () => {
    for (const { name, dependsOn } of services(deployment)) {
      assert.equal(dependsOn.includes("log-store"), name !== "log-store", name);
    }
  });

  it("runs as nobody, writes to its volume alone, and keeps to its limits", () => {
    const { user, readOnly, volumes, memory, networksAdvanced, command } = inputsOf("log-store");
    assert.deepEqual([user, readOnly, memory], ["65534:65534", true, 256]);
    assert.deepEqual(volumes, [{ volumeName: "foobar-dev-log-store", containerPath: "/victoria-logs-data" }]);
    assert.deepEqual(
      networksAdvanced.map(({ name }) => name),
      ["foobar-dev-monitor"],
    );
    for (const option of ["-retentionPeriod=15d", "-retention.maxDiskSpaceUsageBytes=1024MB", "-http.disableCORS"]) {
      assert.ok(command.includes(option), option);
    }
  });

  it("leaves its volume on the engine when it leaves the stack", () => {
    const volume = ofType(deployment, "Volume").find(({ name }) => name === "log-store-data");
    assert.deepEqual([volume?.inputs["name"], volume?.options.retainOnDelete], ["foobar-dev-log-store", true]);
  });

  it("changes nothing of a stack without it", () => {
    const own = /log-store|LogStore|monitor$/;
    const names = ({ resources }: Deployment) => resources.map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(
      names(bare).filter((name) => own.test(name)),
      [],
    );
    assert.deepEqual(
      names(deployment).filter((name) => !own.test(name) && !/::logs/.test(name)),
      names(bare),
    );
  });
});

describe("the log store in what people see", () => {
  const topology = plan(rawSettings(STORE));

  it("is lost without a loss for visitors", () => {
    const losses = survive(topology).filter(({ unit }) => unit.name === "log-store");
    assert.deepEqual(
      losses.map(({ unit }) => unit.kind),
      ["process", "container"],
    );
    for (const { unit, effects, inFlight } of losses) {
      assert.deepEqual([inFlight, effects.filter(({ outcome }) => outcome !== "kept")], [false, []], unit.kind);
    }
  });

  it("is explained, drawn, a place of the status, and a name for npm run logs", () => {
    assert.match(
      elements(topology).answer.join("\n"),
      /^Log store \(log-store, VictoriaLogs\): .* on the engine alone/m,
    );
    assert.ok(
      cardsOf(topology, columnsOf(topology)).some(({ id, title }) => id === "log-store" && title === "Log store"),
    );
    assert.ok(placesOf(topology).some(({ service, tier }) => service === "log-store" && tier === "log-store"));
    const words: string[] = [];
    assert.deepEqual(
      chosen(loggedOf(topology), ["log-store"], false, words).map(({ service }) => service),
      ["log-store"],
    );
    assert.deepEqual(words, []);
  });

  it("has an image that no stack without it needs", () => {
    const images = schema.shape.images.parse(undefined);
    const monitoring = { enabled: true, grafana: true };
    const logs = schema.shape.logs.parse({ store: {} });
    assert.equal(usedImages({ images, monitoring, logs }).victoriaLogs, images.victoriaLogs);
    assert.equal(usedImages({ images, monitoring, logs: {} }).victoriaLogs, undefined);
  });
});
