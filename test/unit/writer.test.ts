import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { execa } from "execa";
import { issue } from "../../app/test/certificates.ts";
import { writerScript } from "../../operations/drills/database/bundle.ts";
import { type Note, note } from "../../operations/drills/database/notes.ts";

/** What a MySQL server says first: it speaks TLS, and asks for a password hashed with twenty bytes. */
const GREETING = Buffer.concat([
  Buffer.from("\x0a9.7.4\0", "latin1"),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from("11111111\0"),
  Buffer.from([0x08, 0x8a, 0xff, 2, 0, 0x08, 0, 21]),
  Buffer.alloc(10),
  Buffer.from("111111111111\0mysql_native_password\0"),
]);

const TLS_REQUEST_BYTES = 36;

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

const READ_ONLY = Buffer.concat([Buffer.from([0xff, 0x0a, 0x05]), Buffer.from("#HY000--read-only")]);

const packet = (number: number, body: Uint8Array) => Buffer.concat([Buffer.from([body.length, 0, 0, number]), body]);

describe("the writer", function () {
  this.timeout(20_000);

  it("sends each row once, and again only after an answer by which it is certainly not written", async () => {
    const authority = issue("authority");
    const { certificate, key } = issue("localhost", authority);
    const received: number[] = [];
    const sockets = new Set<Socket>();
    let enough: (() => void) | undefined;
    const answer = (socket: TLSSocket, command: Buffer) => {
      const row = /INSERT INTO drill_rows .*\((\d+)\)/.exec(command.toString())?.[1];
      if (row !== undefined) {
        const isFirst = !received.includes(Number(row));
        received.push(Number(row));
        if (received.length > 60) enough?.();
        if (isFirst && row.endsWith("3")) return socket.write(packet(1, READ_ONLY));
        if (row.endsWith("5")) return socket.destroy();
      }
      return socket.write(packet(1, OK));
    };
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.write(packet(0, GREETING));
      socket.once("data", (request) => {
        socket.pause();
        socket.unshift(request.subarray(TLS_REQUEST_BYTES));
        const secure = new TLSSocket(socket, { isServer: true, cert: certificate, key });
        secure.on("error", () => {});
        secure.once("data", () => {
          secure.write(packet(3, OK));
          secure.on("data", (command) => answer(secure, command));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const { port } = address;
    try {
      const script = writerScript({
        user: "application",
        password: "secret",
        ca: authority.certificate,
        database: "foobar",
        write: { host: "localhost", port },
        read: { host: "localhost", port },
        rate: 200,
        maxSeconds: 15,
      });
      const running = execa("node", ["-"], { input: script });
      await new Promise<void>((resolve, reject) => {
        enough = resolve;
        running.then(() => reject(new Error("the writer ended by itself")), reject);
      });
      running.kill("SIGTERM");
      const { stdout } = await running;
      const notes = stdout.split("\n").map((line) => note.parse(JSON.parse(line)));
      const rows = (what: Note["what"]) =>
        new Set(notes.flatMap((told) => ("row" in told && told.what === what ? [told.row] : [])));
      const times = (row: number) => received.filter((other) => other === row).length;

      for (const row of rows("refused")) assert.equal(row % 10, 3);
      for (const row of rows("unknown")) assert.equal(row % 10, 5);
      for (const row of rows("acked")) {
        assert.notEqual(row % 10, 5);
        assert.equal(times(row), row % 10 === 3 ? 2 : 1, `row ${row}`);
      }
      for (const row of rows("unknown")) assert.equal(times(row), 1, `row ${row}`);
      assert.ok(rows("acked").has(3) && rows("unknown").has(5) && rows("acked").size > 40);
      assert.ok(notes.some(({ what }) => what === "read"));
      assert.equal(notes.at(-1)?.what, "ended");
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
