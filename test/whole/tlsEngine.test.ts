import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { execa } from "execa";
import { type TestUser, testUser } from "../dockerConfig.ts";
import { UNSEEN } from "../project.ts";
import { describeProject, notDrifted, post, read, succeed, unchanged, up } from "../site.ts";
import { startTlsEngine, type TlsEngine } from "../tlsEngine.ts";

const SOCKET = "/var/run/docker.sock";
const TEXT = "by TLS";

describeProject("a stack on an engine that is reached by TCP with certificates", (project) => {
  let user: TestUser;
  let server: TlsEngine;

  before(async () => {
    user = testUser();
    server = await startTlsEngine(SOCKET, user.home);
  });
  after(async () => {
    await server?.stop();
    user?.remove();
  });

  /** The variables by which the command docker finds the engine. */
  const variables = () => ({
    DOCKER_HOST: server.endpoint,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: server.certPath,
  });

  it("comes up, serves, and changes nothing at the next up", async () => {
    const [port, statsPort, , , httpsPort] = project().ports;
    const { endpoint, certPath } = server;
    await project().configure({
      "foobar:engines": { certPath },
      "foobar:servers": ["server1", "server2"].map((name) => ({ name, roles: ["web", "app", "db"], endpoint })),
      "foobar:loadBalancer": { port, httpsPort, statsPort, endpoint },
    });
    await up(project());
    await post(project(), TEXT);
    await unchanged(project());
    await notDrifted(project());
  });

  it("is watched by the commands", async () => {
    assert.match(await succeed(project(), "database", "status"), /primary/);
    assert.ok((await read(project())).messages.some(({ text }) => text === TEXT));
  });

  it("is the same stack by the variables with which docker ps works, without settings", async () => {
    await execa("docker", ["ps"], { env: variables() });
    const [port, statsPort, , , httpsPort] = project().ports;
    const restore = await project().configure({
      "foobar:engines": {},
      "foobar:servers": ["server1", "server2"].map((name) => ({ name, roles: ["web", "app", "db"] })),
      "foobar:loadBalancer": { port, httpsPort, statsPort },
    });
    const env = { ...project().env, ...variables() };
    const { exitCode, output } = await project().pulumi(["preview", "--expect-no-changes"], env);
    await restore();
    assert.equal(exitCode, 0, output);
  });

  it("is refused with the reason if the certificates are those of another engine", async () => {
    const other = await startTlsEngine(SOCKET, mkdtempSync(`${user.home}/other-`));
    const restore = await project().configure({ "foobar:engines": { certPath: other.certPath } });
    const { exitCode, output } = await project().npm("up", UNSEEN);
    await restore();
    await other.stop();
    assert.notEqual(exitCode, 0);
    assert.match(output, /no Docker Engine answers at tcp:\/\/127\.0\.0\.1:\d+ \(/);
  });

  it("goes away", () => succeed(project(), "down", "--yes"));
});
