import assert from "node:assert/strict";
import fc from "fast-check";
import { UNKNOWN } from "../../config/surroundings.ts";
import { planNetworks } from "../../topology/networks.ts";
import type { StackSettings } from "../examples.ts";
import { pasted } from "../pasted.ts";
import { held, hindrance, parse, refusedBy } from "../proposals.ts";

type Server = { readonly name: string; readonly subnetPart?: number };

const settings = (servers: readonly Server[]): StackSettings => ({
  "foobar:servers": servers.map((server) => ({ roles: ["web", "app", "db"], ...server })),
});
const named = (...names: string[]) => settings(names.map((name) => ({ name })));
const stackOf = (given: StackSettings) => held(parse(given, UNKNOWN), "two", true);
const subnets = (given: StackSettings) =>
  new Map(planNetworks(parse(given, UNKNOWN)).map(({ name, subnet }) => [name, subnet]));

describe("the part of a subnet that a server has", () => {
  it("is refused to change when a server with the same number leaves, or comes before it", async () => {
    const left = await hindrance(named("server17"), stackOf(named("server1", "server17")));
    assert.match(
      left?.message ?? "",
      /servers\[0\]\.subnetPart is missing, and servers that came or went would move foobar-two-app-server17 from 10\.201\.2\.32\/28 to 10\.201\.2\.16\/28 and foobar-two-router-server17 from/,
    );
    assert.match(left?.message ?? "", /subnetPart' 2 --stack two/);
    const came = await hindrance(named("server17", "server1"), stackOf(named("server1")));
    assert.deepEqual(
      came?.problems.map(({ path, example }) => [path.join("."), example]),
      [["servers.1.subnetPart", "1"]],
    );
  });

  it("stays with the proposed setting, whichever server comes or goes", async () => {
    const NAMES = ["server1", "server17", "server33", "web2", "server2", "alpha", "beta"];
    const change = fc.record({
      names: fc.shuffledSubarray(NAMES, { minLength: 2, maxLength: NAMES.length }),
      at: fc.nat(),
      comes: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ names, at, comes }) => {
        const fewer = names.filter((_, index) => index !== at % names.length);
        const [before, after] = comes ? [named(...fewer), named(...names)] : [named(...names), named(...fewer)];
        const engine = stackOf(before);
        let wanted = after;
        for (let round = 0; round < names.length; round++) {
          const error = await hindrance(wanted, engine);
          if (error === undefined) break;
          wanted = pasted(wanted, error.message);
        }
        assert.equal(await hindrance(wanted, engine), undefined);
        const [present, planned] = [subnets(before), subnets(wanted)];
        for (const [name, subnet] of planned) assert.equal(subnet, present.get(name) ?? subnet, name);
        assert.equal(new Set(planned.values()).size, planned.size);
      }),
      { numRuns: 60 },
    );
  });

  it("is not proposed where it would move another network of the server", async () => {
    const networks = { "foobar:networks": { range: "10.1.0.0/20", router: "10.1.15.0/28" } };
    const before = held(parse({ ...named("server1", "server3"), ...networks }, UNKNOWN), "two", true);
    const error = await hindrance({ ...named("server3"), ...networks }, before);
    assert.deepEqual(
      error?.problems.map(({ path, example }) => [path.join("."), example]),
      [["servers.0.subnetPart", undefined]],
    );
    assert.match(
      error?.message ?? "",
      /none keeps all networks of server3, which are at the parts 3 and 0\n {4}cure: /,
    );
  });

  it("may be another one on purpose, and by another subnet", async () => {
    const up = stackOf(named("server1", "server2"));
    assert.equal(await hindrance(settings([{ name: "server1" }, { name: "server2", subnetPart: 9 }]), up), undefined);
    const elsewhere = { ...named("server1", "server2"), "foobar:networks": { range: "10.203.0.0/20" } };
    assert.equal(await hindrance(elsewhere, up), undefined);
  });

  it("is one of its own, which exists, on servers that run the application", () => {
    const refused = (servers: readonly object[]) => {
      const given = { "foobar:servers": servers.map((server) => ({ roles: ["web", "app", "db"], ...server })) };
      return refusedBy(given, UNKNOWN)?.problems.map(({ path, allowed, example }) => [
        path.join("."),
        allowed,
        example,
      ]);
    };
    assert.deepEqual(
      refused([
        { name: "a", subnetPart: 3 },
        { name: "b", subnetPart: 3 },
      ]),
      [["servers.1.subnetPart", "a part that a does not have", "0"]],
    );
    assert.deepEqual(
      refused([
        { name: "a", subnetPart: 16 },
        { name: "b", subnetPart: 0 },
      ]),
      [["servers.0.subnetPart", "a number from 0 to 15: networks.app and networks.router have 16 parts", "1"]],
    );
    assert.deepEqual(
      refused(["a", "b", "c", "d"].map((name) => ({ name, subnetPart: name === "d" ? 1 : 99 })))?.map(
        ([, , example]) => example,
      ),
      ["0", "2", "3"],
    );
    assert.deepEqual(
      refused([{ name: "a" }, { name: "b", roles: ["db"], subnetPart: 1 }])?.[0]?.[0],
      "servers.1.subnetPart",
    );
  });
});
