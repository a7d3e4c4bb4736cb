import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { eventually } from "../../engine/eventually.ts";
import { UNSEEN } from "../project.ts";
import { describeProject, drill, measured, notDrifted, post, read, succeed, unchanged, up } from "../site.ts";
import { type SshServer, sshMissing, startSshServer } from "../sshServer.ts";
import { createTestStack, type TestStack } from "../stacks.ts";

/** Logins that an `up` without changes may take. */
const FEW_LOGINS = 2;
const TEXT = "by ssh";

let claimed: TestStack | undefined;
let server: SshServer;
const path = process.env["PATH"];

before(async function () {
  this.timeout("2m");
  const reason = await sshMissing();
  if (reason !== undefined) {
    console.log(`      SKIPPED, an engine by ssh: ${reason}`);
    this.skip();
  }
  claimed = await createTestStack();
  server = await startSshServer(claimed.folder, claimed.slot.ports.first);
  process.env["PATH"] = `${server.path}${delimiter}${path}`;
});

after(async () => {
  process.env["PATH"] = path;
  await server?.stop();
  await claimed?.remove();
});

describeProject("a stack on an engine that is reached by ssh", (project) => {
  /** Runs something, and prints how often it logged in. */
  const counted = async (what: string, work: () => Promise<unknown>): Promise<number> => {
    const before = await server.logins();
    await work();
    const logins = (await server.logins()) - before;
    measured(`ssh=${what} logins=${logins}`);
    return logins;
  };

  it("is refused with what to do, and without a change, if the machine shows another key than before", async () => {
    const [port, statsPort, , , httpsPort] = project().ports;
    const { endpoint } = server;
    await project().configure({
      "foobar:servers": ["server1", "server2"].map((name) => ({ name, roles: ["web", "app", "db"], endpoint })),
      "foobar:loadBalancer": { port, httpsPort, statsPort, endpoint },
    });
    await server.mistake(true);
    try {
      const { exitCode, output } = await project().npm("up", UNSEEN);
      assert.notEqual(exitCode, 0);
      assert.match(output, /no Docker Engine answers at ssh:\/\/far [\s\S]*cure: +if the machine was set up anew/);
      assert.deepEqual(await project().inventory(), { containers: [], networks: [], volumes: [] });
    } finally {
      await server.mistake(false);
    }
  });

  it("comes up, serves, and changes nothing at the next up, which logs in hardly ever", async () => {
    await counted("up", () => up(project()));
    await eventually(async () => void (await post(project(), TEXT)), 20);
    assert.ok((await counted("unchanged", () => unchanged(project()))) <= FEW_LOGINS);
    await counted("refresh", () => notDrifted(project()));
  });

  it("is watched and drilled by the commands, with its data", async () => {
    await counted("database", async () => assert.match(await succeed(project(), "database", "status"), /primary/));
    await drill(project(), "kill-nginx", "release-nginx");
    assert.equal((await read(project())).messages.filter(({ text }) => text === TEXT).length, 1);
  });

  it("goes away", async () => {
    await counted("down", () => succeed(project(), "down", "--yes"));
    assert.deepEqual((await project().inventory()).containers, []);
  });
});
