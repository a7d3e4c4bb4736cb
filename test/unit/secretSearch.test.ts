import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { needlesOf, secretsIn } from "../secrets/values.ts";

const isFound = (secret: string, text: string) => needlesOf(secret).some((needle) => text.includes(needle));
const secretOf = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const privateKey = () =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

describe("the search for secrets", () => {
  it("finds a password in plain text and in base64, wherever it stands in the encoded text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 24, maxLength: 40 }), fc.string(), (before, secret, after) => {
        const text = `${before}${secret}${after}`;
        assert.ok(isFound(secret, text));
        assert.ok(isFound(secret, Buffer.from(text).toString("base64")));
      }),
    );
  });

  it("finds a private key, and does not take another one of the same curve for it", () => {
    const [own, other] = [privateKey(), privateKey()];
    assert.ok(isFound(own, `…${own}…`));
    assert.ok(isFound(own, Buffer.from(own).toString("base64")));
    assert.ok(!isFound(own, other));
    assert.ok(!isFound(own, Buffer.from(other).toString("base64")));
  });

  it("takes its values from the secrets of the state, each once, without file names and certificates, and a key beside its certificate", () => {
    const password = "an0therPasswordOfTheStack";
    const key = privateKey();
    const uploads = [
      { file: "/run/secrets/the-password", content: password },
      { file: "/run/secrets/ca.crt", content: "-----BEGIN CERTIFICATE-----\nMIIB\n" },
      {
        file: "/run/secrets/site.pem",
        content: `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${key}`,
      },
    ];
    const resources = [
      {
        urn: "urn:pulumi:dev::foobar::random:index/randomPassword:RandomPassword::the-password",
        outputs: { result: secretOf(password), length: 32 },
      },
      {
        urn: "urn:pulumi:dev::foobar::docker:index/container:Container::the-seed",
        outputs: { uploads: secretOf(uploads) },
      },
    ];
    const found = secretsIn(JSON.stringify({ deployment: { resources } }));
    assert.deepEqual(
      found.map(({ name }) => name),
      ["the-password.result", "the-seed.uploads"],
    );
  });
});
