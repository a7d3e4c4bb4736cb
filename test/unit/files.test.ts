import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { configFiles, folderFiles, secretFiles } from "../../components/files.ts";

describe("mounted files", () => {
  it("have another version when a name or a content differs, and the same whatever the order", () => {
    const version = (files: Record<string, string>) => configFiles("/etc", files).version;
    assert.equal(version({ a: "1", b: "2" }), version({ b: "2", a: "1" }));
    const others = [{ a: "1", b: "3" }, { a: "1", c: "2" }, { a: "1" }, { a: "1b", "": "2" }, { a: "12" }];
    for (const other of others) assert.notEqual(version(other), version({ a: "1", b: "2" }));
  });

  it("may be read by all where they are configuration, run where they are scripts, and read by root's group where they are secrets", () => {
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

  it("of a folder are all that is below it, by relative name, and their version follows their content", () => {
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
