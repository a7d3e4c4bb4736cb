import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { AuthorityPlan } from "../topology/plan.ts";
import { generationName } from "../topology/secrets.ts";

export interface AuthorityArgs extends AuthorityPlan {
  /** The name in the authority's own certificate, at most 60 characters. Later generations append their number. */
  readonly commonName: string;
  /**
   * Whether `pulumi destroy` keeps the authority's key: clients that trust its certificate then trust the next one,
   * too.
   */
  readonly protect: boolean;
}

/** What a certificate is for. */
export interface CertificateArgs {
  /** The side of a connection that shows it; the other side refuses it for anything else. */
  readonly use: "server" | "client";
  /** The names by which clients reach the server. */
  readonly dnsNames?: readonly string[];
  /** The IPv4 addresses by which they do. */
  readonly ipAddresses?: readonly string[];
  /** Hours for which it is valid, and the last ones in which an `up` renews it. Default: ten years, and one. */
  readonly validity?: Validity;
}

type Validity = Required<Pick<tls.LocallySignedCertArgs, "validityPeriodHours" | "earlyRenewalHours">>;

/** A private key and its certificate (PEM). */
export interface IssuedCertificate {
  /** The private key, PKCS#8; a secret. */
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
}

const KEY: tls.PrivateKeyArgs = { algorithm: "ECDSA", ecdsaCurve: "P256" };

const YEAR_HOURS = 365 * 24;

/** Only an `up` renews a certificate: any `up` in its last year. */
const VALIDITY: Validity = { validityPeriodHours: 10 * YEAR_HOURS, earlyRenewalHours: YEAR_HOURS };

const USES = { server: "server_auth", client: "client_auth" } as const;

/** A key that signs, and its certificate. */
interface Generation {
  readonly number: number;
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
}

/**
 * The stack's own certificate authority, which signs its containers' certificates. A change of its key is a change of
 * the generation: while it is under way, containers trust two of them.
 */
export class Authority extends pulumi.ComponentResource {
  /** The certificates (PEM) of all trusted generations, one after the other. */
  readonly trusted: pulumi.Output<string>;
  /** The certificate (PEM) of the generation that signs. */
  readonly certificate: pulumi.Output<string>;
  readonly #signing: Generation;

  constructor(name: string, args: AuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:Authority", name, {}, opts);
    const made = new Map(args.trusted.map((generation) => [generation, this.#generation(name, generation, args)]));
    const signing = made.get(args.signing);
    if (signing === undefined) throw new Error("the plan does not trust the generation that signs");
    this.#signing = signing;
    this.certificate = signing.certificate;
    this.trusted = pulumi.all([...made.values()].map(({ certificate }) => certificate)).apply((all) => all.join(""));
    this.registerOutputs({});
  }

  #generation(authority: string, generation: number, args: AuthorityArgs): Generation {
    const name = generationName(authority, generation);
    const commonName = generation === 1 ? args.commonName : `${args.commonName} ${generation}`;
    // Only the key that signs is protected: a change of generations deletes the other.
    const protect = args.protect && generation === args.signing;
    const key = new tls.PrivateKey(`${name}-key`, KEY, { parent: this, protect }).privateKeyPem;
    // Never protected: a renewal replaces it. Certificates that the key has signed stay valid under the next one.
    const { certPem } = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key,
        subject: { commonName },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
        ...VALIDITY,
      },
      { parent: this },
    );
    return { number: generation, key, certificate: certPem };
  }

  /**
   * Creates a key and a certificate for it. Another generation of the authority's key makes another key here, too.
   * @param name the name of the resources and of the certificate's subject, at most 64 characters
   */
  issue(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions): IssuedCertificate {
    return new Certificate(name, args, this.#signing, { parent: this, ...opts });
  }
}

/**
 * The SHA-256 of each certificate in DER form, in lower-case hex and separated by commas. It is public, and changes
 * with every renewal.
 * @param certificates one or more, in PEM
 */
export function fingerprint(certificates: string): string {
  return certificates
    .split("-----END CERTIFICATE-----")
    .map((certificate) => certificate.replaceAll(/-----[^-]+-----|\s/g, ""))
    .filter((encoded) => encoded !== "")
    .map((encoded) => createHash("sha256").update(Buffer.from(encoded, "base64")).digest("hex"))
    .join(",");
}

/** The fingerprints of all certificates that a process reads: an environment variable with them replaces it. */
export function fingerprints(...certificates: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.all([...certificates]).apply((all) => all.map(fingerprint).join(","));
}

class Certificate extends pulumi.ComponentResource implements IssuedCertificate {
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;

  constructor(
    name: string,
    { use, dnsNames = [], ipAddresses = [], validity = VALIDITY }: CertificateArgs,
    signing: Generation,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:index:Certificate", name, {}, opts);
    const key = new tls.PrivateKey(generationName(`${name}-key`, signing.number), KEY, { parent: this });
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
        caCertPem: signing.certificate,
        caPrivateKeyPem: signing.key,
        allowedUses: ["digital_signature", USES[use]],
        setSubjectKeyId: true,
        ...validity,
      },
      { parent: this },
    ).certPem;
    this.registerOutputs({});
  }
}
