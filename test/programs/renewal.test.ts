import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { issue } from "../../app/test/certificates.ts";
import { fingerprint } from "../../components/certificates.ts";
import { devConfig } from "../devConfig.ts";
import { type Computed, type Deployment, deployConfig, ofType, services } from "../harness.ts";

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

  it("reaches a database by its files only: neither it nor its agent is replaced, and the controller waits until it is served", async () => {
    assert.deepEqual(changed(await deployConfig(SETTINGS, renewed("locallySignedCert", "mysql-server1"))), {
      seeds: ["agent-server1-secrets-v1", "mysql-steward-config"],
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
        ...["agent-server1-secrets-v1", "agent-server2-secrets-v1"],
        ...["app-server1-secrets-v1", "app-server2-secrets-v1", "haproxy-lb1-secrets-v1", "lb1-secrets-v1"],
        ...["mysql-backup-secrets-v1", "mysql-steward-secrets-v1"],
        ...["web-server1-secrets-v1", "web-server2-secrets-v1"],
      ],
      running: ["app-server1", "app-server2", "haproxy-lb1", "web-server1", "web-server2"],
    });
  });
});

describe("a new password", () => {
  const PASSWORD = "random:index/randomPassword:RandomPassword";
  const VERSION = "random:index/randomId:RandomId";

  it("of the application replaces the applications, and neither a database nor an agent", async () => {
    const before = await deployConfig(SETTINGS);
    const after = await deployConfig(SETTINGS, {
      [PASSWORD]: (name) => (name === "mysql-application-password" ? { result: pulumi.secret("another") } : {}),
      [VERSION]: (name) => (name === "mysql-application-password-version" ? { hex: "another" } : {}),
    });
    assert.deepEqual(changedBetween(before, after), {
      seeds: [
        ...["agent-server1-secrets-v1", "agent-server2-secrets-v1"],
        ...["app-server1-secrets-v1", "app-server2-secrets-v1", "mysql-steward-config"],
      ],
      running: ["app-server1", "app-server2", "mysql-steward"],
    });
  });
});
