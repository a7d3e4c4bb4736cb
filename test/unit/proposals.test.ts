import assert from "node:assert/strict";
import fc from "fast-check";
import type { z } from "zod";
import { schema } from "../../config/schema.ts";
import { elementOf, shapeOf } from "../../config/shape.ts";
import { overlap, partOf } from "../../config/subnets.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { exampleNames, exampleSettings, type StackSettings } from "../examples.ts";
import { cures, pasted } from "../pasted.ts";
import { addresses, held, hindrance, networkSettings, parse, refusedBy } from "../proposals.ts";

describe("the proposals in an error", () => {
  it("are accepted for networks that are malformed or overlap, among any others", () => {
    fc.assert(
      fc.property(networkSettings, fc.array(addresses, { maxLength: 6 }), (networks, subnets) => {
        const settings = { "foobar:networks": networks };
        const surroundings = { ...UNKNOWN, subnets };
        const error = refusedBy(settings, surroundings);
        if (error === undefined) return;
        const after = pasted(settings, error.message);
        assert.deepEqual(refusedBy(after, surroundings)?.message, undefined, JSON.stringify(after));
        for (const { example = "" } of error.problems) {
          for (const taken of subnets) assert.ok(!overlap(taken, example), `${example} is ${taken}'s`);
        }
      }),
    );
  });

  it("are accepted for networks that are in use on the engine, in at most two rounds", async () => {
    await fc.assert(
      fc.asyncProperty(networkSettings, fc.array(addresses, { maxLength: 6 }), async (networks, taken) => {
        const engine = {
          networks: taken.map((subnet, index) => ({ name: `n${index}`, subnets: [subnet], own: false })),
        };
        let settings: StackSettings = { "foobar:networks": networks };
        const wrong = refusedBy(settings, { ...UNKNOWN, subnets: taken });
        if (wrong !== undefined) settings = pasted(settings, wrong.message);
        const error = await hindrance(settings, engine);
        if (error !== undefined) settings = pasted(settings, error.message);
        assert.deepEqual((await hindrance(settings, engine))?.message, undefined);
      }),
    );
  });

  it("are one range and the ports for a second stack with the same settings, whatever they are", async () => {
    for (const name of exampleNames()) {
      const example = exampleSettings(name);
      const engine = held(parse(example, UNKNOWN), "one");
      const error = await hindrance(example, engine);
      assert.ok(error);
      assert.deepEqual(
        cures(error.message).map((command) => command.replace(/\d{4}(?= --stack)/, "FREE")),
        [
          "pulumi config set --path 'foobar:loadBalancer.port' FREE --stack two",
          "pulumi config set --path 'foobar:loadBalancer.statsPort' FREE --stack two",
          "pulumi config set --path 'foobar:networks.range' 10.202.0.0/20 --stack two",
        ],
      );
      let settings = pasted(example, error.message);
      // Virtual addresses by number are in the range that was left.
      const moved = refusedBy(settings, UNKNOWN);
      if (moved !== undefined) settings = pasted(settings, moved.message);
      assert.equal(await hindrance(settings, engine), undefined, name);
    }
  });

  it("name the users of the range once", async () => {
    const engine = held(parse({}, UNKNOWN), "one");
    const error = await hindrance({ "foobar:networks": { data: "10.201.4.0/25", replication: "10.9.0.0/24" } }, engine);
    assert.deepEqual(
      error?.problems.slice(1).map(({ path, value, allowed, example }) => [path.join("."), value, allowed, example]),
      [
        [
          "networks.range",
          "10.201.0.0/20",
          "a range that does not overlap the engine's networks foobar-one-edge (10.201.0.0/24), foobar-one-web (10.201.1.0/24), foobar-one-app-server1 (10.201.2.16/28), foobar-one-app-server2 (10.201.2.32/28), foobar-one-router-server1 (10.201.5.16/28), foobar-one-router-server2 (10.201.5.32/28)",
          "10.202.0.0/20",
        ],
        [
          "networks.data",
          "10.201.4.0/25",
          "a subnet that does not overlap the engine's network foobar-one-replication (10.201.4.0/24)",
          "10.203.0.0/25",
        ],
      ],
    );
  });

  it("move only the one network that conflicts", async () => {
    const error = await hindrance({}, { networks: [{ name: "vpn", subnets: ["10.201.3.128/25"], own: false }] });
    assert.deepEqual(cures(error?.message ?? ""), [
      "pulumi config set --path 'foobar:networks.data' 10.202.0.0/24 --stack two",
    ]);
  });

  it("leave the range to future networks", async () => {
    const settings = { "foobar:networks": { range: "10.202.0.0/20", edge: "10.9.0.0/24" } };
    const error = await hindrance(settings, { networks: [{ name: "vpn", subnets: ["10.202.3.0/24"], own: false }] });
    assert.deepEqual(error?.problems.at(-1)?.example, "10.203.0.0/24");
  });

  it("are as large as the configured range", async () => {
    const settings = { "foobar:networks": { range: "10.77.3.0/24" } };
    const error = await hindrance(settings, held(parse(settings, UNKNOWN), "one"));
    assert.deepEqual(error?.problems.at(-1)?.example, "10.202.0.0/24");
  });

  it("avoid this machine's networks, except those of the engine", async () => {
    const machine = [
      { name: "eth0", subnet: "10.201.0.0/22" },
      { name: "eth1", subnet: "10.202.0.0/24" },
    ];
    const error = await hindrance({}, {}, machine);
    assert.match(
      error?.message ?? "",
      /range that does not overlap this machine's network eth0 \(10\.201\.0\.0\/22\)\n.* 10\.203\.0\.0\/20 --stack two/,
    );
    const up = held(parse({}, UNKNOWN), "two", true);
    const bridges = (up.networks ?? []).flatMap(({ name, subnets }) =>
      subnets.map((subnet) => ({ name: `br-${name}`, subnet })),
    );
    assert.equal(await hindrance({}, up, bridges), undefined);
    assert.equal(await hindrance({}, up, [...bridges, ...machine]), undefined, "what is up stays");
  });

  it("avoid the stack's present networks, which are replaced one by one", async () => {
    const up = held(parse({}, UNKNOWN), "two", true);
    const error = await hindrance({ "foobar:networks": { range: "10.201.0.0/19" } }, up);
    assert.match(error?.message ?? "", /not overlap the stack's present networks foobar-two-web/);
    assert.deepEqual(error?.problems.at(-1)?.example, "10.202.0.0/19");
    assert.equal(await hindrance({ "foobar:networks": { range: "10.203.0.0/20" } }, up), undefined);
  });

  it("avoid the network of a server that leaves, which is removed last", async () => {
    const servers = (...names: string[]) => ({
      "foobar:servers": names.map((name) => ({ name, roles: ["web", "app", "db"] })),
    });
    const up = held(parse(servers("server1", "server2"), UNKNOWN), "two", true);
    const error = await hindrance(servers("server1", "server18"), up);
    assert.deepEqual(
      error?.problems.map(({ path, allowed }) => [path.join("."), allowed]),
      [
        [
          "networks.range",
          "a range that does not overlap the stack's present networks foobar-two-app-server2 (10.201.2.32/28), foobar-two-router-server2 (10.201.5.32/28)",
        ],
      ],
    );
    assert.equal(await hindrance(servers("server1", "server3"), up), undefined);
  });

  it("let the servers' own networks have the subnet of a network that all of them shared", async () => {
    const shared = ["app", "router"].map((name, index) => ({
      name: `foobar-two-${name}`,
      subnets: [partOf("10.201.0.0/20", [2, 5][index] ?? 0)],
      own: true,
    }));
    const bridges = shared.flatMap(({ name, subnets }) => subnets.map((subnet) => ({ name: `br-${name}`, subnet })));
    assert.equal(await hindrance({}, { networks: shared }, bridges), undefined);
    const others = shared.map((network) => ({ ...network, own: false }));
    assert.match((await hindrance({}, { networks: others }))?.message ?? "", /the engine's networks foobar-two-app/);
  });

  it("have room for a network of each server", () => {
    const servers = Array.from({ length: 3 }, (_, index) => ({ name: `s${index}`, roles: ["web", "app", "db"] }));
    const cases: [object, string[][]][] = [
      [{ range: "10.77.3.0/24" }, [["networks.range", "10.77.3.0/24", "10.202.0.0/23"]]],
      [
        { app: "10.9.0.0/28", router: "10.9.1.0/28" },
        [
          ["networks.app", "10.9.0.0/28", "10.202.0.0/27"],
          ["networks.router", "10.9.1.0/28", "10.203.0.0/27"],
        ],
      ],
    ];
    for (const [networks, problems] of cases) {
      const settings = { "foobar:servers": servers, "foobar:networks": networks };
      const error = refusedBy(settings, UNKNOWN);
      assert.deepEqual(
        error?.problems.map(({ path, value, example }) => [path.join("."), value, example]),
        problems,
      );
      assert.match(
        error?.message ?? "",
        /of at least a \/27: each server that runs the application has a network in it/,
      );
      assert.equal(refusedBy(pasted(settings, error?.message ?? ""), UNKNOWN), undefined);
      assert.equal(refusedBy({ ...settings, "foobar:servers": servers.slice(0, 2) }, UNKNOWN), undefined);
    }
  });

  it("have room for the containers", async () => {
    const servers = Array.from({ length: 14 }, (_, index) => ({
      name: `s${index}`,
      roles: index < 2 ? ["web", "app"] : ["db"],
    }));
    const small = { "foobar:servers": servers, "foobar:networks": { range: "10.77.3.0/24" } };
    const error = await hindrance(small, {});
    assert.deepEqual(
      error?.problems.map(({ path, allowed, example }) => [path.join("."), allowed, example]),
      [
        [
          "networks.range",
          "a range with a /27 for networks.data, whose containers do not fit into 10.77.3.48/28, and with a /27 for networks.replication, whose containers do not fit into 10.77.3.64/28",
          "10.202.0.0/23",
        ],
      ],
    );
    assert.equal(await hindrance(pasted(small, error?.message ?? ""), {}), undefined);
    assert.equal(await hindrance({ ...small, "foobar:servers": servers.slice(0, 8) }, {}), undefined);
  });

  it("are accepted for every malformed setting", () => {
    /** Every key of the settings, an element of a list as its first. */
    const keysOf = (part: z.ZodType, path: string): string[] => [
      path,
      ...Object.entries(shapeOf(part)).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`)),
      ...[elementOf(part)].flatMap((inner) => (inner === undefined ? [] : keysOf(inner, `${path}[0]`))),
    ];
    const keys = Object.entries(schema.shape).flatMap(([key, part]) => keysOf(part, `foobar:${key}`));
    assert.ok(keys.length > 60);
    for (const key of keys) {
      for (const wrong of ["-5", "?"]) {
        const command = `set it: pulumi config set --path '${key}' --stack two -- ${wrong}`;
        let settings = pasted({}, command);
        const first = refusedBy(settings, UNKNOWN);
        // Images are kept, and only the user knows secrets: their cures are words.
        if (
          first === undefined ||
          /^foobar:(images\.|application\.image$|monitoring\.(receivers|watchdog)\b)/.test(key)
        )
          continue;
        settings = pasted(settings, first.message);
        // A setting may need another one, which its error names.
        const second = refusedBy(settings, UNKNOWN);
        if (second !== undefined) settings = pasted(settings, second.message);
        assert.equal(refusedBy(settings, UNKNOWN)?.message, undefined, `${key} ${wrong}: ${first.message}`);
      }
    }
  });
});
