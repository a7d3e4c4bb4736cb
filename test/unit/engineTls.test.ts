import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { type Issued, issue } from "../../app/test/certificates.ts";
import { engineClient } from "../../engine/client.ts";

describe("an engine by TCP with TLS", () => {
  const authority = issue("the engine's authority");
  const client = issue("the user", authority, { use: "client" });
  let folder: string;
  let server: Server;
  let endpoint: string;
  /** The names of the clients that were let in. */
  const clients: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "foobar-"));
    const own = issue("engine", authority, { names: ["127.0.0.1"], use: "server" });
    const terms = { cert: own.certificate, key: own.key, ca: authority.certificate };
    server = createServer({ ...terms, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      const subject = (request.socket as TLSSocket).getPeerCertificate().subject.CN;
      clients.push(String(subject));
      response.setHeader("content-type", "application/json").end(JSON.stringify({ Version: "1.2.3" }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    endpoint = `tcp://127.0.0.1:${address.port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** A folder as DOCKER_CERT_PATH names it. */
  const certificates = (name: string, ca: Issued, own: Issued) => {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(join(path, "ca.pem"), ca.certificate);
    writeFileSync(join(path, "cert.pem"), own.certificate);
    writeFileSync(join(path, "key.pem"), own.key);
    return path;
  };
  const version = async (certPath: string | undefined) =>
    (await engineClient({ endpoint, certPath }).version()).Version;

  it("is asked with the certificates of the folder", async () => {
    assert.equal(await version(certificates("right", authority, client)), "1.2.3");
    assert.deepEqual(clients.splice(0), ["the user"]);
  });

  it("lets in nobody without a certificate of its authority", async () => {
    await assert.rejects(version(undefined));
    const stranger = issue("a stranger", issue("another authority"), { use: "client" });
    await assert.rejects(version(certificates("stranger", authority, stranger)));
    assert.deepEqual(clients, []);
  });

  it("is not believed with a certificate of another authority", async () => {
    const other = certificates("other", issue("another authority"), client);
    await assert.rejects(version(other), /unable to verify|self-signed|UNABLE_TO_VERIFY/);
    assert.deepEqual(clients, []);
  });

  it("is not asked at all where a file is missing, and the error names the file", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    assert.throws(() => engineClient({ endpoint, certPath: empty }), /ENOENT.*empty\/ca\.pem/);
  });

  it("is not exchanged for another one by variables of the Docker CLI", async () => {
    const path = certificates("own", authority, client);
    const elsewhere = certificates("elsewhere", issue("another authority"), issue("another user"));
    const before = { ...process.env };
    Object.assign(process.env, { DOCKER_HOST: "tcp://192.0.2.1:2376", DOCKER_CERT_PATH: elsewhere });
    try {
      assert.equal(await version(path), "1.2.3");
    } finally {
      for (const name of ["DOCKER_HOST", "DOCKER_CERT_PATH"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
