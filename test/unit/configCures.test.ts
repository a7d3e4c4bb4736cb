import assert from "node:assert/strict";
import { ConfigError } from "../../config/problems.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import type { StackSettings } from "../examples.ts";
import { pasted } from "../pasted.ts";
import { refusedBy } from "../proposals.ts";

/** The settings after all cures are pasted; they have to be accepted. */
function cured(settings: StackSettings): StackSettings {
  const after = pasted(settings, refusedBy(settings, UNKNOWN)?.message ?? "");
  assert.equal(refusedBy(after, UNKNOWN)?.message, undefined, JSON.stringify(after));
  return after;
}

describe("the cures, pasted in their order,", () => {
  it("remove exactly the entries that are meant", () => {
    assert.deepEqual(
      cured({ "foobar:names": ["a.com", "A.com", "a.com", "b.com", "https://c.com", "b.com", "d.com", "c.com."] }),
      { "foobar:names": ["a.com", "b.com", "c.com", "d.com"] },
    );
    assert.deepEqual(
      cured({
        "foobar:loadBalancer": { allow: { site: ["10.0.0.0/8", "::/0", "10.0.0.0/8", "10.1.0.0/16", "::1/128"] } },
      }),
      { "foobar:loadBalancer": { allow: { site: ["10.0.0.0/8", "10.1.0.0/16"] } } },
    );
    assert.deepEqual(cured({ "foobar:servers": [{ name: "a", roles: ["web", "web", "app", "app", "db"] }] }), {
      "foobar:servers": [{ name: "a", roles: ["web", "app", "db"] }],
    });
  });

  it("set what was meant: yes, no, a number in quotes, a number that begins with a hyphen", () => {
    assert.deepEqual(
      cured({
        "foobar:loadBalancer": { port: "8081" },
        "foobar:monitoring": {
          enabled: "yes",
          machines: "No",
          board: "flase",
          grafana: 1,
          secrets: { bot: "t" },
          receivers: { telegram: { tokenSecret: "bot", chatId: "chat" } },
        },
      }),
      {
        "foobar:loadBalancer": { port: 8081 },
        "foobar:monitoring": {
          enabled: true,
          machines: false,
          board: false,
          grafana: true,
          secrets: { bot: "t" },
          receivers: { telegram: { tokenSecret: "bot", chatId: -1001234567890 } },
        },
      },
    );
  });

  it("offer both yes and no where nobody can say which was meant", () => {
    const { message = "" } = refusedBy({ "foobar:monitoring": { enabled: "perhaps" } }, UNKNOWN) ?? {};
    assert.match(message, /set it: +pulumi .*enabled' true --stack two\n +or: +pulumi .*enabled' false --stack two\n/);
  });

  it("name another setting only if its spelling is near", () => {
    const complaint = (receiver: string) =>
      refusedBy({ "foobar:monitoring": { receivers: { [receiver]: {} } } }, UNKNOWN)?.problems[0]?.complaint;
    assert.equal(complaint("sms"), "is not a setting");
    assert.equal(complaint("emial"), "is not a setting; did you mean email?");
    assert.equal(complaint("pager_duty"), "is not a setting; did you mean pagerduty?");
  });

  it("never let everybody in, where no entry is right", () => {
    assert.deepEqual(cured({ "foobar:loadBalancer": { allow: { site: ["::/0", "2001:db8::/32"] } } }), {
      "foobar:loadBalancer": { allow: { site: ["127.0.0.0/8"] } },
    });
    const trustedProxies = { addresses: ["0.0.0.0/0", "8.0.0.0/6", "nonsense"] };
    assert.deepEqual(cured({ "foobar:loadBalancer": { trustedProxies } }), {
      "foobar:loadBalancer": { trustedProxies: { addresses: ["192.0.2.0/24"] } },
    });
  });

  it("say which proxies are meant, beside entries that are wrong", () => {
    const trustedProxies = { addresses: ["10.0.0.0/8", "2001:db8::/32", "nonsense"], protocol: "proxy" };
    assert.deepEqual(cured({ "foobar:loadBalancer": { trustedProxies } }), {
      "foobar:loadBalancer": { trustedProxies: { addresses: '["10.0.0.0/8","127.0.0.0/8"]', protocol: "proxy" } },
    });
  });

  it("keep each block that was meant, whatever else is wrong in the list", () => {
    const public_ = { address: "0.0.0.0" };
    const site = ["10.0.0.5/24", "10.0.0.0/24", "192.168.7.0/24"];
    assert.deepEqual(cured({ "foobar:loadBalancer": { ...public_, allow: { site } } }), {
      "foobar:loadBalancer": { ...public_, allow: { site: ["10.0.0.0/24", "192.168.7.0/24"] } },
    });
    const trustedProxies = { addresses: ["10.0.0.0/8", "192.168.5.5/24"] };
    assert.deepEqual(cured({ "foobar:loadBalancer": { ...public_, trustedProxies } }), {
      "foobar:loadBalancer": {
        ...public_,
        trustedProxies: { addresses: '["10.0.0.0/8","192.168.5.0/24","127.0.0.0/8"]' },
      },
    });
  });

  it("do not take back one another", () => {
    assert.deepEqual(cured({ "foobar:loadBalancer": { tls: { hsts: { preload: true } } } }), {
      "foobar:loadBalancer": { tls: {} },
    });
    assert.deepEqual(cured({ "foobar:loadBalancer": { allow: { statistics: ["0.0.0.0/0"] } } }), {
      "foobar:loadBalancer": { allow: {} },
    });
  });

  it("propose no name twice", () => {
    assert.deepEqual(cured({ "foobar:names": ["a b", "*", "www.foobar.com:80", "c d"] }), {
      "foobar:names": ["www.foobar.com"],
    });
  });

  it("reach headers of any name", () => {
    const names = ["a.b", "a'b", "a:b", 'a"b', "a b", "ä", "a[0]", "$HOME"];
    const headers = Object.fromEntries(names.map((name) => [name, "c"]));
    assert.deepEqual(cured({ "foobar:loadBalancer": { headers } }), { "foobar:loadBalancer": { headers: {} } });
  });

  it("say what was meant", () => {
    assert.deepEqual(cured({ "foobar:loadBalancer": { http: false, algorithm: "leastcon", mode: "Active-active" } }), {
      "foobar:loadBalancer": { http: "off", algorithm: "leastconn", mode: "active-active" },
    });
    const { "foobar:policies": policies } = cured({ "foobar:policies": { off: ["no-root", "exact-images"] } });
    assert.match(JSON.stringify(policies), /\{\\"no-root\\":\\".*\\"exact-images\\":/);
    assert.deepEqual(cured({ "foobar:names": ["https://user:pw@foobar.com:8443/x"] }), {
      "foobar:names": ["foobar.com"],
    });
  });

  it("come after a command that makes objects of JSON texts, whose parts the CLI cannot change", () => {
    const { message } = new ConfigError("foobar", "two", [{ path: ["names", 1], allowed: "x" }], ["foobar:names"]);
    assert.match(message, /JSON texts in foobar:names, .*: npm run preview -- --stack two\n/);
  });

  it("propose what the other proposals leave free", () => {
    const acme = { email: "admin@foobar.com", acceptTerms: true };
    const open = { address: "0.0.0.0", port: 80, tls: { acme } };
    assert.deepEqual(
      cured({ "foobar:names": ["10.0.0.1", "localhost", "*.foobar.com", "10.0.0.1"], "foobar:loadBalancer": open }),
      { "foobar:names": ["www.foobar.com"], "foobar:loadBalancer": open },
    );
    assert.deepEqual(
      cured({ "foobar:names": ["a.foobar.com"], "foobar:loadBalancer": { ...open, port: 8080, httpsPort: 80 } }),
      {
        "foobar:names": ["a.foobar.com"],
        "foobar:loadBalancer": { ...open, httpsPort: 443 },
      },
    );
    const roles = ["web", "app", "db"];
    const servers = [1, 1, 1, 2].map((number) => ({ name: `server${number}`, roles }));
    const { "foobar:servers": named } = cured({ "foobar:servers": servers });
    assert.deepEqual(
      (named as typeof servers).map(({ name }) => name),
      ["server1", "server3", "server4", "server2"],
    );
  });

  it("fit the mode of replication that is proposed with them", () => {
    const servers = [{ name: "one", roles: ["web", "app", "db"] }];
    assert.deepEqual(cured({ "foobar:servers": servers, "foobar:mysql": { replication: "semisync" } }), {
      "foobar:servers": servers,
      "foobar:mysql": { replication: "async" },
    });
    const mysql = { replication: "group", arbiter: true, acceptNoMajority: true };
    assert.deepEqual(cured({ "foobar:servers": servers, "foobar:mysql": mysql }), {
      "foobar:servers": servers,
      "foobar:mysql": { replication: "async" },
    });
  });

  it("let the load balancer's host in, whatever else is wrong in the list", () => {
    const site = ["8.8.8.8/24", "2001:db8::/32", "8.8.8.0/24"];
    assert.deepEqual(cured({ "foobar:loadBalancer": { allow: { site } } }), {
      "foobar:loadBalancer": { allow: { site: '["8.8.8.0/24","127.0.0.0/8"]' } },
    });
  });

  it("keep a header in the spelling that is right", () => {
    const headers = { "X-One": "a\nb", "x-one": "a", "X-Two": "b", "x-two": "c" };
    assert.deepEqual(cured({ "foobar:loadBalancer": { headers } }), {
      "foobar:loadBalancer": { headers: { "x-one": "a", "X-Two": "b" } },
    });
  });
});
