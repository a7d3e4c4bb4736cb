import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { type Issued, issue, type Terms } from "../../app/test/certificates.ts";
import { certificateComplaints, chainWarning } from "../../preflight/certificateRules.ts";
import { originOf } from "../../preflight/certificateTrust.ts";

const NOW = new Date("2026-11-26T12:00:00Z");

type Made = Pick<Issued, "certificate" | "key">;

const key = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const pem = (one: KeyObject) => one.export({ type: "pkcs8", format: "pem" }).toString();

const root = issue("the root", undefined);
const middle = issue("the intermediate", root, { isAuthority: true });
/** A site's certificate that differs from the usual one. */
const site = (terms: Terms = {}, by = middle) => issue("www.foobar.com", by, { use: "server", ...terms });

const USUAL = { names: [], profile: "modern", hsts: undefined, isHstsChosen: false } as const;

describe("the user's certificate", () => {
  const leaf = site({ names: ["www.foobar.com", "*.shop.foobar.com", "192.0.2.1"] });

  const complaints = (
    texts: Partial<Made>,
    names: readonly string[] = [],
    profile: "intermediate" | "modern" = "modern",
    hsts: string | undefined = undefined,
    isHstsChosen = false,
  ) =>
    certificateComplaints({ ...leaf, ...texts }, { names, profile, hsts, isHstsChosen }, NOW).map(
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
    const [{ cure } = { cure: "" }] = certificateComplaints({ ...leaf, certificate }, USUAL, NOW);
    assert.match(cure ?? "", /: www\.foobar\.com, the intermediate$/);
    assert.equal(complaints({ certificate: chain(leaf, root, middle) }).length, 1);
  });

  it("is refused with a certificate that leads nowhere", () => {
    assert.deepEqual(complaints({ certificate: chain(leaf, root) }), [
      "certificate has certificates that do not lead to one another: www.foobar.com, the root",
    ]);
  });

  it("is refused if a certificate of its chain lacks its end, or is not an ordinary one", () => {
    const cut = middle.certificate.slice(0, -40);
    assert.deepEqual(complaints({ certificate: leaf.certificate + cut }), [
      "certificate holds a certificate without its end",
    ]);
    assert.deepEqual(complaints({ certificate: cut }), ["certificate holds a certificate without its end"]);
    const trusted = middle.certificate.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE");
    assert.deepEqual(complaints({ certificate: leaf.certificate + trusted }), [
      "certificate holds a certificate with OpenSSL's own trust in it",
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

  it("names the part of the chain to renew, where that has expired", () => {
    const old = issue("an old one", root, { isAuthority: true, to: "261120000000Z" });
    const own = site({}, old);
    const texts = { key: own.key, certificate: chain(own, old) };
    const [{ cure } = { cure: "" }] = certificateComplaints(texts, USUAL, NOW);
    assert.match(cure ?? "", /^replace this certificate of the chain/);
  });

  it("is refused if its key usage lacks signatures, and if its wildcard is a part of a label", () => {
    assert.deepEqual(complaints(site({ keyUsage: 0x80 })), []);
    for (const keyUsage of [0x04, 0x20]) {
      assert.deepEqual(complaints(site({ keyUsage })), [
        "certificate may not be used by a server: its key usage lacks digitalSignature, which every handshake needs",
      ]);
    }
    assert.match(complaints(site({ names: ["w*.foobar.com"] }), ["www.foobar.com"]).join(), /is not for www/);
  });

  it("is refused with several keys, and with one certificate among others that is damaged", () => {
    const other = pem(key("P-256"));
    for (const both of [leaf.key + other, other + leaf.key]) {
      assert.deepEqual(complaints({ key: both }), [
        "key holds 2 private keys, of which one at most belongs to the certificate",
      ]);
    }
    const damaged = middle.certificate.replace(/\n.{9}/, "\nAAAAAAAAA");
    assert.deepEqual(complaints({ certificate: leaf.certificate + damaged }), [
      "certificate holds certificate 2 of 2 that cannot be read",
    ]);
  });

  it("is accepted indented, on one line, and with line breaks that are written out", () => {
    for (const change of [
      (text: string) => text.replaceAll("\n", "\n    "),
      (text: string) => text.replaceAll("\n", " "),
      (text: string) => text.replaceAll("\n", "\\n"),
      (text: string) => text.replaceAll("\n", "\\r\\n"),
      (text: string) => text.replaceAll("\n", ""),
    ]) {
      assert.deepEqual(complaints({ certificate: change(chain(leaf, middle)), key: change(leaf.key) }), []);
    }
  });

  it("is refused with the key of its authority, which is named", () => {
    assert.deepEqual(complaints({ certificate: chain(leaf, middle), key: middle.key }), [
      "key does not belong to the certificate of www.foobar.com, but to that of the intermediate, an authority",
    ]);
  });

  it("is refused if its authority may not sign", () => {
    const powerless = issue("a powerless one", root, { isAuthority: true, keyUsage: 0x80 });
    const own = site({}, powerless);
    assert.deepEqual(complaints({ ...own, certificate: chain(own, powerless) }), [
      "certificate has an authority that may not sign certificates (a powerless one)",
    ]);
  });

  it("is recognized in other forms, in UTF-16, and in the place of the key", () => {
    const wide = (text: string) => Buffer.from(text, "utf16le").toString("utf8");
    assert.deepEqual(complaints({ certificate: leaf.key, key: leaf.certificate }), [
      "certificate holds a private key and no certificate",
      "key holds a certificate and no private key",
    ]);
    assert.deepEqual(complaints({ certificate: wide(leaf.certificate), key: wide(leaf.key) }), [
      "certificate is a text in UTF-16",
      "key is a text in UTF-16",
    ]);
    const other = leaf.certificate.replaceAll("CERTIFICATE", "PKCS7");
    assert.deepEqual(complaints({ certificate: other }), ["certificate holds certificates in the form PKCS #7"]);
  });

  it("is refused with HSTS if it leads to a private authority or to itself", () => {
    const hsts = "max-age=63072000";
    const alone = issue("www.foobar.com", undefined, { isAuthority: false });
    assert.match(complaints(alone, [], "modern", hsts).join(), /^hsts would be sent.* has signed itself/);
    const notToSign = issue("www.foobar.com", undefined, { isAuthority: false, use: "server", keyUsage: 0x80 });
    assert.match(complaints(notToSign, [], "modern", hsts).join(), /^hsts would be sent.* has signed itself/);
    const whole = chain(leaf, middle, root);
    assert.match(complaints({ certificate: whole }, [], "modern", hsts).join(), /^hsts .*authority, the root/);
    assert.deepEqual(complaints({ certificate: whole }, [], "modern", "max-age=0"), []);
    assert.deepEqual(complaints({ certificate: whole }), []);
    assert.deepEqual(complaints({ certificate: chain(leaf, middle) }, [], "modern", hsts), []);
  });

  it("may have HSTS that the user has set with a private authority, with a warning, but not with itself", () => {
    const hsts = "max-age=63072000";
    const whole = chain(leaf, middle, root);
    assert.deepEqual(complaints({ certificate: whole }, [], "modern", hsts, true), []);
    const set = { ...USUAL, hsts, isHstsChosen: true };
    assert.match(
      chainWarning({ certificate: whole, key: leaf.key }, set) ?? "",
      /^leads to a private authority, the root: .* with HSTS/,
    );
    assert.equal(chainWarning({ certificate: whole, key: leaf.key }, { ...set, hsts: "max-age=0" }), undefined);
    const alone = issue("www.foobar.com", undefined, { isAuthority: false });
    assert.match(complaints(alone, [], "modern", hsts, true).join(), /^hsts would be sent.* has signed itself/);
  });

  it("is a public one by any certificate of its chain, though that leads on to an older root", () => {
    const read = ({ certificate }: Made) => new X509Certificate(certificate);
    const old = issue("the old root");
    const crossed = issue("the root", old, { isAuthority: true, key: createPrivateKey(root.key) });
    const passed = [leaf, middle, crossed, old].map(read);
    const [first] = passed;
    assert.ok(first);
    assert.equal(originOf(first, passed, [read(root)]), "public");
    assert.equal(originOf(first, passed.slice(0, 3), [read(root)]), "public");
    assert.equal(originOf(first, passed.slice(0, 2), [read(root)]), "public");
    assert.equal(originOf(first, passed, []), "private");
    assert.equal(originOf(read(crossed), [read(crossed), read(old)], [read(root)]), "public");
    assert.equal(originOf(first, passed, [read(issue("the root"))]), "private");
  });

  it("is warned of without the certificate of its authority, and with HSTS if that is no public one", () => {
    const warning = (certificate: string, hsts?: string) =>
      chainWarning({ certificate, key: leaf.key }, { ...USUAL, hsts }) ?? "";
    assert.match(warning(leaf.certificate), /^comes alone, .*the intermediate: clients[\s\S]*fullchain\.pem/);
    assert.match(warning(chain(leaf, middle), "max-age=60"), /^leads to the root, which is no public authority/);
    assert.equal(warning(chain(leaf, middle)), "");
    assert.equal(warning(chain(leaf, middle, root)), "");
    const [publicRoot = ""] = rootCertificates;
    assert.equal(
      chainWarning({ certificate: publicRoot, key: undefined }, { ...USUAL, hsts: "max-age=60" }),
      undefined,
    );
  });
});
