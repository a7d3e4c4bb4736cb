import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { configFiles, folderFiles, secretFiles } from "../../components/files.ts";

describe("mounted files", () => {
  it("have a version that depends on names and contents, not on the order", () => {
    const version = (files: Record<string, string>) => configFiles("/etc", files).version;
    assert.equal(version({ a: "1", b: "2" }), version({ b: "2", a: "1" }));
    const others = [{ a: "1", b: "3" }, { a: "1", c: "2" }, { a: "1" }, { a: "1b", "": "2" }, { a: "12" }];
    for (const other of others) assert.notEqual(version(other), version({ a: "1", b: "2" }));
  });

  it("are readable by all if they are configuration, executable if scripts, and readable by root's group if secrets", () => {
    const modes = configFiles("/etc", { "a.cnf": "x", "b.sh": "y" }).uploads.map(({ file, permissions }) => [
      file,
      permissions,
    ]);
    assert.deepEqual(modes, [
      ["/etc/a.cnf", "0444"],
      ["/etc/b.sh", "0555"],
    ]);
    const secrets = secretFiles({ password: pulumi.secret("x") });
    assert.deepEqual(
      secrets.uploads.map(({ permissions }) => permissions),
      ["0440"],
    );
  });

  it("of a folder are all files below it, by relative name, with a version that depends on their content", () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    mkdirSync(join(folder, "public/deep"), { recursive: true });
    writeFileSync(join(folder, "index.js"), "1");
    writeFileSync(join(folder, "public/deep/a.css"), "2");
    const before = folderFiles("/app", folder);
    assert.deepEqual(
      before.uploads.map(({ file }) => file),
      ["/app/index.js", "/app/public/deep/a.css"],
    );
    assert.ok(before.uploads.every(({ content }) => content === undefined));
    assert.equal(folderFiles("/app", folder).version, before.version);
    writeFileSync(join(folder, "public/deep/a.css"), "3");
    assert.notEqual(folderFiles("/app", folder).version, before.version);
    rmSync(folder, { recursive: true });
  });
});
