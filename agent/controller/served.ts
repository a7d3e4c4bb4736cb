import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Seconds in which a member shows its certificate. */
const SECONDS = 3;

/** The request for TLS in MySQL's protocol: CLIENT_PROTOCOL_41, CLIENT_SSL and CLIENT_SECURE_CONNECTION, and utf8mb4. */
function tlsRequest(): Buffer {
  const packet = Buffer.alloc(36);
  packet.writeUIntLE(32, 0, 3);
  packet.writeUInt8(1, 3);
  packet.writeUInt32LE(0x0200 | 0x0800 | 0x8000, 4);
  packet.writeUInt32LE(0x01_00_00_00, 8);
  packet.writeUInt8(255, 12);
  return packet;
}

/**
 * The fingerprint (SHA-256, hexadecimal) of the certificate that a server shows its clients. It needs no account, and
 * trusts nobody: the caller compares.
 */
export function servedFingerprint(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connectPlain({ host, port });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no certificate within ${SECONDS} s`)), SECONDS * 1000);
    socket.once("close", () => clearTimeout(timer));
    socket.once("error", fail);
    // The server's greeting comes first.
    socket.once("data", () => {
      socket.write(tlsRequest());
      const secure = connectTls({ socket, rejectUnauthorized: false }, () => {
        const { fingerprint256 } = secure.getPeerCertificate();
        secure.destroy();
        resolve(fingerprint256.replaceAll(":", "").toLowerCase());
      });
      secure.once("error", fail);
    });
  });
}
