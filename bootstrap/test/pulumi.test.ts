import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { execa } from "execa";
import { cached } from "../cache.ts";
import { isExecutable, linkPlugin, missingPlugins, ownHome, pluginPath, unlinkPlugin } from "../pulumi/home.ts";
import { cliProduct, pluginProduct } from "../pulumi/mirror.ts";
import { archiveName, checksumOf, downloadRelease, isReachable } from "../pulumi/release.ts";
import { pulumiStep } from "../pulumi/step.ts";
import { atLeast, CLI_FLOOR, CLI_VERSION, findVersion, GO_FLOOR, PLUGINS } from "../pulumi/versions.ts";
import { inSandbox, writeExecutable } from "./sandbox.ts";

/** A machine's own CLI: two executables, and optionally plugins. */
async function installCli(root: string, version: string, plugins: boolean): Promise<void> {
  await writeExecutable(join(root, "bin/pulumi"), `#!/bin/sh\necho v${version}\n`);
  await writeExecutable(join(root, "bin/pulumi-language-nodejs"), "#!/bin/sh\n");
  if (!plugins) return;
  for (const plugin of PLUGINS) await writeExecutable(pluginPath(join(root, "home"), plugin), "#!/bin/sh\n");
}

/** Prints the duration of a look: every command begins with it. */
async function timed<T>(what: string, look: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await look();
  console.log(`      ${what} in ${(performance.now() - begin).toFixed(0)} ms`);
  return result;
}

describe("the pulumi step", () => {
  it("uses the machine's own CLI and plugins unchanged", () =>
    inSandbox(async (root) => {
      await installCli(root, "3.201.0", true);
      const found = await timed("found", () => pulumiStep().find());
      assert.deepEqual(found, { summary: `Pulumi 3.201.0 at ${join(root, "bin/pulumi")}` });
    }));

  it("finds nothing on a bare machine", () =>
    inSandbox(async () => {
      assert.equal(await timed("looked in vain", () => pulumiStep().find()), undefined);
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

  it("finds its own products, with a home of their own, and removes them", () =>
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

  it("links plugins into the user's home and removes only its own links", () =>
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
  it("has an archive for each supported platform", () => {
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

    it("is not reachable if the host does not know it or does not answer", async () => {
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

  it("of the provided CLI: the SDK's or newer, and that of the Go module", async () => {
    const file = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
    const { dependencies } = JSON.parse(await file("package.json"));
    assert.equal(atLeast(CLI_VERSION, dependencies["@pulumi/pulumi"]), true);
    const module = await file("bootstrap/go/cli/go.mod");
    assert.ok(module.includes(`github.com/pulumi/pulumi/pkg/v3 v${CLI_VERSION} `));
    assert.ok(module.includes(`\ngo ${GO_FLOOR}\n`));
  });

  it("are found in programs' output", () => {
    assert.equal(findVersion("v3.256.0\n"), "3.256.0");
    assert.equal(findVersion("go1.26.8"), "1.26.8");
    assert.equal(findVersion("3.256.0-alpha.1+dirty"), "3.256.0");
    assert.equal(findVersion("nothing"), undefined);
  });
});
