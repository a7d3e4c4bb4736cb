import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { eventually, untilTrue } from "../../engine/eventually.ts";
import { ownHome } from "../pulumi/home.ts";
import { programCommand } from "../pulumi/host/command.ts";
import { runtimeOptions, splitWords } from "../pulumi/host/options.ts";
import { failure } from "../pulumi/host/processes.ts";
import { buildHost, checkHost } from "../pulumi/host.ts";
import { pulumiStep } from "../pulumi/step.ts";
import { inSandbox } from "./sandbox.ts";

describe("the language host", () => {
  it("splits nodeargs as a shell does", () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["--import tsx", ["--import", "tsx"]],
      ["  --a   --b  ", ["--a", "--b"]],
      [`--title='two words' "a \\" b" c\\ d`, ["--title=two words", 'a " b', "c d"]],
      [`'back\\slash' ""`, ["back\\slash", ""]],
      ["", []],
    ];
    for (const [line, words] of cases) assert.deepEqual(splitWords(line), words);
    assert.throws(() => splitWords("--title='never"), /not closed/);
  });

  it("reads the project's runtime options", () => {
    assert.deepEqual(runtimeOptions(), { typescript: true, nodeArgs: [] });
    assert.deepEqual(runtimeOptions({ typescript: false, nodeargs: "--import tsx", tsconfig: "t.json" }), {
      typescript: false,
      nodeArgs: ["--import", "tsx"],
      tsconfig: "t.json",
    });
  });

  it("calls the program runner with the engine's request", () => {
    const { args, env } = programCommand(
      {
        monitor: "m:1",
        engine: "e:2",
        organization: "",
        project: "p",
        stack: "s",
        pwd: "/w",
        rootDirectory: "/r",
        programDirectory: import.meta.dirname,
        entryPoint: ".",
        args: ["--more"],
        parallel: 4,
        dryRun: true,
        config: { "p:key": "value" },
        secretKeys: ["p:key"],
      },
      { typescript: false, nodeArgs: ["--import", "tsx"] },
    );
    assert.equal(
      args.join(" ").replace(/\S*(?=@pulumi)/, "…"),
      "--import tsx …@pulumi/pulumi/cmd/run/index.js --monitor m:1 --engine e:2 --project p --stack s --pwd /w " +
        "--root-directory /r --parallel 4 --dry-run . --more",
    );
    assert.deepEqual(env, {
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: '{"p:key":"value"}',
      PULUMI_CONFIG_SECRET_KEYS: '["p:key"]',
    });
  });

  it("says how a program ended", () => {
    assert.equal(failure({ code: 0, signal: null }), undefined);
    assert.match(failure({ code: 7, signal: null }) ?? "", /code: 7/);
    assert.match(failure({ code: null, signal: "SIGKILL" }) ?? "", /SIGKILL/);
  });

  it("is one file that runs from anywhere and ends with the engine", () =>
    inSandbox(async (root) => {
      const executable = join(root, "pulumi-language-nodejs");
      await buildHost(executable);
      await checkHost(executable);
    }));
});

/** A program for the language host; a setting decides what it does. */
const PROGRAM = `
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
const config = new pulumi.Config();
const mode: string = config.require("mode");
console.log("a line of the program");
if (mode === "run error") throw new pulumi.RunError("only this sentence");
if (mode === "exit") process.exit(7);
if (mode === "hang") {
  writeFileSync("pid", String(process.pid));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
export const word = new random.RandomString("word", { length: 8 }).result;
export const password = new random.RandomPassword("password", { length: 20 }).result;
export const token = config.requireSecret("token");
const privateKey = new tls.PrivateKey("key", { algorithm: "ECDSA", ecdsaCurve: "P256" });
export const key = privateKey.privateKeyPemPkcs8;
export const certificate = new tls.SelfSignedCert("certificate", {
  privateKeyPem: privateKey.privateKeyPem,
  subject: { commonName: "authority" },
  isCaCertificate: true,
  allowedUses: ["cert_signing"],
  validityPeriodHours: 48,
  earlyRenewalHours: 24,
}).certPem;
`;

