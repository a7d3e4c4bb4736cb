import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { createPool } from "../pool.ts";
import { type Issued, issue } from "./certificates.ts";

const LIMITS = { connections: 1, queue: 1, connectMs: 5000, waitMs: 5000, queryMs: 5000, ageMs: 60_000 };

/** A MySQL server's greeting: it offers TLS, and asks for a password hashed with twenty bytes. */
const GREETING = Buffer.from(
  [
    "0a392e372e3400", // protocol 10, server "9.7.4"
    "01000000", // connection 1
    "313131313131313100", // the first eight bytes
    "088a", // capabilities: a database, the protocol of today, TLS, a hashed password
    "ff0200", // character set and status
    "080015", // capabilities: the way of authentication is named; length of the bytes
    "00".repeat(10),
    "31313131313131313131313100", // the other twelve
    Buffer.from("mysql_native_password\0").toString("hex"),
  ].join(""),
  "hex",
);
const TLS_REQUEST_LENGTH = 36;
const OK = Buffer.from("00000002000000", "hex");

const packet = (number: number, body: Uint8Array) => Buffer.concat([Buffer.from([body.length, 0, 0, number]), body]);

/** A fake MySQL server with a certificate, which accepts any password. */
async function impostor(certificate: Issued) {
  const sockets = new Set<Socket>();
  const logins: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.write(packet(0, GREETING));
    socket.once("data", (request) => {
      // The client's first TLS message may have arrived together with its request for TLS.
      socket.pause();
      socket.unshift(request.subarray(TLS_REQUEST_LENGTH));
      const secure = new TLSSocket(socket, { isServer: true, cert: certificate.certificate, key: certificate.key });
      secure.on("error", () => {});
      secure.once("data", (login) => {
        logins.push(login);
        secure.write(packet(3, OK));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    /** The data that the client sent about its account, once it trusted the connection. */
    logins,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe("the connection to a database", () => {
  const authority = issue("authority");

  async function connect(certificate: Issued, ca: string | undefined): Promise<{ failure: unknown; logins: number }> {
    const server = await impostor(certificate);
    const account = { name: "foobar", user: "app", password: "x", tls: true, ...(ca === undefined ? {} : { ca }) };
    const pool = createPool({ host: "localhost", port: server.port }, account, LIMITS);
    try {
      const connection = await pool.connect();
      connection.destroy();
      return { failure: undefined, logins: server.logins.length };
    } catch (failure) {
      return { failure, logins: server.logins.length };
    } finally {
      await pool.close();
      await server.close();
    }
  }

  const reasonOf = ({ failure }: { failure: unknown }) => (failure instanceof Error ? failure.message : "none");

  it("is made to a server whose certificate the authority signed for the host it connects to", async () => {
    const result = await connect(issue("localhost", authority), authority.certificate);
    assert.deepEqual(result, { failure: undefined, logins: 1 });
  });

  it("finds its authority among several", async () => {
    const bundle = issue("other").certificate + authority.certificate;
    assert.equal((await connect(issue("localhost", authority), bundle)).failure, undefined);
  });

  it("is refused to a server of another authority, though it has the same name, before the account is named", async () => {
    const result = await connect(issue("localhost", issue("authority")), authority.certificate);
    assert.match(reasonOf(result), /certificate signature failure|unable to (get|verify)/);
    assert.equal(result.logins, 0);
  });

  it("is refused to a server of another name, before the account is named", async () => {
    const result = await connect(issue("elsewhere", authority), authority.certificate);
    assert.match(reasonOf(result), /localhost. is not in the cert.s altnames: DNS:elsewhere/);
    assert.equal(result.logins, 0);
  });

  it("is made to any server when there is no authority", async () => {
    assert.equal((await connect(issue("elsewhere", issue("other")), undefined)).failure, undefined);
  });
});
