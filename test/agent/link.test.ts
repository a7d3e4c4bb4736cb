import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2";
import { Link } from "../../agent/mysql/link.ts";
import { NoAnswer, openSession } from "../../agent/mysql/session.ts";

/** CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION and what else a client may expect, without plugins, TLS and compression. */
const CAPABILITIES = 0x0000_a20f;

const COLUMN = {
  ...{ catalog: "def", schema: "", table: "", orgTable: "", name: "connection", orgName: "connection" },
  ...{ characterSet: 45, columnLength: 20, columnType: 253, flags: 0, decimals: 0 },
};

/** A server by a socket that answers each question with the password's length and the number of the connection. */
class FakeMysql {
  readonly socketPath: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly sockets: Socket[] = [];
  /** Whether questions get an answer, and whether new connections get a greeting. */
  answers = true;
  greets = true;
  questions = 0;

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
    connection.on("query", () => {
      this.questions += 1;
      // The driver counts packets on from its greeting.
      Reflect.set(connection, "sequenceId", 1);
      if (!this.answers) return;
      Reflect.apply(Reflect.get(connection, "writeTextResult"), connection, [[{ connection: String(id) }], [COLUMN]]);
      Reflect.set(connection, "sequenceId", 0);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

describe("a connection that is kept", () => {
  let server: FakeMysql;
  let password = "secret";
  let link: Link;
  beforeEach(async () => {
    server = await FakeMysql.start();
    const place = { socketPath: server.socketPath };
    link = new Link(async () => ({ place, account: { user: "root", password } }), { connect: 10, answer: 2 });
  });
  afterEach(async () => {
    link.close();
    await server.stop();
  });
  const ask = async () => Object.values((await link.ask("SELECT 1"))[0] ?? {})[0];

  it("is used for the next question, too", async () => {
    assert.deepEqual([await ask(), await ask()], ["1", "1"]);
  });

  it("is opened again when the server has closed it", async () => {
    await ask();
    for (const socket of server.sockets) socket.destroy();
    assert.equal(await ask(), "2");
  });

  it("is opened again when the password of the file has changed", async () => {
    await ask();
    password = "another";
    assert.deepEqual([await ask(), await ask()], ["2", "2"]);
  });

  it("is given up with a question that gets no answer, and the next question gets another one", async () => {
    await ask();
    server.answers = false;
    await assert.rejects(ask(), NoAnswer);
    assert.equal(server.questions, 2, "it is not asked twice: a silent server stays silent");
    server.answers = true;
    assert.equal(await ask(), "2");
  });

  it("is not waited for without end where nobody greets", async () => {
    server.greets = false;
    await assert.rejects(
      openSession({ socketPath: server.socketPath }, { user: "root", password }, 0.3),
      /within|timed? ?out/i,
    );
  });
});
