import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface AuthorityArgs {
  /** The name in the authority's own certificate, at most 64 characters. */
  readonly commonName: string;
  /**
   * Whether `pulumi destroy` keeps the authority's key: clients that trust its certificate then trust the next one,
   * too.
   */
  readonly protect: boolean;
}

/** A private key and its certificate (PEM). */
export interface IssuedCertificate {
  /** The private key, PKCS#8; a secret. */
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
}

/** The terms of a certificate that differ from the usual ones. */
export interface CertificateTerms {
  /** IPv4 addresses by which clients reach the server. Default: none. */
  readonly ipAddresses?: readonly string[];
  /** The roles in which its holder may use it. Default: both. */
  readonly uses?: readonly ("server_auth" | "client_auth")[];
  /** Default: ten years, renewed by any `up` in the last one. */
  readonly validity?: { readonly validityPeriodHours: number; readonly earlyRenewalHours: number };
}

const KEY: tls.PrivateKeyArgs = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const YEAR_HOURS = 365 * 24;

/** Only an `up` renews a certificate: any `up` in its last year. */
const VALIDITY = { validityPeriodHours: 10 * YEAR_HOURS, earlyRenewalHours: YEAR_HOURS };

/** The stack's own certificate authority, which signs its containers' certificates. */
export class Authority extends pulumi.ComponentResource {
  /** The CA certificate (PEM). Clients need it to trust the certificates that this authority signs. */
  readonly certificate: pulumi.Output<string>;
  readonly #key: pulumi.Output<string>;

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Authority", name, {}, opts);
    this.#key = new tls.PrivateKey(`${name}-key`, KEY, { parent: this, protect: args.protect }).privateKeyPem;
    // Never protected: a renewal replaces it. Certificates that the key has signed stay valid under the next one.
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
   * Creates a key and a certificate for it, valid for a server and for a client.
   * @param name the name of the resources and of the certificate's subject, at most 64 characters
   * @param dnsNames the names by which clients reach the server
   */
  issue(
    name: string,
    dnsNames: readonly string[],
    opts?: pulumi.ComponentResourceOptions,
    terms: CertificateTerms = {},
  ): IssuedCertificate {
    return new Certificate(name, dnsNames, terms, this.certificate, this.#key, { parent: this, ...opts });
  }
}

/**
 * The SHA-256 of a certificate in DER form, in lower-case hex. It is public, and changes with every renewal.
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
    { ipAddresses = [], uses = ["server_auth", "client_auth"], validity = VALIDITY }: CertificateTerms,
    caCertPem: pulumi.Output<string>,
    caPrivateKeyPem: pulumi.Output<string>,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:index:Certificate", name, {}, opts);
    const key = new tls.PrivateKey(`${name}-key`, KEY, { parent: this });
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: name },
        dnsNames: [...dnsNames],
        ...(ipAddresses.length === 0 ? {} : { ipAddresses: [...ipAddresses] }),
      },
      { parent: this },
    );
    this.key = key.privateKeyPemPkcs8;
    this.certificate = new tls.LocallySignedCert(
      `${name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem,
        caPrivateKeyPem,
        allowedUses: ["digital_signature", ...uses],
        ...validity,
      },
      { parent: this },
    ).certPem;
    this.registerOutputs({});
  }
}
