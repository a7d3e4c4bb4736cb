import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Authority, type IssuedCertificate } from "../../components/certificates.ts";
import type { AuthorityPlan } from "../../topology/plan.ts";
import { promiseOf } from "../harness.ts";

/** The provider's outputs; its keys are secrets. */
const COMPUTED: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  PrivateKey: (name) => ({
    privateKeyPem: pulumi.secret(`${name}, SEC 1`),
    privateKeyPemPkcs8: pulumi.secret(`${name}, PKCS#8`),
  }),
  SelfSignedCert: (name) => ({ certPem: name }),
  CertRequest: (name) => ({ certRequestPem: name }),
  LocallySignedCert: (name) => ({ certPem: name }),
};

interface Made {
  readonly authority: Authority;
  readonly issued: IssuedCertificate;
  /** By type and name, such as "PrivateKey authority-key"; secrets in the clear. */
  readonly inputs: Readonly<Record<string, Record<string, unknown>>>;
  /** Names of the resources that are protected. */
  readonly protectedOnes: readonly string[];
}

/** An authority and one certificate of it, against mocks. */
async function make(protect: boolean, generations: AuthorityPlan = { signing: 1, trusted: [1] }): Promise<Made> {
  const inputs: Record<string, Record<string, unknown>> = {};
  const protectedOnes: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs: given }) {
        const kind = type.split(":").at(-1) ?? "";
        inputs[`${kind} ${name}`] = JSON.parse(JSON.stringify(given), (_, value) => value?.value ?? value);
        return { id: `${name}-id`, state: { ...given, ...COMPUTED[kind]?.(name) } };
      },
      call({ token }) {
        throw new Error(`no mock for the call ${token}`);
      },
    },
    "foobar",
    "dev",
    false,
  );
  const note: pulumi.ResourceTransformation = ({ name, opts }) => {
    if (opts.protect === true) protectedOnes.push(name);
    return undefined;
  };
  const authority = new Authority(
    "authority",
    { commonName: "foobar dev", protect, ...generations },
    { transformations: [note] },
  );
  const issued = authority.issue("mysql-server1", { use: "server", dnsNames: ["mysql-server1", "primary"] });
  await promiseOf(pulumi.all([authority.certificate, issued.key, issued.certificate]));
  await pulumi.runtime.disconnect();
  return { authority, issued, inputs, protectedOnes };
}

const TEN_YEARS_RENEWED_IN_THE_LAST = { validityPeriodHours: 87_600, earlyRenewalHours: 8760 };

describe("the stack's certificate authority", () => {
  let made: Made;
  before(async () => {
    made = await make(true);
  });

  it("signs its own certificate, which is valid for signing only", () => {
    assert.deepEqual(made.inputs["SelfSignedCert authority-certificate"], {
      privateKeyPem: "authority-key, SEC 1",
      subject: { commonName: "foobar dev" },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
      ...TEN_YEARS_RENEWED_IN_THE_LAST,
    });
  });

  it("issues a certificate for a new key and the given names, for servers or for clients", () => {
    assert.deepEqual(made.inputs["CertRequest mysql-server1-request"], {
      privateKeyPem: "mysql-server1-key, SEC 1",
      subject: { commonName: "mysql-server1" },
      dnsNames: ["mysql-server1", "primary"],
    });
    assert.deepEqual(made.inputs["LocallySignedCert mysql-server1-certificate"], {
      certRequestPem: "mysql-server1-request",
      caCertPem: "authority-certificate",
      caPrivateKeyPem: "authority-key, SEC 1",
      allowedUses: ["digital_signature", "server_auth"],
      setSubjectKeyId: true,
      ...TEN_YEARS_RENEWED_IN_THE_LAST,
    });
  });

  it("makes elliptic keys", () => {
    for (const name of ["authority-key", "mysql-server1-key"]) {
      assert.deepEqual(made.inputs[`PrivateKey ${name}`], { algorithm: "ECDSA", ecdsaCurve: "P256" });
    }
  });

  it("returns the key as a secret in PKCS#8, and certificates as public values", async () => {
    const { authority, issued } = made;
    assert.equal(await promiseOf(issued.key), "mysql-server1-key, PKCS#8");
    assert.equal(await pulumi.isSecret(issued.key), true);
    assert.equal(await promiseOf(issued.certificate), "mysql-server1-certificate");
    assert.equal(await promiseOf(authority.certificate), "authority-certificate");
    assert.equal(await pulumi.isSecret(issued.certificate), false);
    assert.equal(await pulumi.isSecret(authority.certificate), false);
  });

  it("protects its key, and no certificate, which has to be renewed", async () => {
    assert.deepEqual(made.protectedOnes, ["authority-key"]);
    assert.deepEqual((await make(false)).protectedOnes, []);
  });
});
