import * as pulumi from "@pulumi/pulumi";
import type { OwnCertificate } from "../../topology/loadBalancerPlan.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Authority, fingerprint } from "../certificates.ts";
import { IS_CERTIFICATE, IS_KEY, pemBlocks, pemText } from "../pem.ts";

/** The certificate that visitors get. */
export interface SiteCertificate {
  /** Certificate, chain and key in one PEM text, as HAProxy takes them; a secret. */
  readonly pem: pulumi.Output<string>;
  /** The SHA-256 of the certificate and of each one of its chain: public, and others when these change. */
  readonly fingerprint: pulumi.Output<string>;
}

/** The user's certificate, else one of the stack's own authority. */
export function siteCertificate(
  own: OwnCertificate | undefined,
  certified: Topology["certified"],
  authority: Authority,
): SiteCertificate {
  const { certificates, key } = own === undefined ? issued(certified, authority) : read(own);
  return {
    pem: pulumi.secret(pulumi.interpolate`${certificates.apply((all) => all.join(""))}${key}`),
    fingerprint: certificates.apply((all) => all.map(fingerprint).join(" ")),
  };
}

function read({ certificate, key }: OwnCertificate) {
  return {
    certificates: pulumi.output(pemBlocks(pemText(certificate), IS_CERTIFICATE)),
    key: pulumi.secret(pemBlocks(pemText(key), IS_KEY).join("")),
  };
}

/** Apple's systems accept no longer validity, even from an authority that the user trusts (support.apple.com/103769). */
const VALIDITY = { validityPeriodHours: 397 * 24, earlyRenewalHours: 60 * 24 };

function issued({ names, addresses }: Topology["certified"], authority: Authority) {
  const { certificate, key } = authority.issue("site", {
    use: "server",
    dnsNames: names,
    ipAddresses: addresses,
    validity: VALIDITY,
  });
  return { certificates: certificate.apply((leaf) => [leaf]), key };
}
