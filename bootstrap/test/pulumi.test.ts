import assert from "node:assert/strict";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { cached } from "../cache.ts";
import { pluginSchema, type Schema } from "../pulumi/contract/schema.ts";
import { differences, type Fields } from "../pulumi/contract/shape.ts";
import { type Typings, typings } from "../pulumi/contract/typings.ts";
import { isExecutable, linkPlugin, missingPlugins, ownHome, pluginPath, unlinkPlugin } from "../pulumi/home.ts";
import { programCommand } from "../pulumi/host/command.ts";
import { runtimeOptions, splitWords } from "../pulumi/host/options.ts";
import { failure } from "../pulumi/host/processes.ts";
import { buildHost, checkHost } from "../pulumi/host.ts";
import { cliProduct, pluginProduct } from "../pulumi/mirror.ts";
import { archiveName, checksumOf, downloadRelease, isReachable } from "../pulumi/release.ts";
import { pulumiStep } from "../pulumi/step.ts";
import { atLeast, CLI_FLOOR, CLI_VERSION, findVersion, PLUGINS } from "../pulumi/versions.ts";

/** Runs with a cache, a home and a PATH of its own; on PATH is nothing but what these tests call. */
async function inSandbox(run: (root: string) => Promise<void>): Promise<void> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "foobar-pulumi-")));
  await mkdir(join(root, "bin"));
  for (const tool of ["node", "tar", "gzip"]) {
    const { stdout } = await execa("sh", ["-c", `command -v ${tool}`]);
    await symlink(stdout, join(root, "bin", tool));
  }
  const sandbox = { FOOBAR_CACHE_DIR: join(root, "cache"), PULUMI_HOME: join(root, "home"), PATH: join(root, "bin") };
  const before = Object.keys(sandbox).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, sandbox);
  try {
    await run(root);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(root, { recursive: true });
  }
}

async function writeExecutable(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
}

/** A machine's own CLI: two executables, and plugins where it says so. */
async function installCli(root: string, version: string, plugins: boolean): Promise<void> {
  await writeExecutable(join(root, "bin/pulumi"), `#!/bin/sh\necho v${version}\n`);
  await writeExecutable(join(root, "bin/pulumi-language-nodejs"), "#!/bin/sh\n");
  if (!plugins) return;
  for (const plugin of PLUGINS) await writeExecutable(pluginPath(join(root, "home"), plugin), "#!/bin/sh\n");
}

describe("the pulumi step", () => {
  it("uses the machine's own CLI and plugins untouched", () =>
    inSandbox(async (root) => {
      await installCli(root, "3.201.0", true);
      const started = performance.now();
      const found = await pulumiStep().find();
      assert.ok(performance.now() - started < 1000);
      assert.deepEqual(found, { summary: `Pulumi 3.201.0 at ${join(root, "bin/pulumi")}` });
    }));

  it("finds nothing on a bare machine, fast", () =>
    inSandbox(async () => {
      const started = performance.now();
      assert.equal(await pulumiStep().find(), undefined);
      assert.ok(performance.now() - started < 300);
    }));

  it("does not use a CLI that is too old", () =>
    inSandbox(async (root) => {
      await installCli(root, "3.199.9", true);
      assert.equal(await pulumiStep().find(), undefined);
    }));

  it("does not use a CLI without the Node.js language host", () =>
    inSandbox(async (root) => {
      await installCli(root, CLI_VERSION, true);
      await rm(join(root, "bin/pulumi-language-nodejs"));
      assert.equal(await pulumiStep().find(), undefined);
    }));

  it("finds what it has provided, with a home of its own, and takes it back", () =>
    inSandbox(async (root) => {
      const { hash, bin } = await cliProduct();
      await cached("pulumi", hash, (directory) => writeExecutable(join(directory, "bin/pulumi"), ""));
      assert.equal(await pulumiStep().find(), undefined, "plugins are still missing");
      for (const plugin of PLUGINS) {
        const { hash: pluginHash, executable } = await pluginProduct(plugin);
        await cached("pulumi-plugin", pluginHash, (directory) =>
          writeExecutable(join(directory, `pulumi-resource-${plugin.name}`), ""),
        );
        await linkPlugin(ownHome(), plugin, executable);
      }
      const found = await pulumiStep().find();
      assert.deepEqual(found?.path, [bin]);
      assert.equal(found?.env?.["PULUMI_HOME"], join(root, "cache/pulumi-home"));
      assert.equal(
        await pulumiStep().undo(),
        `pulumi: removed ${1 + PLUGINS.length} products from the cache and 0 plugin links from ${join(root, "home")}`,
      );
      assert.equal(await pulumiStep().find(), undefined);
      assert.equal(await pulumiStep().undo(), "pulumi: nothing had been provided");
    }));

  it("links plugins into the user's home and takes back only its own", () =>
    inSandbox(async (root) => {
      const [docker, ...others] = PLUGINS;
      assert.ok(docker && others.length > 0);
      const home = join(root, "home");
      await writeExecutable(join(root, "cache/built"), "");
      for (const other of others) await writeExecutable(pluginPath(home, other), "the vendor's");
      assert.deepEqual(await missingPlugins(home, PLUGINS), [docker]);
      await linkPlugin(home, docker, join(root, "cache/built"));
      assert.deepEqual(await missingPlugins(home, PLUGINS), []);
      assert.equal(await unlinkPlugin(home, docker), true);
      for (const other of others) assert.equal(await unlinkPlugin(home, other), false);
      assert.deepEqual(await missingPlugins(home, PLUGINS), [docker]);
    }));
});

