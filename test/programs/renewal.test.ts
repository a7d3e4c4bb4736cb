import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { issue } from "../../app/test/certificates.ts";
import { fingerprint } from "../../components/certificates.ts";
import { parseConfig } from "../../config/config.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";
import { type Computed, type Deployment, deployConfig, ofType, services } from "../harness.ts";

const SCRIPTS = fileURLToPath(new URL("../../components/mysqlCluster/files", import.meta.url));
const STAGE = fileURLToPath(new URL("../passwordStage.sh", import.meta.url));
const SETTINGS = devConfig({ "foobar:mysql": { backup: {} } });

/** Names of the containers that differ: containers that run, and seed containers. */
function changedBetween(before: Deployment, after: Deployment) {
  const texts = (deployment: Deployment) =>
    new Map(ofType(deployment, "Container").map(({ name, inputs }) => [name, JSON.stringify(inputs)]));
  const [old, now] = [texts(before), texts(after)];
  assert.deepEqual([...now.keys()], [...old.keys()]);
  const names = [...now.keys()].filter((name) => now.get(name) !== old.get(name));
  const running = services(after).map(({ name }) => name);
  return {
    seeds: names.filter((name) => !running.includes(name)),
    running: names.filter((name) => running.includes(name)),
  };
}

describe("a fingerprint", () => {
  it("is the certificate's SHA-256 as other tools compute it", () => {
    const { certificate } = issue("authority");
    const { fingerprint256 } = new X509Certificate(certificate);
    assert.equal(fingerprint(certificate), fingerprint256.replaceAll(":", "").toLowerCase());
  });
});

describe("a renewed certificate, against mocks", () => {
  /** The provider's new certificates, by the type of the renewed resource. */
  const renewed = (type: string, part: string): Computed => ({
    [`tls:index/${type}:${type[0]?.toUpperCase()}${type.slice(1)}`]: (name) => ({
      certPem: name.includes(part) ? `renewed ${name}` : `the ${name}`,
    }),
  });
  let before: Deployment;

  const changed = (after: Deployment) => changedBetween(before, after);

  beforeEach(async () => {
    before = await deployConfig(SETTINGS);
  });

  it("reaches a database by its files only: no database is replaced, and the controller waits until it is served", async () => {
    assert.deepEqual(changed(await deployConfig(SETTINGS, renewed("locallySignedCert", "mysql-server1"))), {
      seeds: ["mysql-server1-secrets-v1"],
      running: ["mysql-steward"],
    });
  });

  it("reaches a web server, which is replaced, and the load balancer, which has a successor; the pause container stays", async () => {
    assert.deepEqual(changed(await deployConfig(SETTINGS, renewed("locallySignedCert", "web-server1"))), {
      seeds: ["web-server1-secrets-v1"],
      running: ["web-server1"],
    });
    assert.deepEqual(changed(await deployConfig(SETTINGS, renewed("locallySignedCert", "load-balancer"))), {
      seeds: ["haproxy-lb1-secrets-v1", "lb1-secrets-v1"],
      running: ["haproxy-lb1"],
    });
  });

  it("reaches all that trust the authority; those that read it when they start are replaced, and no database is", async () => {
    assert.deepEqual(changed(await deployConfig(SETTINGS, renewed("selfSignedCert", "authority"))), {
      seeds: [
        ...["app-server1-secrets-v1", "app-server2-secrets-v1", "haproxy-lb1-secrets-v1", "lb1-secrets-v1"],
        ...["mysql-backup-secrets-v1", "mysql-server1-secrets-v1", "mysql-server2-secrets-v1"],
        ...["mysql-steward-secrets-v1", "web-server1-secrets-v1", "web-server2-secrets-v1"],
      ],
      running: ["app-server1", "app-server2", "haproxy-lb1", "web-server1", "web-server2"],
    });
  });
});

