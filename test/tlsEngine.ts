import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { issue } from "../app/test/certificates.ts";

/** An engine, once more: by TCP, for clients with a certificate. */
export interface TlsEngine {
  readonly endpoint: string;
  /** The folder with ca.pem, cert.pem and key.pem of a client, as DOCKER_CERT_PATH names it. */
  readonly certPath: string;
  stop(): Promise<void>;
}

/**
 * Serves an engine's socket at a port of the loopback by TLS, to clients of one authority alone.
 * @param folder an existing folder for the client's files
 */
export async function startTlsEngine(socket: string, folder: string): Promise<TlsEngine> {
  const authority = issue("the engine's authority");
  const own = issue("engine", authority, { names: ["127.0.0.1"], use: "server" });
  const client = issue("the user", authority, { use: "client" });
  const terms = { cert: own.certificate, key: own.key, ca: authority.certificate };
  const open = new Set<Socket>();
  const server = createServer(
    { ...terms, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
    (near) => {
      const far = connect({ path: socket, allowHalfOpen: true });
      open.add(near);
      near.on("close", () => {
        open.delete(near);
        far.destroy();
      });
      near.on("error", () => far.destroy());
      far.on("error", () => near.destroy());
      near.pipe(far).pipe(near);
    },
  );
  // Also those that never become one by TLS.
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the engine has no port");
  const certPath = join(folder, "certificates");
  mkdirSync(certPath);
  for (const [name, text] of [
    ["ca.pem", authority.certificate],
    ["cert.pem", client.certificate],
    ["key.pem", client.key],
  ] as const) {
    writeFileSync(join(certPath, name), text);
  }
  return {
    endpoint: `tcp://127.0.0.1:${address.port}`,
    certPath,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
