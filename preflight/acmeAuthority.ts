import { X509Certificate } from "node:crypto";
import { IS_CERTIFICATE, pemBlocks } from "../components/pem.ts";
import type { Problem } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";
import { isSignedBy, nameOf } from "./certificateChain.ts";
import { readable, said } from "./pemSetting.ts";

const PATH = ["loadBalancer", "tls", "acme", "ca"];

const EXAMPLE = "./tls/acme-ca.pem";

/**
 * Problems of the authority of an ACME directory: with a file that has no certificate HAProxy does not start, and with
 * another one than an authority's it trusts no directory.
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

function complaintOf(text: string, now: Date): string | undefined {
  const blocks = pemBlocks(text, IS_CERTIFICATE);
  if (blocks.length === 0) return "holds no certificate in PEM";
  for (const block of blocks) {
    const found = complaintOfOne(block, now);
    if (found !== undefined) return found;
  }
  return undefined;
}

function complaintOfOne(block: string, now: Date): string | undefined {
  try {
    const one = new X509Certificate(block);
    // Old roots do not say that they are authorities.
    if (!one.ca && !isSignedBy(one, one)) return `holds a certificate that is no authority's (${nameOf(one)})`;
    const end = new Date(one.validTo);
    return end < now ? `holds a certificate that has expired at ${end.toISOString()} (${nameOf(one)})` : undefined;
  } catch {
    return "holds a certificate that cannot be read";
  }
}
