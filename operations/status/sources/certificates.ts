import type { LoadBalancerPlan } from "../../../topology/loadBalancerPlan.ts";
import { servedBy } from "../../stack/certificates.ts";
import type { CertificateFacts } from "../facts.ts";
import { hostOf, isClosed } from "./site.ts";

/**
 * The time of the certificate that a load balancer serves; undefined: this machine does not reach it.
 * @throws Error if it serves none in time
 */
export function servedCertificate(
  plan: LoadBalancerPlan,
  isHere: boolean,
  seconds: number,
): Promise<CertificateFacts> | undefined {
  const port = plan.published.find(({ serves }) => serves === "secureSite");
  const host = port && hostOf(plan, port.address, isHere);
  if (host === undefined || isClosed(plan)) return undefined;
  return servedBy(plan, host, seconds * 1_000).then((certificate) => {
    if (certificate === undefined) throw new Error("no certificate");
    return { from: new Date(certificate.validFrom), to: new Date(certificate.validTo) };
  });
}
