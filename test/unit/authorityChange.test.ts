import assert from "node:assert/strict";
import { parse } from "yaml";
import { parseConfig } from "../../config/config.ts";
import { type Generations, isApplied, isSettled, stepAfter } from "../../operations/rotation/authoritySteps.ts";
import { withValue } from "../../operations/stack/file.ts";
import { planAuthority } from "../../topology/authority.ts";
import { FIRST_AUTHORITY, generationsOutput } from "../../topology/generations.ts";
import { devConfig } from "../devConfig.ts";
import { type Deployment, deployConfig, ofType, type Registered } from "../harness.ts";

/** The steps of a change that begins with these generations. */
function steps(from: Generations): Generations[] {
  const { generations } = stepAfter(from);
  return isSettled(generations) ? [generations] : [generations, ...steps(generations)];
}

const planned = (authority: Generations) => planAuthority({ secrets: { authority } });
const during = (authority: Generations) => deployConfig(devConfig({ "foobar:secrets": { authority } }));

describe("a change of the authority's key", () => {
  it("has three steps, which end with the next generation alone", () => {
    assert.deepEqual(steps({ generation: 4 }), [
      { generation: 4, alsoTrusted: 5 },
      { generation: 5, alsoTrusted: 4 },
      { generation: 5 },
    ]);
  });

  it("goes on from every step at which it was interrupted", () => {
    assert.deepEqual(steps({ generation: 4, alsoTrusted: 5 }).at(-1), { generation: 5 });
    assert.deepEqual(steps({ generation: 5, alsoTrusted: 4 }).at(-1), { generation: 5 });
  });

  it("never shows a certificate that was not trusted in the step before, and never drops one that was shown in it", () => {
    let before = FIRST_AUTHORITY;
    for (const { signing, trusted } of steps({ generation: 1 }).map(planned)) {
      assert.ok(before.trusted.includes(signing));
      assert.ok(trusted.includes(before.signing));
      before = { signing, trusted };
    }
  });

  it("has begun its next step only when the last one is complete", () => {
    assert.ok(isApplied({ generation: 1 }, FIRST_AUTHORITY));
    assert.ok(!isApplied({ generation: 1, alsoTrusted: 2 }, FIRST_AUTHORITY));
    assert.ok(!isApplied({ generation: 2, alsoTrusted: 1 }, planned({ generation: 1, alsoTrusted: 2 })));
  });

  it("is a setting in the stack's file, beside all others", () => {
    const text = "config:\n  foobar:mysql:\n    primary: server1 # chosen\n";
    const first = withValue("foobar", text, ["secrets", "authority"], { generation: 1, alsoTrusted: 2 });
    assert.ok(first.startsWith(text));
    const last = withValue("foobar", first, ["secrets", "authority"], { generation: 2 });
    assert.deepEqual(parse(last).config["foobar:secrets"], { authority: { generation: 2 } });
  });

  it("trusts only neighbours together", () => {
    const problem = (authority: object) => () =>
      parseConfig("foobar", "dev", devConfig({ "foobar:secrets": { authority } }));
    assert.throws(problem({ generation: 3, alsoTrusted: 1 }), /alsoTrusted is 1\n +allowed: +2 or 4: /);
    assert.throws(problem({ generation: 3, alsoTrusted: 3 }), /alsoTrusted is 3/);
    assert.doesNotThrow(problem({ generation: 3, alsoTrusted: 2 }));
  });
});

describe("a stack while its authority's key is changed, against mocks", () => {
  const named = (deployment: Deployment, type: string) =>
    new Map(ofType(deployment, type).map((resource) => [resource.name, resource]));
  const isProtected = (resource: Registered | undefined) => resource?.options.protect ?? false;

  /** The authority's certificates that containers trust, in their files. */
  function trusted(deployment: Deployment): Set<string> {
    const files = ofType(deployment, "Container").map(({ inputs }) => JSON.stringify(inputs["uploads"] ?? ""));
    return new Set(
      files.flatMap((text) => [...text.matchAll(/"([^"]*)","file":"[^"]*ca\.crt"/g)].map(([, ca]) => ca ?? "")),
    );
  }

  it("trusts both certificates in every container, and signs with the old key first, then with the new one", async () => {
    for (const [generation, alsoTrusted, signing] of [
      [1, 2, "authority"],
      [2, 1, "authority-2"],
    ] as const) {
      const deployment = await during({ generation, alsoTrusted });
      assert.deepEqual([...trusted(deployment)], ["the authority-certificatethe authority-2-certificate"]);
      for (const { name, inputs } of ofType(deployment, "LocallySignedCert")) {
        assert.equal(inputs["caCertPem"], `the ${signing}-certificate`, name);
      }
      assert.deepEqual(generationsOutput.parse(deployment.outputs["generations"]).authority, {
        signing: generation,
        trusted: [1, 2],
      });
    }
  });

  it("protects the key that signs alone, so that the other one can go", async () => {
    const protect = new Map<string, boolean>();
    for (const [name, resource] of named(await during({ generation: 2, alsoTrusted: 1 }), "PrivateKey")) {
      if (name.startsWith("authority")) protect.set(name, isProtected(resource));
    }
    assert.deepEqual(
      [...protect],
      [
        ["authority-2-key", true],
        ["authority-key", false],
      ],
    );
  });

  it("makes another key for each certificate when another key begins to sign", async () => {
    const keys = async (authority: Parameters<typeof during>[0]) =>
      ofType(await during(authority), "PrivateKey").flatMap(({ name }) =>
        /^(authority|acme)/.test(name) ? [] : [name],
      );
    const before = await keys({ generation: 1, alsoTrusted: 2 });
    assert.ok(before.includes("site-key") && before.includes("mysql-server1-key"), before.join());
    assert.deepEqual(
      await keys({ generation: 2, alsoTrusted: 1 }),
      before.map((name) => `${name}-2`),
    );
  });

  it("has only the new key at its end, and names its certificate after it", async () => {
    const deployment = await during({ generation: 2 });
    assert.deepEqual([...trusted(deployment)], ["the authority-2-certificate"]);
    const [certificate, ...others] = ofType(deployment, "SelfSignedCert");
    assert.deepEqual(others, []);
    assert.deepEqual(certificate?.inputs["subject"], { commonName: "foobar dev 2" });
  });
});
