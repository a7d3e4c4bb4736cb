import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseSettings } from "../../operations/session/releaseSettings.ts";
import { changedText, configOf } from "../../operations/stack/configuration.ts";
import {
  makeObjects,
  makeObjectsWhereWritable,
  settingsIn,
  withObjects,
  withValue,
} from "../../operations/stack/file.ts";

const TEXTS = `# yaml-language-server: $schema=./stack.schema.json
encryptionsalt: v1:abc=:v1:def
config:
  foobar:mysql: '{"replication":"group","backup":{"everyHours":6},"database":"shop"}'
  foobar:servers: '[{"name":"server1","roles":["web","app","db"]},{"name":"server2","roles":"[\\"db\\"]"}]'
  foobar:web:
    rateLimit: '{"requestsPerSecond":20}'
  # What another program reads.
  other:key: '{"a":1}'
`;

describe("a stack's file", () => {
  it("gets lists and objects in place of JSON texts, even nested ones, and keeps all else", () => {
    const { text, keys } = withObjects("foobar", TEXTS);
    assert.deepEqual(keys, ["foobar:servers", "foobar:web", "foobar:mysql"]);
    assert.deepEqual(settingsIn(text), {
      "foobar:mysql": { replication: "group", backup: { everyHours: 6 }, database: "shop" },
      "foobar:servers": [
        { name: "server1", roles: ["web", "app", "db"] },
        { name: "server2", roles: ["db"] },
      ],
      "foobar:web": { rateLimit: { requestsPerSecond: 20 } },
      "other:key": '{"a":1}',
    });
    assert.match(
      text,
      /^# yaml-language-server: .*\nencryptionsalt: v1:abc=:v1:def\n[\s\S]* {2}# What another program reads.\n/,
    );
    assert.deepEqual(withObjects("foobar", text), { text, keys: [] });
    assert.deepEqual(configOf("foobar", "dev", text.replace(/ {2}other:key.*\n/, "")).mysql.database, "shop");
  });

  it("is not written if nothing is to be changed, or if a text is not JSON", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    try {
      const file = join(folder, "Pulumi.dev.yaml");
      const text =
        "config:\n    foobar:mysql:   '{broken'\n    foobar:web: { maxBodyMb: 2 }\n    foobar:names: \"5\"\n    foobar:images: 'null'\n";
      writeFileSync(file, text);
      assert.deepEqual(await makeObjects("foobar", "dev", folder), []);
      assert.deepEqual(await makeObjects("foobar", "other", folder), []);
      assert.equal(readFileSync(file, "utf8"), text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("may stay as it is in a preview, where it cannot be written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    try {
      const file = join(folder, "Pulumi.dev.yaml");
      writeFileSync(file, TEXTS);
      mkdirSync(`${file}.new`);
      assert.deepEqual(await makeObjectsWhereWritable("foobar", "dev", folder), []);
      await assert.rejects(makeObjects("foobar", "dev", folder), /EISDIR/);
      assert.equal(readFileSync(file, "utf8"), TEXTS);
      writeFileSync(file, "config: [");
      await assert.rejects(makeObjectsWhereWritable("foobar", "dev", folder), /no valid YAML/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("may name a release of digits alone without quotes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    try {
      writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  foobar:application:\n    release: 1234567890\n");
      assert.equal((await releaseSettings("dev", folder)).release, "1234567890");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("may name a release of digits and an e, which is not a number", () => {
    const text = "config:\n  foobar:application:\n    release: 12e4567890\n";
    assert.equal(configOf("foobar", "dev", text).application.release, "12e4567890");
  });

  it("may have texts that the CLI has encrypted, and says which other values commands cannot read", () => {
    const secret = "{secure: v1:abc:def}";
    const headers = `config:\n  foobar:loadBalancer:\n    headers: {X-Token: ${secret}}\n`;
    assert.deepEqual(configOf("foobar", "dev", headers).loadBalancer.port, 8080);
    assert.ok(!withObjects("foobar", headers).text.includes("encrypted"));
    const names = `config:\n  foobar:names: [${secret}, {secure: v1:other:one}]\n`;
    assert.equal(configOf("foobar", "dev", names).names.length, 2);
    const block = `config:\n  foobar:loadBalancer:\n    address: 0.0.0.0\n    allow: {site: [${secret}]}\n`;
    assert.throws(
      () => configOf("foobar", "dev", block),
      /site\[0\] is encrypted[\s\S]*--plaintext "\$\(pulumi config get/,
    );
    const generation = `config:\n  foobar:secrets: {statistics: ${secret}}\n`;
    assert.throws(
      () => configOf("foobar", "dev", generation),
      ({ message }: Error) => /statistics' 1 --stack/.test(message) && !message.includes("--plaintext"),
    );
    const whole = `config:\n  foobar:loadBalancer: ${secret}\n`;
    assert.throws(
      () => configOf("foobar", "dev", whole),
      ({ message }: Error) =>
        /cure: +set it in clear without its secret/.test(message) && !message.includes("--plaintext"),
    );
    const port = `config:\n  foobar:loadBalancer:\n    port: ${secret}\n  foobar:web: ${secret}\n`;
    assert.throws(
      () => configOf("foobar", "dev", port),
      /web is encrypted, and only the Pulumi CLI decrypts it[\s\S]*port is encrypted|port is encrypted[\s\S]*web is encrypted/,
    );
  });

  it("gets objects before its settings are mended, because pulumi cannot change a part of a text", () => {
    const text = "config:\n  foobar:web: '{\"maxBodyMb\":0}'\n";
    assert.throws(
      () => configOf("foobar", "dev", text),
      /\nFirst make lists and objects of .* foobar:web,.*\n[\s\S]*maxBodyMb is 0/,
    );
  });

  it("keeps its comments while a drill has other settings in it", () => {
    const changed = changedText("foobar", TEXTS, {
      web: { maxBodyMb: 2, requestTimeoutSeconds: 26, idleSeconds: 60, finishSeconds: 60 },
    });
    assert.match(changed, /# What another program reads/);
    assert.deepEqual(settingsIn(changed)["foobar:web"], {
      maxBodyMb: 2,
      requestTimeoutSeconds: 26,
      idleSeconds: 60,
      finishSeconds: 60,
    });
  });

  it("keeps texts that look like numbers, whatever is changed beside them", () => {
    const text = "config:\n  foobar:application:\n    release: 12e4567890\n  foobar:images:\n    nginx: nginx:1\n";
    assert.match(
      changedText("foobar", text, {
        web: { maxBodyMb: 2, requestTimeoutSeconds: 26, idleSeconds: 60, finishSeconds: 60 },
      }),
      /12e4567890/,
    );
    const unset = withValue("foobar", text, ["images", "nginx"], undefined);
    assert.match(unset, /12e4567890/);
    assert.deepEqual(settingsIn(unset)["foobar:images"], {});
    assert.deepEqual(settingsIn(withValue("foobar", text, ["web", "maxBodyMb"], undefined)), settingsIn(text));
  });

  it("is refused with the position of the error if it is not YAML", () =>
    assert.throws(() => settingsIn("config:\n  a: [1\n"), /line \d+, column \d+/));
});
