import { posix } from "node:path";
import { SECRETS_FOLDER } from "../../../components/files.ts";
import { CERTIFICATE_FILE } from "../../../components/loadBalancer/tls.ts";
import type { Topology } from "../../../topology/plan.ts";
import { SECURE_SITE_PORT } from "../../../topology/ports.ts";
import type { TrafficContext } from "./drill.ts";

/** A container that goes on while its certificates are renewed. */
export interface AtWork {
  readonly name: string;
  /** The start time of its process, in the kernel's clock ticks. */
  readonly startedAt: string;
  /** The SHA-256 of each certificate that it serves, or has at hand. */
  readonly certificates: readonly string[];
}

type Context = Pick<TrafficContext, "topology" | "containers">;

/** Prints the start time of the container's first process. */
const STARTED_AT = `read -ra state </proc/1/stat && echo "\${state[21]}"`;

/** The default of MySQL's images. */
const MYSQL_SOCKET = "/var/run/mysqld/mysqld.sock";

const FINGERPRINT = "openssl x509 -noout -fingerprint -sha256";

/** All databases, including an arbiter, and the pause containers. */
export function atWork(context: Context): Promise<AtWork[]> {
  return Promise.all([...databases(context), ...pauses(context)]);
}

/** By the socket: MySQL shows no certificate to an address from which no account may come, such as 127.0.0.1. */
function databases({ topology, containers }: Context): Promise<AtWork>[] {
  const served = `openssl s_client -starttls mysql -unix ${MYSQL_SOCKET} </dev/null 2>/dev/null | ${FINGERPRINT}`;
  return topology.cluster.databases.map(({ name }) => look(containers, name, [served]));
}

/** Each with the certificate that its HAProxy serves, and the one that its fallback HAProxy would. */
function pauses({ topology, containers }: Context): Promise<AtWork>[] {
  if (!isIssuedByStack(topology)) return [];
  const kept = `${FINGERPRINT} -in ${posix.join(SECRETS_FOLDER, CERTIFICATE_FILE)}`;
  return topology.loadBalancers.map(({ pause, listenAddresses: [address] }) => {
    const served = `openssl s_client -connect ${address}:${SECURE_SITE_PORT} </dev/null 2>/dev/null | ${FINGERPRINT}`;
    return look(containers, pause.name, [served, kept]);
  });
}

/** Whether the stack's own authority issues the site's certificate. */
export function isIssuedByStack({ ownCertificate, loadBalancers }: Topology): boolean {
  return ownCertificate === undefined && loadBalancers.every(({ site }) => site.acme === undefined);
}

async function look(containers: Context["containers"], name: string, fingerprints: readonly string[]): Promise<AtWork> {
  const script = [STARTED_AT, ...fingerprints].join(" && ");
  const [startedAt = "", ...certificates] = (await containers.execute(name, ["bash", "-c", script])).trim().split("\n");
  return { name, startedAt, certificates };
}

/** @throws Error if a container has an old certificate, or was restarted or replaced */
export function requireRenewed(before: readonly AtWork[], after: readonly AtWork[]): void {
  for (const [index, { name, startedAt, certificates }] of after.entries()) {
    const was = before[index];
    if (certificates.length !== was?.certificates.length) {
      throw new Error(`${name} shows ${certificates.length} of ${was?.certificates.length} certificates`);
    }
    if (certificates.some((certificate) => was.certificates.includes(certificate))) {
      throw new Error(`${name} still has its old certificate`);
    }
    if (startedAt !== was.startedAt) throw new Error(`${name} was restarted`);
  }
}
