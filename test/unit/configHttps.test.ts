import assert from "node:assert/strict";
import fc from "fast-check";
import { UNKNOWN } from "../../config/surroundings.ts";
import { problems } from "../configProblems.ts";
import { pasted } from "../pasted.ts";
import { refusedBy } from "../proposals.ts";

describe("configuration of HTTPS", () => {
  const tls = (settings: object, more: object = {}) => ({ "foobar:loadBalancer": { tls: settings, ...more } });
  const name = (found: string, index: number, better: string) =>
    `foobar:names[${index}] is ${JSON.stringify(found)}\n` +
    "    allowed:   a host name in ASCII without scheme, port and path: www.foobar.com, or *.foobar.com for all names of that level\n" +
    `    set it:    pulumi config set --path 'foobar:names[${index}]' ${better}`;

  const cases: [string, Record<string, unknown>, string[]][] = [
    [
      "names that are no host names, each with the name that was meant",
      {
        "foobar:names": [
          "münchen.example",
          "https://www.foobar.com/shop",
          "foobar.com:8443",
          "shop.foobar.com.",
          "1.2.3",
        ],
      },
      [
        name("münchen.example", 0, "xn--mnchen-3ya.example"),
        name("https://www.foobar.com/shop", 1, "www.foobar.com"),
        name("foobar.com:8443", 2, "foobar.com"),
        name("shop.foobar.com.", 3, "shop.foobar.com"),
        name("1.2.3", 4, "1.2.0.3"),
      ],
    ],
    [
      "a name twice, in whatever case",
      { "foobar:names": ["www.foobar.com", "*.foobar.com", "WWW.foobar.com", "192.0.2.1", "localhost"] },
      [
        'foobar:names[2] is "WWW.foobar.com"\n' +
          "    allowed:   each name once\n" +
          "    remove it: pulumi config rm --path 'foobar:names[2]'",
      ],
    ],
    [
      "a certificate without its key",
      tls({ certificate: "site.pem" }),
      [
        "foobar:loadBalancer.tls.key is missing, and loadBalancer.tls.certificate is set\n" +
          "    allowed:   a certificate together with its key, or neither of them: then the stack's own authority makes both\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.tls.key' ./tls/site.key",
      ],
    ],
    [
      "HSTS with the stack's own authority",
      tls({ hsts: {} }),
      [
        "foobar:loadBalancer.tls.hsts is set, and the certificate is one of the stack's own authority\n" +
          "    allowed:   HSTS with a certificate that visitors trust (loadBalancer.tls.certificate and key, or acme, or that of loadBalancer.trustedProxies with the protocol forwarded): with HSTS a browser that does not trust the certificate lets nobody past its warning\n" +
          "    remove it: pulumi config rm --path 'foobar:loadBalancer.tls.hsts'",
      ],
    ],
    [
      "HSTS that browsers' lists refuse",
      tls({ certificate: "site.pem", key: "site.key", hsts: { preload: true, maxAgeSeconds: 60 } }, { http: "off" }),
      [
        "foobar:loadBalancer.tls.hsts.includeSubDomains is false\n" +
          "    allowed:   true with preload: browsers' lists hold only names with all their subdomains\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.tls.hsts.includeSubDomains' true",
        "foobar:loadBalancer.tls.hsts.maxAgeSeconds is 60\n" +
          "    allowed:   at least 31536000 with preload\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.tls.hsts.maxAgeSeconds' 63072000",
      ],
    ],
    [
      "a port of HTTPS that another one has",
      tls({}, { port: 8080, httpsPort: 8080 }),
      [
        "foobar:loadBalancer.httpsPort is 8080\n" +
          "    allowed:   a port other than loadBalancer.port, which is 8080\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.httpsPort' 8500",
      ],
    ],
    [
      "a private key in the place of another setting, which is not shown",
      { "foobar:loadBalancer": { algorithm: "-----BEGIN PRIVATE KEY-----\nMIG" } },
      [
        'foobar:loadBalancer.algorithm is "(a private key)"\n' +
          "    allowed:   one of roundrobin, static-rr, leastconn, source, uri, random\n" +
          "    set it:    pulumi config set --path 'foobar:loadBalancer.algorithm' roundrobin",
      ],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    it(`refuses ${title}`, () => assert.deepEqual(problems(changes), expected));
  }

  it("takes HSTS behind a trusted proxy whose certificate visitors see, not behind one that can pass TLS through", () => {
    const addresses = ["192.0.2.0/24"];
    const set = tls({ hsts: { maxAgeSeconds: 300 } }, { trustedProxies: { addresses } });
    assert.deepEqual(problems(set), []);
    const passedThrough = tls({ hsts: { maxAgeSeconds: 300 } }, { trustedProxies: { addresses, protocol: "proxy" } });
    assert.match(
      problems(passedThrough).join(),
      /^foobar:loadBalancer\.tls\.hsts is set, and the certificate is one of/,
    );
  });

  it("refuses preload while plain HTTP is served, which at a loopback address is the default", () => {
    const hsts = { preload: true, includeSubDomains: true };
    const settings = { certificate: "site.pem", key: "site.key", hsts };
    for (const more of [{}, { address: "0.0.0.0", http: "serve" }]) {
      assert.match(
        problems(tls(settings, more)).join(),
        /^foobar:loadBalancer\.http is serve.*\n.*\n.*http' redirect$/,
      );
    }
    for (const more of [{ address: "0.0.0.0" }, { http: "redirect" }, { http: "off" }]) {
      assert.deepEqual(problems(tls(settings, more)), []);
    }
  });

  it("proposes to switch HSTS off, not on, to whom tries false or null", () => {
    for (const hsts of [false, null, "off"]) {
      assert.match(
        problems(tls({ hsts })).join(),
        /maxAgeSeconds \(0 switches it off\).*\n.*hsts' '\{"maxAgeSeconds":0\}'$/,
      );
    }
  });

  it("takes no name that browsers take for an address, and none in Punycode that means nothing", () => {
    for (const wrong of ["0x7f000001", "foo.0x1", "foo.0x", "xn--a.com", "*.xn--a.com"]) {
      assert.match(problems({ "foobar:names": [wrong] }).join(), /^foobar:names\[0\] is /, wrong);
    }
    const right = ["xn--mnchen-3ya.example", "*.xn--mnchen-3ya.example", "my_site.foobar.com", "0x.foobar.com"];
    assert.deepEqual(problems({ "foobar:names": right }), []);
  });

  it("does not mind a port of plain HTTP that is not published", () => {
    assert.deepEqual(problems(tls({}, { http: "off", port: 8080, httpsPort: 8080 })), []);
  });

  it("takes a key that the CLI has encrypted, as commands see it in a stack's file", () => {
    assert.deepEqual(problems(tls({ certificate: "site.pem", key: { secure: "v1:abc:def" } })), []);
  });

  it("proposes a name that is accepted, for any text", () => {
    const text = fc.oneof(fc.webUrl(), fc.domain(), fc.string(), fc.ipV4(), fc.ipV6(), fc.constant("*.ä.example"));
    fc.assert(
      fc.property(text, (one) => {
        const settings = { "foobar:names": [one] };
        const error = refusedBy(settings, UNKNOWN);
        if (error !== undefined) assert.equal(refusedBy(pasted(settings, error.message), UNKNOWN)?.message, undefined);
      }),
      { numRuns: 30 },
    );
  });
});
