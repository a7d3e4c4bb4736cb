import assert from "node:assert/strict";
import { Link } from "../../agent/mysql/link.ts";
import { NoAnswer, openSession } from "../../agent/mysql/session.ts";
import { FakeMysql } from "./fakeMysql.ts";

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
