import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import type { TlsClient } from "./routes.ts";

export interface HandshakeOptions extends TlsClient {
  readonly host: string;
  readonly port: number;
}

export interface HandshakeLoad extends HandshakeOptions {
  /** Whether each connection takes up the session of the one before it. */
  readonly isResumed: boolean;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface HandshakeFigures {
  readonly handshakes: number;
  /** Those that took up a session. */
  readonly resumed: number;
  readonly seconds: number;
}

/** Handshakes under way at a time. */
const CONNECTIONS = 16;
const TIMEOUT_MS = 5_000;

/**
 * Opens connections as fast as the server agrees on TLS, and closes each when its session is there.
 * @throws Error where a handshake fails
 */
export async function shakeHands({ isResumed, seconds, signal, ...server }: HandshakeLoad): Promise<HandshakeFigures> {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let [handshakes, resumed] = [0, 0];
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      let session: Buffer | undefined;
      while (performance.now() < end) {
        signal.throwIfAborted();
        const socket = open(server, isResumed ? session : undefined);
        // TLS 1.3 sends the session after the handshake.
        [session] = await once(socket, "session");
        handshakes++;
        if (socket.isSessionReused()) resumed++;
        socket.destroy();
      }
    }),
  );
  return { handshakes, resumed, seconds: (performance.now() - start) / 1_000 };
}

/** Opens a connection by TLS 1.3 and HTTP/1.1; `error` and a time limit end its waiting. */
export function open({ ca, servername, host, port }: HandshakeOptions, session?: Buffer): TLSSocket {
  const socket = connect({ host, port, ca, servername, ALPNProtocols: ["http/1.1"], ...(session && { session }) });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`${host}:${port} does not agree on TLS in time`)));
  return socket;
}
