import assert from "node:assert/strict";
import { parseConfig } from "../../config/config.ts";
import type { DatabaseContext } from "../../operations/drills/database/drill.ts";
import { FAULTS } from "../../operations/drills/database/faults.ts";
import { DRILLS, drillsNamed } from "../../operations/drills/drills.ts";
import { changedText, configOf } from "../../operations/stack/configuration.ts";
import { opened } from "../../operations/stack/open.ts";
import type { Stack } from "../../operations/stack/stack.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const stackWith = (mysql = {}, servers?: readonly string[]): Stack => {
  const named = servers?.map((name) => ({ name, roles: ["web", "app", "db"] }));
  const config = parseConfig(
    "foobar",
    "dev",
    devConfig({ "foobar:mysql": mysql, ...(named === undefined ? {} : { "foobar:servers": named }) }),
  );
  return { config, topology: planTopology(config) };
};

const ASYNC = stackWith({ replication: "async" });

const WAIT = stackWith({ replication: "semisync", withoutReplica: "wait" });

const DEGRADE = stackWith({ replication: "semisync", withoutReplica: "degrade" });

const GROUP = stackWith({ replication: "group" });

describe("the drills of the databases", () => {
  const apply = (of: Stack) => FAULTS.filter(({ obstacle }) => obstacle(of) === undefined).map(({ name }) => name);
  const limit = (name: string, of: Stack) => {
    const found = FAULTS.find((drill) => drill.name === `database-${name}`)?.limit(of, { rate: 200, holdSeconds: 10 });
    assert.ok(found);
    return found;
  };

  it("are among all drills, with names that begin with database-", () => {
    assert.ok(FAULTS.every(({ name }) => name.startsWith("database-")));
    assert.deepEqual(
      drillsNamed(["all"])
        .map(({ name }) => name)
        .filter((name) => name.startsWith("database-")),
      FAULTS.map(({ name }) => name),
    );
    assert.equal(new Set(DRILLS.map(({ name }) => name)).size, DRILLS.length);
  });

  it("all apply to a group, and outside a group those that a member survives", () => {
    assert.deepEqual(
      apply(GROUP),
      FAULTS.map(({ name }) => name),
    );
    const outside = ["switchover", "kill-primary", "kill-replicas", "pause-replicas", "kill-all"];
    const named = (names: readonly string[]) => names.map((name) => `database-${name}`);
    assert.deepEqual(apply(ASYNC), named(outside), "async promises nothing about unsent rows");
    for (const mode of [WAIT, DEGRADE]) assert.deepEqual(apply(mode), named([...outside, "chained-failure"]));
  });

  it("of a single database, and of a group of two, are those that need no other database", () => {
    assert.deepEqual(apply(stackWith({}, ["server1"])), ["database-kill-primary", "database-kill-all"]);
    const two = stackWith({ replication: "group", arbiter: false, acceptNoMajority: true });
    assert.deepEqual(apply(two), ["database-switchover", "database-kill-all", "database-chained-failure"]);
  });

  it("never lose an acknowledged row, and never write one twice", () => {
    for (const mode of [ASYNC, WAIT, DEGRADE, GROUP]) {
      for (const drill of FAULTS) {
        const { lost, duplicated } = drill.limit(mode, { rate: 200, holdSeconds: 10 });
        assert.deepEqual([lost, duplicated], [0, 0], drill.name);
      }
    }
  });

  it("block writers for as long as a group needs to elect a primary, and for a second if the change is planned", () => {
    for (const fault of ["kill", "pause", "partition"]) assert.equal(limit(`${fault}-primary`, GROUP).gapMs, 7_500);
    assert.equal(limit("stop-primary", GROUP).gapMs, 1_000);
    for (const mode of [ASYNC, WAIT, DEGRADE, GROUP]) assert.equal(limit("switchover", mode).gapMs, 1_000);
  });

  it("block writers while a replica is away only if they have to wait for it", () => {
    assert.equal(limit("pause-replicas", ASYNC).gapMs, 1_000);
    assert.equal(limit("pause-replicas", GROUP).gapMs, 4_000, "while the group agrees to do without it");
    assert.ok(limit("pause-replicas", WAIT).gapMs > 10_000);
    assert.equal(limit("pause-replicas", DEGRADE).gapMs, 3_000);
    const three = stackWith({ replication: "semisync", withoutReplica: "wait" }, ["server1", "server2", "server3"]);
    assert.equal(limit("kill-replicas", three).gapMs, 1_000);
  });
});

describe("a drill of the databases", () => {
  /** Runs a drill against a fake stack; resolves to the actions, in order. */
  const done = async (name: string, of: Stack, primary: string): Promise<string[]> => {
    const log: string[] = [];
    const { signal } = new AbortController();
    const during = (what: string) => async (service: string, work: () => Promise<void>) => {
      log.push(`${what} ${service}`);
      await work();
      log.push(`${service} again`);
    };
    const open = opened(of, signal);
    const containers: DatabaseContext["containers"] = {
      ...open.containers,
      untilWell: async () => {},
      kill: async (services) => void log.push(`kill ${services.join(" ")}`),
      whilePaused: during("pause"),
      whileStopped: during("stop"),
      whileCutOff: (service, network, work) => during(`cut from ${network}`)(service, work),
    };
    const context: DatabaseContext = {
      ...open,
      containers,
      databases: { primary: async () => (log.length > 0 ? "another" : primary), ask: async () => [] },
      url: of.topology.url,
      seconds: 2,
      signal,
      rate: 200,
      holdSeconds: 9,
      wait: async (seconds) => void (seconds >= 1 && log.push(`wait ${seconds}`)),
      release: async (changes) => {
        const { mysql } = configOf("foobar", "dev", changedText("foobar", "", changes));
        log.push(`primary ${mysql.primary} of ${mysql.database}`);
      },
      renew: async (resource) => void log.push(`renew ${resource}`),
      say: () => {},
      primary,
      untilInPlace: async () => void log.push("whole"),
    };
    await FAULTS.find((drill) => drill.name === `database-${name}`)?.run(context);
    return log;
  };

  it("hits the present primary", async () => {
    assert.deepEqual(await done("kill-primary", GROUP, "mysql-server2"), ["kill mysql-server2", "whole"]);
    assert.deepEqual(await done("partition-primary", GROUP, "mysql-server1"), [
      "cut from foobar-dev-replication mysql-server1",
      "wait 9",
      "mysql-server1 again",
      "whole",
    ]);
  });

  it("hits every other member, including the arbiter, after the one before it is back", async () => {
    assert.deepEqual(await done("kill-replicas", GROUP, "mysql-server2"), [
      "kill mysql-arbiter",
      "whole",
      "kill mysql-server1",
      "whole",
    ]);
    assert.deepEqual(await done("pause-replicas", ASYNC, "mysql-server1"), [
      "pause mysql-server2",
      "wait 9",
      "mysql-server2 again",
      "whole",
    ]);
  });

  it("hits all members at once", async () => {
    const [kill] = await done("kill-all", GROUP, "mysql-server1");
    assert.equal(kill, "kill mysql-arbiter mysql-server2 mysql-server1");
  });

  it("configures another primary, which is not the arbiter", async () => {
    const of = stackWith({ replication: "group", database: "shop" });
    const [change] = await done("switchover", of, "mysql-server1");
    assert.equal(change, "primary server2 of shop");
  });
});