describe("a program, run by products of package mirrors", function () {
  this.timeout(180_000);
  let root = "";
  let env: Record<string, string> = {};

  before(async function () {
    const built = await pulumiStep().find();
    // The vendor's own CLI, on PATH or downloaded, has the vendor's language host: not what is tested here.
    if (built?.path === undefined || built.env?.["PULUMI_HOME"] !== ownHome()) {
      console.warn("    NOT TESTED: this machine uses the vendor's CLI, or none is here yet");
      this.skip();
    }
    root = await mkdtemp(join(tmpdir(), "foobar-program-"));
    env = {
      ...built.env,
      PATH: [...built.path, process.env["PATH"]].join(":"),
      PULUMI_BACKEND_URL: `file://${root}`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
    };
    await symlink(join(import.meta.dirname, "../../node_modules"), join(root, "node_modules"));
    await writeFile(join(root, "index.ts"), PROGRAM);
    await writeFile(join(root, "package.json"), '{"type":"module","main":"index.ts"}');
    const runtime = '{name: nodejs, options: {typescript: false, nodeargs: "--import tsx"}}';
    await writeFile(join(root, "Pulumi.yaml"), `name: program\nruntime: ${runtime}\n`);
    await pulumi("stack", "init", "test");
    await pulumi("config", "set", "--secret", "token", "a-secret-token");
  });

  after(async () => {
    if (root !== "") await rm(root, { recursive: true });
  });

  const pulumi = (...args: string[]) => execa("pulumi", args, { cwd: root, env, all: true, reject: false });
  const set = (mode: string) => pulumi("config", "set", "mode", mode);

  it("creates resources, changes nothing the second time, and keeps secrets secret", async () => {
    await set("all");
    const first = await pulumi("up", "--yes");
    assert.equal(first.exitCode, 0, first.all);
    assert.match(first.all, /a line of the program/);
    assert.match(first.all, /\+ 5 created/);
    const second = await pulumi("up", "--yes", "--expect-no-changes");
    assert.equal(second.exitCode, 0, second.all);
    const refresh = await pulumi("refresh", "--yes", "--expect-no-changes");
    assert.equal(refresh.exitCode, 0, refresh.all);
    const plain: Record<"password" | "token" | "key" | "certificate", string> = JSON.parse(
      (await pulumi("stack", "output", "--json", "--show-secrets")).stdout,
    );
    assert.equal(plain.token, "a-secret-token");
    const certificate = new X509Certificate(plain.certificate);
    assert.ok(certificate.ca && certificate.checkPrivateKey(createPrivateKey(plain.key)));
    const { stdout: state } = await pulumi("stack", "export");
    assert.ok(!state.includes(plain.password) && !state.includes(plain.token) && !state.includes("PRIVATE KEY"));
    assert.equal((await pulumi("destroy", "--yes")).exitCode, 0);
  });

  it("shows a RunError as one sentence, and how a program exits", async () => {
    await set("run error");
    const error = await pulumi("preview");
    assert.notEqual(error.exitCode, 0);
    assert.match(error.all, /error: only this sentence/);
    assert.doesNotMatch(error.all, /RunError|unhandled/);
    await set("exit");
    assert.match((await pulumi("preview")).all, /exited with non-zero exit code: 7/);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`leaves no process behind after ${signal}`, async () => {
      await set("hang");
      await rm(join(root, "pid"), { force: true });
      const preview = pulumi("preview");
      const pid = await eventually(async () => {
        const text = await readFile(join(root, "pid"), "utf8");
        assert.match(text, /\d/);
        return Number(text);
      }, 60);
      preview.kill(signal);
      await preview;
      await untilTrue("the program still runs", () => !isRunning(pid), 60);
    });
  }
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
