import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";

/** An entrance without TLS on this machine's loopback address. */
export interface Tunnel {
  readonly url: string;
  close(): void;
}

/**
 * Opens a tunnel, so that a test speaks plain HTTP where the stack's client speaks TLS with a certificate.
 * @param port where it leads, on this machine
 * @param options of the TLS connections that it makes
 */
export async function openTunnel(port: number, options: ConnectionOptions): Promise<Tunnel> {
  const open = new Set<Socket | TLSSocket>();
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...options, host: "127.0.0.1", port });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    near.on("close", () => far.destroy());
    // The client may still be sending. If its data were refused, it could miss an answer that it has not read yet.
    far.on("close", () => near.end().unpipe(far).resume());
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
