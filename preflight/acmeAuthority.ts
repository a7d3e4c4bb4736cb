import type { X509Certificate } from "node:crypto";
import { IS_CERTIFICATE, pemBlocks } from "../components/pem.ts";
import type { Problem } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";
import { hasSignedItself, nameOf } from "./certificateChain.ts";
import { certificateOf } from "./certificateTexts.ts";
import { readable, said } from "./pemSetting.ts";

const PATH = ["loadBalancer", "tls", "acme", "ca"];

const EXAMPLE = "./tls/acme-ca.pem";

/**
 * Problems of the authority of an ACME directory: with a file that has no certificate HAProxy does not start, and without
 * an authority's certificate that is valid now it trusts no directory.
 */
export function authorityProblems(
  { loadBalancers: [first] }: Pick<Topology, "loadBalancers">,
  now = new Date(),
): Problem[] {
  const ca = first?.site.acme?.ca;
  if (ca === undefined) return [];
  const text = readable(PATH, ca, EXAMPLE);
  if (typeof text !== "string") return [text];
  const complaint = complaintOf(text, now);
  if (complaint === undefined) return [];
  return [
    {
      path: PATH,
      complaint: `is ${said(ca)}, which ${complaint}`,
      allowed:
        "the PEM certificates, valid now, of the authority that has signed the certificate of the directory's server",
      example: EXAMPLE,
    },
  ];
}

/** Each certificate has to be readable. One that is no authority's now does no harm beside one that is. */
function complaintOf(text: string, now: Date): string | undefined {
  const blocks = pemBlocks(text, IS_CERTIFICATE);
  if (blocks.length === 0) return "holds no certificate in PEM";
  const certificates = blocks.map(certificateOf);
  if (certificates.includes(undefined)) return "holds a certificate that cannot be read";
  const complaints = certificates.map((one) => one && complaintOfOne(one, now));
  return complaints.includes(undefined)
    ? undefined
    : `holds no authority's certificate that is valid now: ${complaints.join("; ")}`;
}

function complaintOfOne(one: X509Certificate, now: Date): string | undefined {
  // Old roots do not say that they are authorities.
  if (!one.ca && !hasSignedItself(one)) return `${nameOf(one)} is no authority's`;
  const [from, end] = [new Date(one.validFrom), new Date(one.validTo)];
  if (from > now) return `${nameOf(one)} is not valid before ${from.toISOString()}`;
  return end < now ? `${nameOf(one)} has expired at ${end.toISOString()}` : undefined;
}
