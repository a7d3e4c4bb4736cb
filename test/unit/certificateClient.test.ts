import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type Issued, issue, type Terms } from "../../app/test/certificates.ts";
import { clientRefusal } from "../../preflight/certificateClient.ts";

const root = issue("the root");
const site = (by: Issued, terms: Terms = {}) => issue("www.foobar.com", by, { use: "server", ...terms });
const refusal = (leaf: Issued, ...chain: Issued[]) =>
  clientRefusal(
    [leaf, ...chain].map(({ certificate }) => new X509Certificate(certificate)),
    leaf.key,
  );

describe("a client that trusts the last certificate of a chain", () => {
  it("takes chains of any length that are right", async () => {
    const middle = issue("the intermediate", root, { isAuthority: true, pathLength: 0, domain: "foobar.com" });
    const leaf = site(middle);
    assert.equal(await refusal(leaf), undefined);
    assert.equal(await refusal(leaf, middle), undefined);
    assert.equal(await refusal(leaf, middle, root), undefined);
  });

  it("refuses names that an authority may not certify", async () => {
    const middle = issue("the intermediate", root, { isAuthority: true, domain: "other.com" });
    assert.match((await refusal(site(middle), middle)) ?? "", /permitted subtree/);
  });

  it("refuses more authorities than one of them may have behind it", async () => {
    const middle = issue("the intermediate", root, { isAuthority: true, pathLength: 0 });
    const last = issue("the last", middle, { isAuthority: true });
    assert.match((await refusal(site(last), last, middle, root)) ?? "", /path length/);
  });

  it("refuses an authority that certifies clients only", async () => {
    const middle = issue("the intermediate", root, { isAuthority: true, use: "client" });
    assert.match((await refusal(site(middle), middle, root)) ?? "", /purpose/);
  });
});
