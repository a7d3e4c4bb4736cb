import assert from "node:assert/strict";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { cacheRoot } from "../../bootstrap/cache.ts";
import { createProject, missing, type TestProject } from "../project.ts";

describe("a shell that has evaluated npm run env", function () {
  this.timeout(120_000);
  let project: TestProject;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    const lack = await missing();
    if (lack !== undefined) {
      console.warn(`    NOT TESTED: ${lack}`);
      this.skip();
    }
    project = await createProject();
    const state = join(project.folder, "it's a state");
    // Like the shell of a user with a current Node.js, without the bootstrap's folders on its PATH.
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
    const path = (process.env["PATH"] ?? "")
      .split(delimiter)
      .filter((folder) => folder === dirname(process.execPath) || !folder.startsWith(cacheRoot()));
    env = {
      ...Object.fromEntries(own),
      PATH: path.join(delimiter),
      FOOBAR_STATE_DIR: state,
      PULUMI_CREDENTIALS_PATH: join(project.folder, ".login"),
    };
  });

  after(() => project?.remove());

  const shell = async (script: string, environment = env) => {
    const { exitCode, stdout, stderr } = await execa("/bin/sh", ["-euc", script], {
      cwd: project.folder,
      env: environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    return { exitCode, stdout: stripVTControlCharacters(stdout), stderr };
  };
  const command = (stack = project.stack) => `npm run --silent env -- --stack ${stack}`;
  const evaluate = () => `eval "$(${command()})"`;

  it("has a CLI that knows the stack, opens its secrets and previews it", async () => {
    const { exitCode, stdout, stderr } = await shell(`${evaluate()}
      pulumi version
      pulumi stack ls
      pulumi config set --secret foobar:word hidden
      pulumi config get foobar:word
      pulumi config rm foobar:word
      pulumi stack output --show-secrets
      pulumi preview --non-interactive`);
    assert.equal(exitCode, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /^v?3\./);
    assert.match(stdout, new RegExp(`^${project.stack}\\*`, "m"));
    assert.match(stdout, /^hidden$/m);
    assert.match(stdout, /\d+ to create/);
  });

  it("has all that it needs: a second evaluation changes nothing, and npm's commands use the same stack", async () => {
    const { stdout, stderr } = await shell(
      `${evaluate()}; echo "[$(npm run --silent env)]"; npm run --silent releases`,
    );
    assert.equal(stdout, "[]");
    assert.match(stderr, /no release is kept yet/);
  });

  it("receives only exports, and no secret", async () => {
    const { stdout } = await shell(command());
    const passphrase = (await readFile(join(project.folder, "it's a state/passphrase"), "utf8")).trim();
    for (const line of stdout.split("\n")) assert.match(line, /^export [A-Z_]+='/);
    assert.ok(!stdout.includes(passphrase));
  });

  it("receives only the stack if the user has a CLI and a backend of their own", async () => {
    const tools = await shell(`${evaluate()}; command -v pulumi; printenv PULUMI_HOME || true`);
    const [cli = "", home] = tools.stdout.split("\n");
    await mkdir(join(project.folder, "own"));
    const url = `file://${join(project.folder, "own")}`;
    await mkdir(join(project.folder, ".login"), { recursive: true });
    await writeFile(join(project.folder, ".login/credentials.json"), JSON.stringify({ current: url }));
    const bin = join(project.folder, "bin");
    await mkdir(bin);
    for (const tool of ["pulumi", "pulumi-language-nodejs"]) {
      await writeFile(join(bin, tool), `#!/bin/sh\nexec ${join(cli, "..", tool)} "$@"\n`, { mode: 0o755 });
    }
    const { FOOBAR_STATE_DIR: _, ...rest } = env;
    const environment = {
      ...rest,
      PATH: `${bin}:${env["PATH"]}`,
      PULUMI_CONFIG_PASSPHRASE: "a secret of the user's",
      ...(home && { PULUMI_HOME: home }),
    };
    const { exitCode, stdout, stderr } = await shell(command("own"), environment);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, "export PULUMI_STACK='own'");
  });

  it("receives no line, but a reason, if the command fails", async () => {
    await rename(join(project.folder, "it's a state/passphrase"), join(project.folder, "away"));
    await mkdir(join(project.folder, "it's a state/state/.pulumi/stacks"), { recursive: true });
    await writeFile(join(project.folder, ".login/credentials.json"), "{}");
    const { exitCode, stdout, stderr } = await shell(command());
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: the passphrase of the state in .* is missing/);
  });
});
