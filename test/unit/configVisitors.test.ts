import assert from "node:assert/strict";
import { areVeryWide, isVeryWide, meantBlock } from "../../config/blocks.ts";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";

const found = (loadBalancer: object) => problems({ "foobar:loadBalancer": loadBalancer }).join("\n");

describe("the settings of who visitors are and who is let in", () => {
  it("propose the block that was meant", () => {
    assert.equal(meantBlock("192.0.2.7"), "192.0.2.7/32");
    assert.equal(meantBlock("192.0.2.7/24"), "192.0.2.0/24");
    assert.equal(meantBlock("192.0.2.0/255.255.255.0"), "192.0.2.0/24");
    assert.equal(meantBlock("2001:db8::1/32"), "2001:db8::/32");
    for (const text of ["10/8", "0x10.0.0.0/8", "192.0.2.0/33", "fe80::1%eth0/64", "all", ""]) {
      assert.equal(meantBlock(text), undefined, text);
    }
    assert.match(
      found({ address: "0.0.0.0", allow: { site: ["192.0.2.7/24"] } }),
      /host bits are zero\n.*allow\.site\[0\]' 192\.0\.2\.0\/24$/,
    );
  });

  it("need a reason for blocks of many strangers", () => {
    for (const wide of ["0.0.0.0/0", "::/0", "128.0.0.0/1", "8.0.0.0/8"]) assert.ok(isVeryWide(wide), wide);
    for (const narrow of ["10.0.0.0/8", "fc00::/7", "104.16.0.0/13", "2a06:98c0::/29"]) {
      assert.ok(!isVeryWide(narrow), narrow);
    }
    assert.match(found({ trustedProxies: { addresses: ["0.0.0.0/0"] } }), /reason is missing/);
    const reason = "only our proxies can route to this host";
    assert.equal(found({ trustedProxies: { addresses: ["0.0.0.0/0"], reason } }), "");
    assert.equal(found({ trustedProxies: { addresses: ["0.0.0.0/0"], reason: "firewall only" } }), "");
    for (const empty of ["..........", "xx xx xx", "1 2 3", "because"]) {
      assert.match(found({ trustedProxies: { addresses: ["0.0.0.0/0"], reason: empty } }), /2 different words/, empty);
    }
  });

  it("need a reason for many blocks that hold as many strangers together", () => {
    const many = Array.from({ length: 32 }, (_, index) => `${20 + (index >> 4)}.${(index & 15) * 16}.0.0/12`);
    assert.match(found({ trustedProxies: { addresses: many } }), /addresses has many blocks of public .*is missing/);
    assert.ok(areVeryWide(Array.from({ length: 4097 }, (_, index) => `2a06:${index.toString(16)}::/32`)));
    assert.ok(!areVeryWide(["10.0.0.0/8", "172.16.0.0/12", "104.16.0.0/13", "2a06:98c0::/29"]));
  });

  it("say whether the host is a proxy where a block is wide, and leave no address out", () => {
    for (const protocol of ["forwarded", "proxy"]) {
      for (const wide of ["10.0.0.0/8", "10.192.0.0/12", "10.201.0.0/23"]) {
        assert.match(
          found({ trustedProxies: { addresses: [wide, "10.201.0.8/32"], protocol } }),
          /addresses has 10\.\S+ around the edge network 10\.201\.0\.0\/24,.*\n.*narrower blocks.*\n.*,"127\.0\.0\.0\/8"\]'$/,
        );
      }
    }
    const trusted = (proxies: object) => {
      const settings = { "foobar:loadBalancer": { trustedProxies: proxies } };
      const [first] = planTopology(parseConfig("foobar", "dev", devConfig(settings))).loadBalancers;
      return first?.visitors.proxies?.addresses;
    };
    for (const addresses of [["10.0.0.0/8", "10.201.0.0/24"], ["10.0.0.0/8", "10.201.0.1/32"], ["10.201.0.1/32"]]) {
      assert.deepEqual(trusted({ addresses }), addresses);
    }
    const reason = "Only proxies run on that host.";
    assert.deepEqual(trusted({ addresses: ["10.0.0.0/8"], reason }), ["10.0.0.0/8"]);
    assert.deepEqual(trusted({ addresses: ["10.0.0.0/8", "127.0.0.0/8"] }), [
      ...["10.0.0.0/8", "127.0.0.0/8", "10.201.0.1/32"],
    ]);
    assert.deepEqual(trusted({ addresses: ["10.0.0.0/9"] }), ["10.0.0.0/9"]);
  });

  it("let somebody in: at a loopback address that is the host alone", () => {
    const site = ["192.0.2.0/24"];
    assert.match(
      found({ allow: { site } }),
      /^foobar:loadBalancer\.allow\.site lacks the load balancer's host.*\n.*\n.*'\["192\.0\.2\.0\/24","127\.0\.0\.0\/8"\]'$/,
    );
    assert.match(
      found({ statsPort: 8404, allow: { statistics: site } }),
      /^foobar:loadBalancer\.allow\.statistics lacks/,
    );
    for (const settings of [
      { address: "0.0.0.0", allow: { site } },
      { replicas: 2, allow: { site } },
      { allow: { site }, trustedProxies: { addresses: ["127.0.0.0/8"] } },
      { allow: { site: [...site, "10.0.0.0/8"] } },
      { allow: { site: ["127.0.0.1/32"] } },
    ]) {
      assert.equal(found(settings), "", JSON.stringify(settings));
    }
  });

  it("show no statistics to strangers, whom plain HTTP shows the password", () => {
    const shown = (...statistics: string[]) => found({ address: "0.0.0.0", statsPort: 8404, allow: { statistics } });
    for (const wide of [["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["10.0.0.0/8", "64.0.0.0/3"]]) {
      assert.match(shown(...wide), /your own networks: the page is served over plain HTTP/, wide.join());
    }
    assert.equal(shown("10.0.0.0/8", "192.0.2.0/24"), "");
  });

  it("take IPv6 only where a visitor or a proxy can have such an address", () => {
    const site = ["2001:db8::/32"];
    assert.match(found({ allow: { site } }), /an IPv4 block/);
    assert.match(found({ trustedProxies: { addresses: site, protocol: "proxy" } }), /an IPv4 block/);
    assert.equal(found({ allow: { site }, trustedProxies: { addresses: site } }), "");
  });

  it("take no list for statistics that are not published, and no empty list", () => {
    assert.match(found({ allow: { statistics: ["192.0.2.0/24"] } }), /only with loadBalancer\.statsPort/);
    assert.match(found({ allow: { site: [] } }), /at least one block/);
  });

  it("take only headers that can be the same for all answers, of one line", () => {
    for (const [name, value] of [
      ["X-A\r\nX-B", "1"],
      ["X A", "1"],
      ["X-A", "1\nhttp-request deny"],
      ["X-A", "ä"],
      ["Content-Length", "1"],
      ["Set-Cookie", "a=b"],
      ["Strict-Transport-Security", "max-age=1"],
    ] as const) {
      assert.notEqual(found({ headers: { [name]: value } }), "", name);
    }
    assert.match(
      found({ tls: { http3: true }, headers: { "ALT-SVC": "clear" } }),
      /which loadBalancer\.tls\.http3 sets/,
    );
    assert.equal(found({ headers: { "Alt-Svc": "clear" } }), "");
    assert.equal(found({ headers: { "X-Frame-Options": "", "Content-Security-Policy": "default-src 'self'" } }), "");
  });

  it("take only as many headers as an answer has room for", () => {
    const many = (count: number, length: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-A${index}`, "a".repeat(length)]));
    assert.equal(found({ headers: many(3, 2000) }), "");
    assert.equal(found({ headers: many(46, 100) }), "");
    assert.match(found({ headers: many(4, 2000) }), /^foobar:loadBalancer\.headers makes 8 headers of 8\d{3} bytes/);
    assert.match(found({ headers: many(47, 1) }), /makes 51 headers.*\n +allowed: +at most 50 headers of 7000 bytes/);
  });
});
