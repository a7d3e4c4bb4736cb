import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { execa } from "execa";
import { type TestUser, testUser } from "../dockerConfig.ts";
import { UNSEEN } from "../project.ts";
import { describeProject, notDrifted, post, read, succeed, unchanged, up } from "../site.ts";
import { startTlsEngine, type TlsEngine } from "../tlsEngine.ts";

const SOCKET = "/var/run/docker.sock";
const TEXT = "by TLS";
const VARIABLES = ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"] as const;

describeProject("a stack on an engine that is reached by TCP with certificates", (project) => {
  let user: TestUser;
  let server: TlsEngine;
  const former = { ...process.env };

  before(async () => {
    user = testUser();
    server = await startTlsEngine(SOCKET, user.home);
  });
  after(async () => {
    forget();
    await server?.stop();
    user?.remove();
  });
  const forget = () => {
    for (const name of VARIABLES) {
      if (former[name] === undefined) delete process.env[name];
      else process.env[name] = former[name];
    }
  };
  /** The engine of the command docker is the one by TLS. */
  const asDocker = () =>
    Object.assign(process.env, {
      DOCKER_HOST: server.endpoint,
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CERT_PATH: server.certPath,
    });

  it("comes up where docker ps works, by the same variables, and changes nothing at the next up", async () => {
    asDocker();
    await execa("docker", ["ps"]);
    await up(project());
    await post(project(), TEXT);
    await unchanged(project());
    await notDrifted(project());
  });

  it("is the same stack by its settings, without the variables", async () => {
    forget();
    const [port, statsPort, , , httpsPort] = project().ports;
    const { endpoint, certPath } = server;
    await project().configure({
      "foobar:engines": { certPath },
      "foobar:servers": ["server1", "server2"].map((name) => ({ name, roles: ["web", "app", "db"], endpoint })),
      "foobar:loadBalancer": { port, httpsPort, statsPort, endpoint },
    });
    await unchanged(project());
    assert.match(await succeed(project(), "database", "status"), /primary/);
    assert.ok((await read(project())).messages.some(({ text }) => text === TEXT));
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
