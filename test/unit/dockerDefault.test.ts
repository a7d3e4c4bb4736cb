import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../config/config.ts";
import { LOCAL_DOCKER } from "../../config/endpoints.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { UserError } from "../../config/userError.ts";
import { dockerDefault } from "../../engine/dockerDefault.ts";
import { devConfig } from "../devConfig.ts";
import { threeMachines } from "../machines.ts";

describe("the engine of the command docker", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "foobar-"));
    mkdirSync(join(home, ".docker"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const write = (path: string, value: unknown) => {
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), typeof value === "string" ? value : JSON.stringify(value));
  };
  /** Makes a context as `docker context create` does, with files of TLS or without. */
  const context = (name: string, endpoints: unknown, tls: readonly string[] = [], folder = ".docker") => {
    const id = createHash("sha256").update(name).digest("hex");
    write(`${folder}/contexts/meta/${id}/meta.json`, { Name: name, Metadata: {}, Endpoints: endpoints });
    for (const file of tls) write(`${folder}/contexts/tls/${id}/docker/${file}`, "PEM");
    return join(home, folder, "contexts/tls", id, "docker");
  };
  const at = (host: string) => ({ docker: { Host: host, SkipTLSVerify: false } });
  const of = (env: NodeJS.ProcessEnv = {}) => ({ ...dockerDefault(env, home) });
  const plain = (endpoint: string) => ({ endpoint, certPath: undefined });

  it("is the local one without any setting, or with a configuration that says nothing or is none", () => {
    assert.deepEqual(of(), LOCAL_DOCKER);
    for (const text of [{}, { auths: {} }, { currentContext: "" }, { currentContext: 5 }, "not JSON", "[]", '"x"']) {
      write(".docker/config.json", text);
      assert.deepEqual(of(), LOCAL_DOCKER, JSON.stringify(text));
    }
    assert.deepEqual({ ...dockerDefault({}, join(home, "nobody")) }, LOCAL_DOCKER);
  });

  it("is that of DOCKER_HOST, whatever context is in use", () => {
    write(".docker/config.json", { currentContext: "far" });
    context("far", at("ssh://far.example"));
    assert.deepEqual(of({ DOCKER_HOST: "ssh://ops@near.example" }), plain("ssh://ops@near.example"));
    assert.deepEqual(of({ DOCKER_HOST: "unix:///run/user/1000/docker.sock", DOCKER_CONTEXT: "far" }), {
      ...plain("unix:///run/user/1000/docker.sock"),
    });
    assert.deepEqual(of({ DOCKER_HOST: "" }), plain("ssh://far.example"));
  });

  it("is reached by TLS where DOCKER_TLS_VERIFY or DOCKER_CERT_PATH says so, and by TCP alone", () => {
    const host = "tcp://192.0.2.11:2376";
    assert.deepEqual(of({ DOCKER_HOST: host }), plain(host));
    assert.deepEqual(of({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1" }), {
      endpoint: host,
      certPath: join(home, ".docker"),
    });
    const [path, other] = ["/etc/certificates", join(home, "other")];
    assert.deepEqual(of({ DOCKER_HOST: host, DOCKER_CERT_PATH: path }), { endpoint: host, certPath: path });
    assert.deepEqual(of({ DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG: other }), {
      ...{ endpoint: host, certPath: other },
    });
    assert.deepEqual(of({ DOCKER_HOST: "ssh://h", DOCKER_CERT_PATH: path }), plain("ssh://h"));
  });

  it("takes an address without a scheme for one of TCP, as that command does", () =>
    assert.deepEqual(of({ DOCKER_HOST: "192.0.2.11:2375" }), plain("tcp://192.0.2.11:2375")));

  it("is at Docker's ports where an address names none", () => {
    assert.equal(of({ DOCKER_HOST: "tcp://192.0.2.11" }).endpoint, "tcp://192.0.2.11:2375");
    assert.equal(of({ DOCKER_HOST: "tcp://[2001:db8::7]/" }).endpoint, "tcp://[2001:db8::7]:2375");
    const tls = { endpoint: "tcp://engine.example:2376", certPath: join(home, ".docker") };
    assert.deepEqual(of({ DOCKER_HOST: "engine.example", DOCKER_TLS_VERIFY: "1" }), tls);
    const certPath = context("tls", at("tcp://192.0.2.11"), ["ca.pem", "cert.pem", "key.pem"]);
    assert.deepEqual(of({ DOCKER_CONTEXT: "tls" }), { endpoint: "tcp://192.0.2.11:2376", certPath });
  });

  it("is that of the context in DOCKER_CONTEXT, else of the current one", () => {
    write(".docker/config.json", { currentContext: "far" });
    context("far", at("ssh://far.example"));
    context("near", at("tcp://near.example:2375"));
    assert.deepEqual(of(), plain("ssh://far.example"));
    assert.deepEqual(of({ DOCKER_CONTEXT: "near" }), plain("tcp://near.example:2375"));
  });

  it("is the local one in the context default, which has no files", () => {
    write(".docker/config.json", { currentContext: "far" });
    context("far", at("ssh://far.example"));
    assert.deepEqual(of({ DOCKER_CONTEXT: "default" }), LOCAL_DOCKER);
    write(".docker/config.json", { currentContext: "default" });
    assert.deepEqual(of(), LOCAL_DOCKER);
  });

  it("has the certificates of its context", () => {
    write(".docker/config.json", { currentContext: "tls" });
    const certPath = context("tls", at("tcp://192.0.2.11:2376"), ["ca.pem", "cert.pem", "key.pem"]);
    assert.deepEqual(of(), { endpoint: "tcp://192.0.2.11:2376", certPath });
  });

  it("is looked for in the folder that DOCKER_CONFIG names", () => {
    write("own/config.json", { currentContext: "far" });
    context("far", at("ssh://far.example"), [], "own");
    assert.deepEqual(of({ DOCKER_CONFIG: join(home, "own") }), plain("ssh://far.example"));
    assert.deepEqual(of(), LOCAL_DOCKER);
  });

  it("is refused where its context does not exist, or names no engine", () => {
    const refusal = (name: string) => (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(
        error.message,
        `Docker's context ${name} does not exist
    allowed:   a context of docker context ls
    cure:      docker context use default, or set the endpoints: loadBalancer.endpoint and servers[].endpoint`,
      );
      return true;
    };
    assert.throws(() => of({ DOCKER_CONTEXT: "gone" }), refusal("gone"));
    write(".docker/config.json", { currentContext: "gone" });
    assert.throws(() => of(), refusal("gone"));
    for (const [index, endpoints] of [undefined, {}, { docker: {} }, { docker: null }, at(""), []].entries()) {
      context(`c${index}`, endpoints);
      assert.throws(() => of({ DOCKER_CONTEXT: `c${index}` }), refusal(`c${index}`), JSON.stringify(endpoints));
    }
  });

  it("does not matter where every host has an endpoint of its own, as the cure says", () => {
    const docker = dockerDefault({ DOCKER_CONTEXT: "gone" }, home);
    const all = { ...UNKNOWN, docker };
    assert.throws(() => parseConfig("foobar", "dev", {}, all), UserError);
    const { hosts } = parseConfig("foobar", "dev", devConfig(threeMachines()), all);
    assert.deepEqual(
      hosts.map(({ name }) => name),
      ["lb1", "server1", "server2", "arbiter"],
    );
  });

  it("is refused where this program does not reach it", () => {
    for (const host of ["npipe:////./pipe/docker_engine", "fd://", "http://192.0.2.11:2375", "ssh://a/b", "unix://x"]) {
      assert.throws(
        () => of({ DOCKER_HOST: host }),
        (error: unknown) =>
          error instanceof UserError &&
          error.message.startsWith(`DOCKER_HOST names the engine ${host}, which this program does not reach\n`),
        host,
      );
    }
    context("pipe", at("npipe:////./pipe/docker_engine"));
    assert.throws(() => of({ DOCKER_CONTEXT: "pipe" }), /^Error: Docker's context pipe names the engine npipe:/);
  });
});
