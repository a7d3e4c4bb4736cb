import { IS_CERTIFICATE, isPemText, pemBlocks, pemText } from "../components/pem.ts";
import type { Problem } from "../config/problems.ts";
import type { Topology } from "../topology/plan.ts";

/** Problems of the authority of an ACME directory: HAProxy would not start with a file that has no certificate. */
export function authorityProblems({ loadBalancers: [first] }: Pick<Topology, "loadBalancers">): Problem[] {
  const ca = first?.site.acme?.ca;
  if (ca === undefined) return [];
  const complaint = complaintOf(() => pemText(ca));
  if (complaint === undefined) return [];
  const named = typeof ca === "string" && !isPemText(ca) ? JSON.stringify(ca) : "a text";
  return [
    {
      path: ["loadBalancer", "tls", "acme", "ca"],
      complaint: `is ${named}, which ${complaint}`,
      allowed: `a PEM file with certificates, relative to the project (${process.cwd()}), or PEM text`,
      example: "./tls/acme-ca.pem",
    },
  ];
}

function complaintOf(read: () => string): string | undefined {
  try {
    return pemBlocks(read(), IS_CERTIFICATE).length === 0 ? "holds no certificate in PEM" : undefined;
  } catch (error) {
    return `cannot be read (${error instanceof Error ? error.message : error})`;
  }
}
