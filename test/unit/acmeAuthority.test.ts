import assert from "node:assert/strict";
import { issue } from "../../app/test/certificates.ts";
import { parseConfig } from "../../config/config.ts";
import { authorityProblems } from "../../preflight/acmeAuthority.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";
import { ACCOUNT_KEY } from "../harness.ts";

const plan = (ca: string) =>
  planTopology(
    parseConfig(
      "foobar",
      "dev",
      devConfig({
        "foobar:names": ["www.foobar.com"],
        "foobar:loadBalancer": {
          ...{ address: "0.0.0.0", port: 80, httpsPort: 443 },
          tls: { acme: { email: "admin@foobar.com", acceptTerms: true, ca } },
        },
      }),
    ),
  );

describe("the authority of a directory", () => {
  const problemsWith = (ca: string) =>
    authorityProblems(plan(ca), new Date("2026-11-26T12:00:00Z")).map(({ complaint }) =>
      complaint?.replace(/ \(.*/, ""),
    );

  it("is a file or a text with a certificate, which the preflight reads", () => {
    assert.deepEqual(problemsWith(issue("authority").certificate), []);
    assert.deepEqual(problemsWith("./none.pem"), ['is "./none.pem", which cannot be read']);
    assert.deepEqual(problemsWith("package.json"), ['is "package.json", which holds no certificate in PEM']);
    assert.deepEqual(problemsWith(ACCOUNT_KEY), ["is a text, which holds no certificate in PEM"]);
  });

  it("can be read, and has a certificate that is an authority's and is valid now", () => {
    const root = issue("authority");
    const middle = issue("the next", root, { isAuthority: true });
    assert.deepEqual(problemsWith(root.certificate.replaceAll("\n", "\n      ")), []);
    assert.deepEqual(problemsWith(middle.certificate + root.certificate), []);
    assert.deepEqual(problemsWith(issue("pinned", undefined, { isAuthority: false }).certificate), []);
    const broken = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";
    for (const ca of [broken, root.certificate + broken]) {
      assert.deepEqual(problemsWith(ca), ["is a text, which holds a certificate that cannot be read"]);
    }
    const old = issue("the old", undefined, { to: "261120000000Z" }).certificate;
    const early = issue("the early", undefined, { from: "261127000000Z" }).certificate;
    const site = issue("www.foobar.com", root).certificate;
    for (const ca of [old + root.certificate, root.certificate + early, site + middle.certificate]) {
      assert.deepEqual(problemsWith(ca), []);
    }
    const none = "is a text, which holds no authority's certificate that is valid now:";
    assert.deepEqual(problemsWith(old), [`${none} the old has expired at 2026-11-20T00:00:00.000Z`]);
    assert.deepEqual(problemsWith(early + site), [
      `${none} the early is not valid before 2026-11-27T00:00:00.000Z; www.foobar.com is no authority's`,
    ]);
  });
});
