import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Issued, issue, type Terms } from "../../app/test/certificates.ts";
import { parseConfig, rawSettings } from "../../config/config.ts";
import { examineCertificate } from "../../preflight/certificate.ts";
import { keysInClear } from "../../preflight/keysInClear.ts";
import { planTopology } from "../../topology/topology.ts";

const NOW = new Date("2026-11-26T12:00:00Z");

type Made = Pick<Issued, "certificate" | "key">;

const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();

const authority = issue("the intermediate", issue("the root"), { isAuthority: true });
const site = (terms: Terms = {}) => issue("www.foobar.com", authority, { use: "server", ...terms });
const leaf = site();

describe("the setting of the user's certificate", () => {
  const examine = (own: Partial<Made>, more: object = {}) => {
    const { certificate, key } = { ...leaf, ...own };
    const settings = {
      "foobar:names": ["www.foobar.com"],
      "foobar:loadBalancer": { tls: { certificate, key }, ...more },
    };
    return examineCertificate(planTopology(parseConfig("foobar", "dev", rawSettings(settings))), NOW);
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

  it("is refused if its key is in clear in the stack's file, and no comment is taken for a key", () => {
    const found = (tls: object, comment = "") =>
      keysInClear(comment + stringify({ config: { "foobar:loadBalancer": { tls } } }), {
        project: "foobar",
        stack: "dev",
      });
    const [problem] = found({ key: leaf.key });
    assert.deepEqual(problem?.path, ["loadBalancer", "tls", "key"]);
    assert.match(
      problem?.cure ?? "",
      /\n {4}set it: {4}pulumi config set --secret --path 'foobar:loadBalancer\.tls\.key' --stack dev <site\.key$/,
    );
    assert.deepEqual(
      found({ certificate: leaf.key + leaf.certificate }).map(({ path }) => path.join(".")),
      ["loadBalancer.tls.certificate"],
    );
    assert.deepEqual(found({ key: { secure: "v1:x" } }, "# -----BEGIN PRIVATE KEY-----\n"), []);
    assert.deepEqual(keysInClear("config: [", { project: "foobar", stack: "dev" }), []);
  });

  it("is named by its path, whatever characters that has, and told about shells' abbreviations", () => {
    for (const certificate of ["$HOME/site.pem", "file:///etc/site.pem", "./tls/site (2026).pem", "tls/städte+1.pem"]) {
      assert.ok(examine({ certificate }).problems[0]?.complaint?.includes(JSON.stringify(certificate)), certificate);
    }
    assert.match(examine({ certificate: "~/site.pem" }).problems[0]?.complaint ?? "", /ENOENT\): only a shell/);
    assert.equal(examine({ certificate: "~/site.pem" }).problems[0]?.example, `${homedir()}/site.pem`);
    assert.equal(examine({ certificate: "file:///etc/site.pem" }).problems[0]?.example, "/etc/site.pem");
    const bare = leaf.key.split("\n").slice(1, -2).join("");
    for (const own of [{ key: bare }, { certificate: bare }]) {
      assert.ok(!JSON.stringify(examine(own).problems).includes(bare.slice(9, 40)));
    }
  });

  it("is told how to set another one: in the place of its file, or as a text by a command", () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    const file = join(folder, "site.key");
    writeFileSync(file, otherKey);
    assert.ok(examine({ key: file }).problems[0]?.cure?.endsWith(`into the place of ${file}`));
    rmSync(folder, { recursive: true });
    assert.match(examine({ key: otherKey }).problems[0]?.cure ?? "", / --stack dev <site\.key$/);
    const [late] = examine(site({ to: "261120000000Z" })).problems;
    assert.match(late?.cure ?? "", /tls\.certificate' \.\/tls\/site\.pem --stack dev$/);
  });

  it("is refused if it has signed itself, because of HSTS, but not behind a proxy with its own certificate", () => {
    const { certificate, key } = issue("www.foobar.com", undefined, {
      names: ["www.foobar.com"],
      isAuthority: false,
    });
    const [problem] = examine({ certificate, key }).problems;
    assert.match(problem?.complaint ?? "", /signed itself.*HSTS/);
    assert.deepEqual([problem?.path.at(-1), problem?.example], ["hsts", '{"maxAgeSeconds":0}']);
    const trustedProxies = { addresses: ["192.0.2.0/24"] };
    assert.deepEqual(examine({ certificate, key }, { trustedProxies }).problems, []);
    const passesThrough = { trustedProxies: { ...trustedProxies, protocol: "proxy" } };
    assert.match(examine({ certificate, key }, passesThrough).problems[0]?.complaint ?? "", /signed itself.*HSTS/);
  });

  it("is warned of with a private authority where the user has set HSTS, and refused where that is the default", () => {
    const root = issue("the company's root");
    const own = issue("www.foobar.com", root, { use: "server" });
    const certificate = own.certificate + root.certificate;
    const refusal = /one of a private authority, the company's root: HSTS/;
    assert.match(examine({ certificate, key: own.key }).problems[0]?.complaint ?? "", refusal);
    const { problems, warnings } = examine({}, { tls: { certificate, key: own.key, hsts: { maxAgeSeconds: 300 } } });
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /leads to a private authority, the company's root/);
  });

  it("is warned of in its last three weeks", () => {
    assert.doesNotMatch(examine({}).warnings.join(), /expires/);
    const soon = site({ to: "261201120000Z" });
    assert.match(examine(soon).warnings.join(), /expires in 5 days, at 2026-12-01T12:00:00.000Z/);
  });
});
