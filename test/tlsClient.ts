import { connect } from "node:tls";

/** A certificate that is served. */
export interface Served {
  /** Its SHA-1, as HAProxy says it. */
  readonly fingerprint: string;
  readonly names: string | undefined;
  /** Whether it proves the asked name to a client that trusts only the asked authority. */
  readonly isTrusted: boolean;
}

/**
 * Asks a server for its certificate.
 * @param servername the name that the client asks for
 * @param ca the only authority that it trusts (PEM)
 */
export function served({ hostname, port }: URL, servername: string, ca: string): Promise<Served> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), servername, ca, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate();
      const isTrusted = socket.authorized;
      socket.destroy();
      if (certificate === undefined) reject(new Error(`${servername} shows no certificate`));
      else
        resolve({
          fingerprint: certificate.fingerprint.replaceAll(":", ""),
          names: certificate.subjectAltName,
          isTrusted,
        });
    });
    socket.on("error", reject);
    socket.setTimeout(2_000, () => socket.destroy(new Error(`${servername} does not answer`)));
  });
}
