import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Issued, issue, type Terms } from "../../app/test/certificates.ts";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { examineCertificate } from "../../preflight/certificate.ts";
import { certificateComplaints } from "../../preflight/certificateRules.ts";
import { planTopology } from "../../topology/topology.ts";

const NOW = new Date("2026-11-26T12:00:00Z");

type Made = Pick<Issued, "certificate" | "key">;

const key = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const pem = (one: KeyObject) => one.export({ type: "pkcs8", format: "pem" }).toString();

const root = issue("the root", undefined);
const middle = issue("the intermediate", root, { isAuthority: true });
/** A site's certificate that differs from the usual one. */
const site = (terms: Terms = {}, by = middle) => issue("www.foobar.com", by, { use: "server", ...terms });

describe("the user's certificate", () => {
  const leaf = site({ names: ["www.foobar.com", "*.shop.foobar.com", "192.0.2.1"] });

  const complaints = (
    texts: Partial<Made>,
    names: readonly string[] = [],
    profile: "intermediate" | "modern" = "modern",
    hsts: string | undefined = undefined,
  ) =>
    certificateComplaints({ ...leaf, ...texts }, { names, profile, hsts }, NOW).map(
      ({ about, complaint }) => `${about} ${complaint}`,
    );
  const chain = (...all: Made[]) => all.map(({ certificate }) => certificate).join("");

  it("is accepted alone, with its chain, with text around it, and for each kind of name", () => {
    for (const certificate of [
      leaf.certificate,
      chain(leaf, middle),
      chain(leaf, middle, root),
      `subject=…\r\n${chain(leaf, middle).replaceAll("\n", "\r\n")}`,
      leaf.key + chain(leaf, middle),
    ]) {
      assert.deepEqual(complaints({ certificate }, ["www.foobar.com", "*.shop.foobar.com", "192.0.2.1"]), []);
    }
  });

  it("is refused with its chain in a wrong order, which is put right in words", () => {
    const certificate = chain(middle, leaf);
    assert.deepEqual(complaints({ certificate }), [
      "certificate has its chain in the wrong order: the intermediate, www.foobar.com",
    ]);
    const [{ cure } = { cure: "" }] = certificateComplaints(
      { ...leaf, certificate },
      { names: [], profile: "modern", hsts: undefined },
      NOW,
    );
    assert.match(cure, /: www\.foobar\.com, the intermediate$/);
    assert.equal(complaints({ certificate: chain(leaf, root, middle) }).length, 1);
  });

  it("is refused with a certificate that leads nowhere", () => {
    assert.deepEqual(complaints({ certificate: chain(leaf, root) }), [
      "certificate has certificates that do not lead to one another: www.foobar.com, the root",
    ]);
  });

  it("is refused with another's key, and for names that it lacks, all at once", () => {
    assert.deepEqual(complaints({ key: pem(key("P-256")) }, ["www.foobar.com", "foobar.com", "*.foobar.com"]), [
      "key does not belong to the certificate of www.foobar.com",
      "certificate is not for foobar.com, *.foobar.com, but for www.foobar.com, *.shop.foobar.com, 192.0.2.1",
    ]);
  });

  it("is refused before and after its time, and so is its chain", () => {
    const ended = site({ to: "261120000000Z" });
    const future = site({ from: "261127000000Z" });
    assert.deepEqual(complaints(ended), ["certificate has expired at 2026-11-20T00:00:00.000Z (www.foobar.com)"]);
    assert.deepEqual(complaints(future), ["certificate is not valid before 2026-11-27T00:00:00.000Z (www.foobar.com)"]);
    const old = issue("an old one", root, { isAuthority: true, to: "261120000000Z" });
    const own = site({}, old);
    assert.deepEqual(complaints({ ...own, certificate: chain(own, old) }), [
      "certificate has expired at 2026-11-20T00:00:00.000Z (an old one)",
    ]);
  });

  it("is refused if it is an authority's, or a client's only", () => {
    assert.deepEqual(complaints(middle), ["certificate is an authority's (the intermediate), not a site's"]);
    assert.deepEqual(complaints(site({ use: "client" })), [
      "certificate may not be used by a server: its extended key usage lacks serverAuth",
    ]);
  });

  it("is refused with a key that is encrypted, weak, of another kind, or no PEM", () => {
    const encrypted = key("P-256").export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });
    assert.deepEqual(complaints({ key: encrypted.toString() }), [
      "key is encrypted with a passphrase, which nobody could give at a restart",
    ]);
    assert.deepEqual(complaints(site({ key: rsa(2048) }), [], "intermediate"), []);
    assert.deepEqual(complaints(site({ key: rsa(2048) })), ["key is of the kind rsa"]);
    assert.deepEqual(complaints(site({ key: rsa(1024) }), [], "intermediate"), ["key is an RSA key of 1024 bits"]);
    assert.deepEqual(complaints(site({ key: key("P-521") })), ["key is of the curve secp521r1"]);
    assert.deepEqual(complaints({ certificate: "\0", key: "\0" }), [
      "certificate holds no certificate in PEM",
      "key holds no private key in PEM",
    ]);
  });

  it("is refused if any certificate of its chain has a weak key or a weak signature", () => {
    const weak = issue("a weak one", root, { isAuthority: true, key: rsa(1024) });
    const own = site({}, weak);
    assert.deepEqual(complaints({ ...own, certificate: chain(own, weak, root) }), [
      "certificate has an RSA key of 1024 bits (a weak one)",
    ]);
    const curve = issue("a short one", root, { isAuthority: true, key: key("secp224r1") });
    const short = site({}, curve);
    assert.deepEqual(complaints({ ...short, certificate: chain(short, curve) }), [
      "certificate has a key of the curve secp224r1 (a short one)",
    ]);
    for (const signer of [root, issue("an RSA root", undefined, { key: rsa(2048) })]) {
      const old = issue("an old one", signer, { isAuthority: true, hash: "sha1" });
      const leaf = site({ hash: "sha1" }, old);
      assert.deepEqual(complaints({ ...leaf, certificate: chain(leaf, old, signer) }), [
        "certificate is signed with SHA-1 (www.foobar.com)",
        "certificate is signed with SHA-1 (an old one)",
      ]);
    }
  });

  it("is accepted with an RSA chain, and with a root that has signed itself with SHA-1", () => {
    const old = issue("an old root", undefined, { key: rsa(2048), hash: "sha1" });
    const next = issue("the next", old, { isAuthority: true, key: rsa(3072) });
    const own = site({}, next);
    assert.deepEqual(complaints({ ...own, certificate: chain(own, next, old) }), []);
  });

  describe("as a setting", () => {
    const examine = (own: Partial<Made>, stackFile = "", more: object = {}) => {
      const { certificate, key } = { ...leaf, ...own };
      const settings = {
        "foobar:names": ["www.foobar.com"],
        "foobar:loadBalancer": { tls: { certificate, key }, ...more },
      };
      return examineCertificate(planTopology(parseConfig("foobar", "dev", rawSettings(settings))), stackFile, NOW);
    };

    it("is read from a file or is the text itself", () => {
      const folder = mkdtempSync(join(tmpdir(), "foobar-"));
      const [certificate, key] = [join(folder, "site.pem"), join(folder, "site.key")];
      writeFileSync(certificate, leaf.certificate);
      writeFileSync(key, leaf.key);
      for (const own of [{}, { certificate, key }, { key }]) assert.deepEqual(examine(own).problems, []);
      rmSync(folder, { recursive: true });
    });

    it("is refused if its file is missing, and no text of a key is ever shown", () => {
      const { problems } = examine({ certificate: "nowhere.pem", key: leaf.key.replace("BEGIN", "BEGUN") });
      assert.deepEqual(
        problems.map(({ path }) => path.join(".")),
        ["loadBalancer.tls.certificate", "loadBalancer.tls.key"],
      );
      assert.match(problems[0]?.complaint ?? "", /nowhere\.pem.*ENOENT/);
      assert.ok(!JSON.stringify(problems).includes(leaf.key.slice(30, 60)));
    });

    it("is refused if its key is in clear in the stack's file", () => {
      const [problem] = examine(
        {},
        `config:\n  foobar:loadBalancer:\n    tls:\n      key: |\n        ${leaf.key}`,
      ).problems;
      assert.equal(problem?.complaint, "is in clear in the stack's file");
      assert.deepEqual(
        examine({}, "config:\n  foobar:loadBalancer:\n    tls:\n      key:\n        secure: v1:x").problems,
        [],
      );
    });

    it("is refused if it has signed itself, because of HSTS, but not behind a trusted proxy", () => {
      const { certificate, key } = issue("www.foobar.com", undefined, {
        names: ["www.foobar.com"],
        isAuthority: false,
      });
      assert.match(examine({ certificate, key }).problems[0]?.complaint ?? "", /signed itself.*HSTS/);
      const trustedProxies = { addresses: ["192.0.2.0/24"] };
      assert.deepEqual(examine({ certificate, key }, "", { trustedProxies }).problems, []);
    });

    it("is warned of in its last three weeks", () => {
      assert.equal(examine({}).warning, undefined);
      const soon = site({ to: "261201120000Z" });
      assert.match(examine(soon).warning ?? "", /expires in 5 days, at 2026-12-01T12:00:00.000Z/);
    });
  });
});