describe("a node whose certificate is renewed", () => {
  // MySQL accepts key and certificate if they have the same number.
  const STUBS = `
    ask() {
      echo >>/run/secrets/asked
      [ "$(cat /run/secrets/server.crt)" = "$(cat /run/secrets/server.key)" ] || { echo "they do not fit"; return 1; }
    }
    files() { printf '%s' "$1" >/run/secrets/ca.crt; printf '%s' "$2" >/run/secrets/server.crt; printf '%s' "$3" >/run/secrets/server.key; }
    look() { reload_certificates; wc --lines </run/secrets/asked; }
    . /scripts/tls.sh; files ca 1 1; look`;

  it("makes MySQL load it when the files have changed, repeatedly until they match", async function () {
    this.timeout(60_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const { stdout } = await execa("docker", [
      ...["run", "--rm", "--network=none", "--user=999:999", "--read-only", "--tmpfs=/run/secrets:uid=999"],
      ...[
        `--volume=${SCRIPTS}:/scripts:ro`,
        "--entrypoint=bash",
        parseConfig("foobar", "dev", devConfig()).images.mysql,
      ],
      ...["-uc", `${STUBS}; look; files ca 2 1; look; look; files ca 2 2; look; look; files other 2 2; look`],
    ]);
    const SERVING = "node: serving the certificate of /run/secrets/server.crt";
    assert.deepEqual(stdout.split("\n"), [
      ...[SERVING, "1", "1"],
      // Said once, tried again.
      ...["node: MySQL does not accept the certificate in /run/secrets: they do not fit", "2", "3"],
      ...[SERVING, "4", "4", SERVING, "5"],
    ]);
  });
});

describe("a new password", () => {
  const PASSWORD = "random:index/randomPassword:RandomPassword";
  const VERSION = "random:index/randomId:RandomId";

  it("of the application replaces the applications and no database", async () => {
    const before = await deployConfig(SETTINGS);
    const after = await deployConfig(SETTINGS, {
      [PASSWORD]: (name) => (name === "mysql-application-password" ? { result: pulumi.secret("another") } : {}),
      [VERSION]: (name) => (name === "mysql-application-password-version" ? { hex: "another" } : {}),
    });
    assert.deepEqual(changedBetween(before, after), {
      seeds: [
        ...["app-server1-secrets-v1", "app-server2-secrets-v1", "mysql-server1-secrets-v1", "mysql-server2-secrets-v1"],
      ],
      running: ["app-server1", "app-server2", "mysql-steward"],
    });
  });

  it("reaches each node without a transaction; the previous one stays valid, and one that a person has set does not", async function () {
    this.timeout(120_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const { stdout } = await execa("docker", [
      ...["run", "--rm", "--network=none", "--user=999:999", "--read-only", "--env=MEMBER=member.test"],
      ...["/run/secrets", "/data", "/tmp"].map((path) => `--tmpfs=${path}:uid=999`),
      ...[`--volume=${SCRIPTS}:/scripts:ro`, `--volume=${STAGE}:/stage.sh:ro`],
      ...["--entrypoint=bash", parseConfig("foobar", "dev", devConfig()).images.mysql, "/stage.sh"],
    ]);
    const [before = "", nothing = "", ...lines] = stdout.split("\n");
    assert.equal(before, "application second: does not open");
    assert.match(nothing, /^nothing changed: (\S+) \1$/);
    assert.deepEqual(lines, [
      ...["application first: opens", "application second: does not open"],
      "node: the account application has the password of the file now, and still takes the one before",
      ...["application first: opens", "application second: opens", "application first: opens"],
      ...["application first: opens", "application second: opens"],
      "node: the account application had another password than the file, and has that of the file again",
      ...["application by-hand: does not open", "application first: opens", "application second: opens"],
      "node: the account backup had another password than the file, and has that of the file again",
      ...["application first: does not open", "backup by-hand: does not open", "backup first: opens"],
      "node: root has the password of the file now",
      "node: the account application has the password of the file now, and still takes the one before",
      ...["root first: does not open", "root third: opens", "application third: opens", "closed: 1, logged: 0"],
      ...["left open: 0", "closed again: 1"],
      ...["node: root has the password of the file now", "root third: opens"],
    ]);
  });
});
