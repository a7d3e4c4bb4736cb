import type { X509Certificate } from "node:crypto";
import { duplexPair } from "node:stream";
import { connect, createSecureContext, TLSSocket } from "node:tls";

/**
 * Why a client refuses a chain, in OpenSSL's words; undefined: it does not. A client checks more than other rules read:
 * the extensions of each authority, such as the names and the uses that it may certify and the length of its path.
 * @param chain from the site's certificate on; the client trusts the last one
 */
export async function clientRefusal(chain: readonly X509Certificate[], key: string): Promise<string | undefined> {
  const texts = chain.map(String);
  const [near, far] = duplexPair();
  const server = new TLSSocket(far, {
    isServer: true,
    secureContext: createSecureContext({ cert: texts.join(""), key }),
  });
  const client = connect({
    socket: near,
    ca: texts.slice(-1),
    allowPartialTrustChain: true,
    // Another rule compares the names.
    checkServerIdentity: () => undefined,
  });
  try {
    return await new Promise<string | undefined>((resolve) => {
      client.once("secureConnect", () => resolve(undefined)).once("error", ({ message }) => resolve(message));
      // The client's alert reaches the server as an error, too.
      server.once("error", () => {});
    });
  } finally {
    client.destroy();
    server.destroy();
  }
}
