import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2";

/** CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION and what else a client may expect, without plugins, TLS and compression. */
const CAPABILITIES = 0x0000_a20f;

const COLUMN = {
  ...{ catalog: "def", schema: "", table: "", orgTable: "", name: "connection", orgName: "connection" },
  ...{ characterSet: 45, columnLength: 20, columnType: 253, flags: 0, decimals: 0 },
};

/** A server by a socket that answers each question with the password's length and the number of the connection. */
export class FakeMysql {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  /** Whether questions get an answer, and whether new connections get a greeting. */
  answers = true;
  greets = true;
  questions = 0;
  /** Gets each statement before it is answered. */
  hears: (statement: string) => void = () => {};
  /** Statements that fail. */
  refuses: RegExp | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.socketPath = join(folder, "socket");
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<FakeMysql> {
    const fake = new FakeMysql(await mkdtemp(join(tmpdir(), "foobar-link-")));
    await new Promise<void>((resolve) => fake.#server.listen(fake.socketPath, resolve));
    return fake;
  }

  #serve(socket: Socket): void {
    socket.on("error", () => {});
    const id = this.sockets.push(socket);
    if (!this.greets) return;
    const connection = mysql.createConnection({ stream: socket, isServer: true } as mysql.ConnectionOptions);
    connection.on("error", () => {});
    Reflect.apply(Reflect.get(connection, "serverHandshake"), connection, [
      {
        ...{ protocolVersion: 10, serverVersion: "fake", connectionId: id, statusFlags: 2, characterSet: 45 },
        capabilityFlags: CAPABILITIES,
        authCallback: (_: unknown, done: (error: null) => void) => {
          done(null);
          Reflect.set(connection, "sequenceId", 0);
        },
      },
    ]);
    const answer = (statement: string) => {
      this.questions += 1;
      this.hears(statement);
      // The driver counts packets on from its greeting.
      Reflect.set(connection, "sequenceId", 1);
      if (!this.answers) return;
      if (this.refuses?.test(statement)) {
        Reflect.apply(Reflect.get(connection, "writeError"), connection, [{ code: 1290, message: "refused" }]);
        Reflect.set(connection, "sequenceId", 0);
        return;
      }
      Reflect.apply(Reflect.get(connection, "writeTextResult"), connection, [[{ connection: String(id) }], [COLUMN]]);
      Reflect.set(connection, "sequenceId", 0);
    };
    connection.on("query", answer);
    // The driver takes a text that begins with SET for the preparation of a statement.
    connection.on("stmt_prepare", answer);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
