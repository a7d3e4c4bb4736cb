import assert from "node:assert/strict";
import fc from "fast-check";
import { TRAFFIC } from "../../config/choices.ts";
import { devConfig } from "../devConfig.ts";
import { plan, servers, topologies } from "../topologies.ts";

describe("the routes of the plan", () => {
  it("keeps requests on the server that receives them, if it runs the application", () => {
    fc.assert(
      fc.property(servers, (list) => {
        const { web } = plan({ "foobar:servers": JSON.stringify(list) });
        const applicationOnly = list.some(({ roles }) => roles.includes("app") && !roles.includes("web"));
        for (const { server, listeners } of web) {
          if (!list.some(({ name, roles }) => name === server && roles.includes("app"))) continue;
          const reached = listeners.map(({ upstream }) => upstream.server);
          assert.equal(reached[0], server);
          if (!applicationOnly) assert.deepEqual(reached, [server]);
        }
      }),
    );
  });

  it("has a route to every web server and application, and with two of a tier a route past any of them", () => {
    fc.assert(
      fc.property(topologies, ({ loadBalancers: [lb], web, applications }) => {
        assert.ok(lb);
        for (const tier of [web, applications]) {
          for (const { server } of tier) {
            assert.ok(
              lb.backends.some(({ servers: through }) => through.includes(server)),
              server,
            );
          }
        }
        for (const tier of [web, applications]) {
          if (tier.length < 2) continue;
          for (const lost of tier) {
            assert.ok(
              lb.backends.some(({ servers: through, address, port }) => {
                const own = web.find(({ name }) => name === address);
                const reached = own?.listeners.find((listener) => listener.port === port)?.upstream.address;
                return through.length > 0 && address !== lost.name && reached !== lost.name;
              }),
              `nothing avoids ${lost.name}`,
            );
          }
        }
      }),
    );
  });

  it("takes at most two routes to an application, so that routes grow with the servers", () => {
    fc.assert(
      fc.property(topologies, ({ loadBalancers: [lb], web, applications }) => {
        assert.ok(lb && lb.backends.length <= 3 * Math.max(web.length, applications.length));
        assert.equal(new Set(lb.backends.map(({ name }) => name)).size, lb.backends.length);
      }),
    );
  });

  it("gives a route the traffic setting of its more restricted server", () => {
    const traffic = (web: string, app: string) => {
      const list = [
        { name: "front", roles: ["web"], traffic: web },
        { name: "back", roles: ["app", "db"], traffic: app },
        { name: "spare", roles: ["web", "app"] },
      ];
      const [lb] = plan({ "foobar:servers": JSON.stringify(list) }).loadBalancers;
      return lb?.backends.find(({ name }) => name === "front-back")?.traffic;
    };
    for (const [index, one] of TRAFFIC.entries()) {
      for (const [other, two] of TRAFFIC.entries()) assert.equal(traffic(one, two), TRAFFIC[Math.max(index, other)]);
    }
  });

  it("uses one server in mode active-passive, and the others as backups in their order", () => {
    const [lb] = plan(devConfig({ "foobar:loadBalancer": { mode: "active-passive" } })).loadBalancers;
    assert.deepEqual(
      lb?.backends.map(({ name, backup }) => [name, backup]),
      [
        ["server1", false],
        ["server2", true],
      ],
    );
  });
});
