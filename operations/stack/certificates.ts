import type { X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { connect } from "node:tls";
import { siteName } from "../../config/names.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import type { Topology } from "../../topology/plan.ts";

/** A note on the certificate that a load balancer serves. */
export interface CertificateNote {
  /** Whether it is as it should be. */
  readonly isWell: boolean;
  readonly text: string;
}

const ANSWER_MS = 2_000;
/** The part of a certificate's time that is left when renewals, which begin with a third, must have failed many times. */
const LATE = 1 / 6;

/** Notes on the certificates that a stack's load balancers serve at this machine. Those that do not answer are left out. */
export async function certificateNotes(topology: Topology): Promise<CertificateNote[]> {
  const notes = topology.loadBalancers.map(async (plan) => {
    const certificate = await servedBy(plan);
    return certificate === undefined ? [] : [certificateNote(certificate, plan, topology)];
  });
  return (await Promise.all(notes)).flat();
}

/** A pure function: says until when a certificate is valid, and whether ACME does not do its work. */
export function certificateNote(
  { issuer, validFrom, validTo }: Pick<X509Certificate, "issuer" | "validFrom" | "validTo">,
  { name, site }: Pick<LoadBalancerPlan, "name" | "site">,
  { project, stack }: Pick<Topology, "project" | "stack">,
  now = new Date(),
): CertificateNote {
  const [begin, end] = [Date.parse(validFrom), Date.parse(validTo)];
  const signer = /^CN=(.*)$/m.exec(issuer)?.[1] ?? issuer.replaceAll("\n", ", ");
  const text = `${name} serves one of ${signer}, valid until ${new Date(end).toISOString().slice(0, 16)}Z`;
  const isOwn = signer.startsWith(`${project} ${stack}`);
  const isLate = end - now.getTime() < (end - begin) * LATE;
  if (site.acme === undefined) return { isWell: end > now.getTime(), text };
  if (!isOwn && !isLate) return { isWell: true, text };
  const service = `--filter label=foobar.stack=${stack} --filter label=foobar.service=haproxy-${name}`;
  const reason = `docker logs $(docker ps --quiet ${service}) 2>&1 | grep acme: says why`;
  return {
    isWell: false,
    text: `${text}; ${isOwn ? "ACME has brought none yet" : "ACME has not renewed it"}: ${reason}`,
  };
}

/**
 * The certificate that a load balancer serves at its published port; undefined: none in time.
 * @param host where its host is reached, if all may reach the port; default: this machine
 * @param milliseconds the longest time for it
 */
export function servedBy(
  { published, site }: Pick<LoadBalancerPlan, "published" | "site">,
  host = "127.0.0.1",
  milliseconds = ANSWER_MS,
): Promise<X509Certificate | undefined> {
  const port = published.find(({ serves }) => serves === "secureSite");
  if (port === undefined) return Promise.resolve(undefined);
  const at = port.address === "0.0.0.0" ? host : port.address;
  const name = siteName(site.names);
  const servername = name === undefined || isIPv4(name) ? "localhost" : name;
  return new Promise((resolve) => {
    // The certificate is looked at, not trusted.
    const socket = connect({ host: at, port: port.port, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate());
      socket.destroy();
    });
    socket.on("error", () => resolve(undefined));
    socket.setTimeout(milliseconds, () => {
      resolve(undefined);
      socket.destroy();
    });
  });
}
