import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface AuthorityArgs {
  /** The name in the authority's own certificate, at most 64 characters. */
  readonly commonName: string;
  /** Whether `pulumi destroy` spares the authority's key: who trusts its certificate trusts the next one, too. */
  readonly protect: boolean;
}

/** What a server or client proves with who it is, in PEM. */
export interface IssuedCertificate {
  /** The private key, PKCS#8; a secret. */
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
}

const KEY: tls.PrivateKeyArgs = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const YEAR_HOURS = 365 * 24;

/** Nothing but an `up` renews a certificate: any `up` in its last year does. */
const VALIDITY = { validityPeriodHours: 10 * YEAR_HOURS, earlyRenewalHours: YEAR_HOURS };

/** The stack's own certificate authority: where its containers' certificates come from. */
export class Authority extends pulumi.ComponentResource {
  /** The certificate that who is to trust the authority is given, in PEM. */
  readonly certificate: pulumi.Output<string>;
  readonly #key: pulumi.Output<string>;

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Authority", name, {}, opts);
    this.#key = new tls.PrivateKey(`${name}-key`, KEY, { parent: this, protect: args.protect }).privateKeyPem;
    // Never protected: renewing it replaces it. What the key has signed stays valid under the next one.
    this.certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: this.#key,
        subject: { commonName: args.commonName },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        ...VALIDITY,
      },
      { parent: this },
    ).certPem;
    this.registerOutputs({});
  }

  /**
   * A new key and the authority's certificate for it, good for a server and for a client.
   * @param name names the resources and the certificate's subject, at most 64 characters
   * @param dnsNames the names that clients may reach the server by
   */
  issue(name: string, dnsNames: readonly string[], opts?: pulumi.ComponentResourceOptions): IssuedCertificate {
    return new Certificate(name, dnsNames, this.certificate, this.#key, { parent: this, ...opts });
  }
}

/**
 * The SHA-256 of a certificate as it is sent (DER), in lower-case hex: it is public, and changes with every renewal.
 * @param certificate in PEM
 */
export function fingerprint(certificate: string): string {
  const encoded = certificate.replaceAll(/-----[^-]+-----|\s/g, "");
  return createHash("sha256").update(Buffer.from(encoded, "base64")).digest("hex");
}

class Certificate extends pulumi.ComponentResource implements IssuedCertificate {
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;

  constructor(
    name: string,
    dnsNames: readonly string[],
    caCertPem: pulumi.Output<string>,
    caPrivateKeyPem: pulumi.Output<string>,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:index:Certificate", name, {}, opts);
    const key = new tls.PrivateKey(`${name}-key`, KEY, { parent: this });
    const request = new tls.CertRequest(
      `${name}-request`,
      { privateKeyPem: key.privateKeyPem, subject: { commonName: name }, dnsNames: [...dnsNames] },
      { parent: this },
    );
    this.key = key.privateKeyPemPkcs8;
    this.certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem,
        caPrivateKeyPem,
        allowedUses: ["digital_signature", "server_auth", "client_auth"],
        ...VALIDITY,
      },
      { parent: this },
    ).certPem;
    this.registerOutputs({});
  }
}
