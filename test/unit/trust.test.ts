import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issue } from "../../app/test/certificates.ts";
import { authorityCertificates, trustChange } from "../../operations/trust/plan.ts";
import { foreignIssuer, trustReport } from "../../operations/trust/report.ts";
import { apply, changeOf, obstacle } from "../../operations/trust/store.ts";
import { STORES, storeOf } from "../../operations/trust/stores.ts";

const [first, second] = ["foobar shop", "foobar shop 2"].map((name) => issue(name, undefined).certificate);
const one = authorityCertificates(first ?? "");
const both = authorityCertificates(`${first}${second}`);

const [debian, fedora] = STORES;
assert.ok(debian !== undefined && fedora !== undefined);

describe("the trust in a stack's authority", () => {
  it("is in each of its certificates, of which there are two while its key is replaced", () => {
    assert.deepEqual(
      both.map(({ name, fingerprint }) => [name, fingerprint]),
      [
        ["foobar shop", new X509Certificate(first ?? "").fingerprint256],
        ["foobar shop 2", new X509Certificate(second ?? "").fingerprint256],
      ],
    );
  });

  it("adds one file a certificate, and nothing if it is there", () => {
    const { write, remove } = trustChange("shop", debian, new Map([["other.crt", ""]]), both);
    assert.deepEqual(remove, []);
    assert.deepEqual(
      write.map(({ pem }) => pem.trim()),
      [first?.trim(), second?.trim()],
    );
    for (const { file } of write) assert.match(file, /^foobar-shop-[0-9a-f]{16}\.crt$/);
    const present = new Map(write.map(({ file, pem }) => [file, pem]));
    assert.deepEqual(trustChange("shop", debian, present, both), { write: [], remove: [] });
    const [cut] = write;
    assert.ok(cut);
    const interrupted = new Map(present).set(cut.file, cut.pem.slice(0, 20));
    assert.deepEqual(trustChange("shop", debian, interrupted, both), { write: [cut], remove: [] });
  });

  it("ends for a replaced key, for one copied by hand, and for no other stack's", () => {
    const [now, old] = ["shop", "shop-eu"].map(
      (stack) => trustChange(stack, debian, new Map(), both).write[1]?.file ?? "",
    );
    const names = [now, old, "foobar-shop.crt", "foobar-shop-eu.crt", "foobar-shop.pem", "foobar-shopxcrt"];
    const present = new Map(names.map((name) => [String(name), ""]));
    const change = trustChange("shop", debian, present, one);
    assert.deepEqual(change.remove, [now, "foobar-shop.crt"]);
    assert.equal(change.write.length, 1);
    assert.deepEqual(trustChange("shop-eu", debian, present, []).remove, [old, "foobar-shop-eu.crt"]);
  });

  it("is kept where the system keeps its own", () => {
    assert.equal(
      storeOf("linux", (folder) => folder === fedora.folder),
      fedora,
    );
    assert.equal(
      storeOf("linux", () => false),
      undefined,
    );
    assert.equal(
      storeOf("darwin", () => true),
      undefined,
    );
  });

  it("is refused to whom cannot change the store, and where there is none", () => {
    assert.equal(obstacle(debian, true), undefined);
    assert.match(String(obstacle(debian, false)), /^only root can change .*ca-certificates\n {4}cure: /);
    assert.match(String(obstacle(undefined, true)), /no trust store that the command knows\n {4}allowed: {3}Debian/);
  });

  it("is written, and taken in by the system's command, whose failure is reported", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    const store = (...refresh: string[]) => ({ ...debian, folder, refresh });
    const taken = join(folder, "taken");
    try {
      const works = store("sh", "-c", `cat ${folder}/*.crt >${taken} || true`);
      await apply(works, await changeOf(works, "shop", one));
      assert.equal(readFileSync(taken, "utf8"), one[0]?.pem);
      rmSync(taken);
      await apply(works, await changeOf(works, "shop", one));
      assert.equal(readFileSync(taken, "utf8"), one[0]?.pem, "the system may not have taken it in the last time");
      rmSync(taken);
      const fails = store("sh", "-c", "echo no luck >&2; exit 3");
      await assert.rejects(async () => apply(fails, await changeOf(fails, "shop", [])), /exit code 3.*no luck/);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has nothing to do with a certificate of another issuer", () => {
    assert.equal(foreignIssuer("shop", false, false), undefined);
    assert.match(String(foreignIssuer("shop", true, false)), /shop serves a certificate of yours/);
    assert.match(String(foreignIssuer("shop", false, true)), /by ACME/);
  });

  it("is shown with the fingerprint, and the commands of this machine's system first", () => {
    const site = { reference: "shop", stack: "shop", secureUrl: "https://127.0.0.1:8443" };
    const text = trustReport(site, one, fedora);
    assert.match(
      text,
      new RegExp(`^foobar shop, valid until 20\\d\\d-\\d\\d-\\d\\d\nSHA-256 ${one[0]?.fingerprint}\n`),
    );
    assert.match(text, /curl --cacert ca\.crt https:\/\/127\.0\.0\.1:8443\n/);
    assert.ok(text.indexOf("Fedora") < text.indexOf("Debian"));
    assert.match(text, /anchors\/foobar-shop\.pem && sudo update-ca-trust extract\n/);
    for (const { systems } of STORES) assert.equal(text.split(systems).length, 2, systems);
  });
});
