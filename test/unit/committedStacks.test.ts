import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ROOT } from "../../operations/stack/project.ts";

describe("the stack files of the repository", () => {
  const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yaml"));

  for (const file of ["Pulumi.dev.yaml", ...examples.map((name) => `examples/${name}`)]) {
    it(`${file} belongs to nobody's passphrase, so that a fresh clone can be brought up`, async () => {
      // As it is committed: a run in this clone adds the salt of its own passphrase.
      const committed = await execa("git", ["show", `HEAD:${file}`], { cwd: ROOT, reject: false });
      const text = committed.exitCode === 0 ? committed.stdout : await readFile(join(ROOT, file), "utf8");
      assert.doesNotMatch(text, /^(encryptionsalt|encryptedkey|secretsprovider):/m);
    });
  }
});