describe("the vendor's release", () => {
  it("has an archive for each platform that it is unpacked on", () => {
    const cases: readonly (readonly [string, string, string | undefined])[] = [
      ["linux", "x64", "pulumi-v3.1.2-linux-x64.tar.gz"],
      ["linux", "arm64", "pulumi-v3.1.2-linux-arm64.tar.gz"],
      ["darwin", "arm64", "pulumi-v3.1.2-darwin-arm64.tar.gz"],
      ["linux", "ia32", undefined],
      ["win32", "x64", undefined],
    ];
    for (const [platform, arch, name] of cases) assert.equal(archiveName(platform, arch, "3.1.2"), name);
  });

  it("is looked up in the list of checksums", () => {
    const list = "AB12  other.tar.gz\nCD34  this.tar.gz\nEF56 *binary.tar.gz\n";
    assert.equal(checksumOf("this.tar.gz", list), "cd34");
    assert.equal(checksumOf("binary.tar.gz", list), "ef56");
    assert.throws(() => checksumOf("that.tar.gz", list), /no published checksum/);
  });

  describe("downloaded", () => {
    const ARCHIVE = "archive.tar.gz";
    let server: Server;
    let vendor = "";
    let files: Map<string, Buffer>;

    beforeEach(async () => {
      files = new Map();
      server = createServer((request, response) => {
        const file = files.get(request.url ?? "");
        response.writeHead(file === undefined ? 404 : 200).end(request.method === "HEAD" ? undefined : file);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      vendor = typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "";
    });

    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    async function publish(root: string, version: string, checksum?: string): Promise<void> {
      await writeExecutable(join(root, "release/pulumi/pulumi"), `#!/bin/sh\necho v${version}\n`);
      await execa("tar", ["-czf", join(root, ARCHIVE), "-C", join(root, "release"), "pulumi"]);
      const archive = await readFile(join(root, ARCHIVE));
      const sum = checksum ?? createHash("sha256").update(archive).digest("hex");
      files.set(`/${ARCHIVE}`, archive);
      files.set(`/pulumi-${CLI_VERSION}-checksums.txt`, Buffer.from(`${sum}  ${ARCHIVE}\n`));
    }

    it("is verified and unpacked", () =>
      inSandbox(async (root) => {
        await publish(root, CLI_VERSION);
        assert.equal(await isReachable(ARCHIVE, vendor), true);
        const directory = join(root, "product");
        await mkdir(directory);
        await downloadRelease(directory, ARCHIVE, () => {}, vendor);
        assert.equal(await isExecutable(join(directory, "bin/pulumi")), true);
      }));

    it("is refused with another checksum or another version", () =>
      inSandbox(async (root) => {
        await publish(root, CLI_VERSION, "00");
        await assert.rejects(
          downloadRelease(root, ARCHIVE, () => {}, vendor),
          /published is 00/,
        );
        await publish(root, "3.0.0");
        await mkdir(join(root, "product"));
        await assert.rejects(
          downloadRelease(join(root, "product"), ARCHIVE, () => {}, vendor),
          /version 3\.0\.0/,
        );
      }));

    it("is not reachable where the host does not know it or does not answer", async () => {
      assert.equal(await isReachable("other.tar.gz", vendor), false);
      assert.equal(await isReachable(ARCHIVE, "http://127.0.0.1:9"), false);
    });
  });
});

describe("versions", () => {
  it("are compared number by number", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["3.200.0", "3.200.0", true],
      ["3.1000.0", "3.200.0", true],
      ["3.99.9", "3.200.0", false],
      ["4.0", "3.200.0", true],
      ["3.200", "3.200.0", true],
      ["3", "3.200.0", false],
    ];
    for (const [version, floor, enough] of cases) assert.equal(atLeast(version, floor), enough, `${version} ${floor}`);
    assert.equal(atLeast(CLI_VERSION, CLI_FLOOR), true);
  });

  it("are found in what programs say", () => {
    assert.equal(findVersion("v3.256.0\n"), "3.256.0");
    assert.equal(findVersion("go1.26.8"), "1.26.8");
    assert.equal(findVersion("3.256.0-alpha.1+dirty"), "3.256.0");
    assert.equal(findVersion("nothing"), undefined);
  });
});

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

  it("calls the program runner with what the engine asks for", () => {
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

describe("the contract", () => {
  const fields = (name: string, optional = false): Fields => new Map([[name, { optional, shape: { kind: "string" } }]]);

  it("tells names, types and missing fields apart", () => {
    const nested: Fields = new Map([
      [
        "a",
        { optional: false, shape: { kind: "array", of: { kind: "object", name: "t", fields: () => fields("x") } } },
      ],
    ]);
    const other: Fields = new Map([
      [
        "a",
        { optional: false, shape: { kind: "array", of: { kind: "object", name: "T", fields: () => fields("y") } } },
      ],
    ]);
    assert.deepEqual(differences("r", fields("a"), fields("a")), []);
    assert.deepEqual(differences("r", fields("commands"), fields("command")), [
      "r.command: only in the npm package",
      "r.commands: only in the plugin",
    ]);
    assert.deepEqual(differences("r", fields("a", true), fields("a")), [
      "r.a: optional in the plugin, required in npm",
    ]);
    assert.deepEqual(differences("r", fields("a"), nested), ["r.a: string in the plugin, array in npm"]);
    assert.deepEqual(differences("r", nested, other), [
      "r.a[].x: only in the plugin",
      "r.a[].y: only in the npm package",
    ]);
  });
});

/** What the npm packages have and a plugin built here does not, and why. */
const EXCLUDED: ReadonlyMap<string, string> = new Map([
  ["docker:index/image:Image", "the vendor's own code, not of the upstream provider; RemoteImage takes its place"],
]);

describe("plugins built from package mirrors", function () {
  this.timeout(60_000);
  for (const plugin of PLUGINS) {
    describe(`${plugin.name} ${plugin.version}`, () => {
      const npm: Typings = typings(`@pulumi/${plugin.name}`);
      let schema: Schema;

      before(async function () {
        const { executable } = await pluginProduct(plugin);
        if (!(await isExecutable(executable))) {
          console.log(`      skipped: ${executable} has not been built on this machine`);
          this.skip();
        }
        schema = await pluginSchema(executable);
      });

      it("has the version of the npm package", () => {
        assert.equal(plugin.version, npm.version);
      });

      it("serves every resource and function of the npm package, and no other", () => {
        const wanted = npm.resources.filter((token) => !EXCLUDED.has(token));
        assert.deepEqual([...schema.resources.keys()].sort(), wanted.sort());
        assert.deepEqual([...schema.functions.keys()].sort(), [...npm.functions].sort());
      });

      it("has every field of every resource under its name, with its type", () => {
        const found = [...schema.resources].flatMap(([token, { inputs, outputs }]) => {
          const typed = npm.resource(token);
          return [
            ...differences(`${token} inputs`, inputs, typed.inputs),
            ...differences(`${token} outputs`, outputs, typed.outputs),
          ];
        });
        assert.deepEqual(found, []);
      });

      it("keeps secret what the npm package keeps secret", () => {
        for (const [token, { secrets }] of schema.resources) {
          assert.deepEqual([...secrets].sort(), [...npm.resource(token).secrets].sort(), token);
        }
      });

      it("has every field of every function under its name, with its type", () => {
        const found = [...schema.functions].flatMap(([token, { inputs, outputs }]) => {
          const typed = npm.function(token);
          return [
            ...differences(`${token} inputs`, inputs, typed.inputs),
            ...differences(`${token} outputs`, outputs, typed.outputs),
          ];
        });
        assert.deepEqual(found, []);
      });

      it("has every field of the provider's configuration under its name, with its type", () => {
        assert.deepEqual(differences("provider", schema.provider, npm.provider()), []);
      });
    });
  }
});

/**
 * A program for the language host; what it does is a setting. It awaits first: Node.js 20 takes many seconds to print
 * a stack that goes back into the SDK's own start of the program.
 */
const PROGRAM = `
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
const config = new pulumi.Config();
const mode: string = config.require("mode");
console.log("a line of the program");
await Promise.resolve();
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

describe("a program, run by what was built from package mirrors", function () {
  this.timeout(180_000);
  let root = "";
  let env: Record<string, string> = {};

  before(async function () {
    const built = await pulumiStep().find();
    if (built?.path === undefined) {
      console.log("      skipped: nothing has been built on this machine");
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
      const pid = Number(await poll(() => readFile(join(root, "pid"), "utf8").catch(() => undefined)));
      preview.kill(signal);
      await preview;
      await poll(async () => (isRunning(pid) ? undefined : true));
    });
  }
});

async function poll<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const result = await attempt();
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("not within 20 s");
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
