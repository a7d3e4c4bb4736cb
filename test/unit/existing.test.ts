import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBackend } from "../../operations/session/backend.ts";
import { ensureStack } from "../../operations/session/existing.ts";

describe("the stack of a command", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A machine with a stub of the CLI, which notes its calls, knows these stacks, and selects or makes stacks. */
  const machine = (...stacks: readonly string[]) => {
    const list = JSON.stringify(stacks.map((name) => ({ name })));
    const script = `#!/bin/sh
echo "$*" >>'${folder}/calls'
case "$*" in
  *ls*) echo '${list}' ;;
  *--create*) ;;
  *) for last; do :; done; case ' ${stacks.join(" ")} ' in *" $last "*) ;; *) echo "error: no stack named '$last' found" >&2; exit 6 ;; esac ;;
esac`;
    writeFileSync(join(folder, "pulumi"), script, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
    return { env, backend: findBackend({ FOOBAR_STATE_DIR: folder, PULUMI_CREDENTIALS_PATH: folder }) };
  };
  const name = (reference: string) => ({ stack: reference, reference });
  const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");

  it("is made by a command that may make stacks", async () => {
    await ensureStack(name("prdo"), machine("prod"), true);
    assert.deepEqual(calls(), ["stack select --create --stack prdo"]);
  });

  it("is not made by any other command, which lists the existing stacks", async () => {
    await assert.rejects(ensureStack(name("prdo"), machine("dev", "prod"), false), {
      message: `there is no stack prdo; did you mean prod?
    allowed:   dev, prod; npm run up -- --stack prdo makes it`,
    });
    assert.ok(calls().every((call) => !call.includes("--create")));
    await assert.rejects(ensureStack(name("dev"), machine(), false), /there is no stack dev\n.*none has been made yet/);
  });

  it("is left as it is if it exists, which a local backend shows without the CLI", async () => {
    await ensureStack(name("prod"), machine("prod"), false);
    assert.deepEqual(calls(), ["stack select --stack prod"]);
    mkdirSync(join(folder, "state/.pulumi/stacks/foobar"), { recursive: true });
    writeFileSync(join(folder, "state/.pulumi/stacks/foobar/dev.json"), "{}");
    await ensureStack(name("dev"), machine(), false);
    assert.equal(calls().length, 1);
  });
});
