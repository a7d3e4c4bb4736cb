import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { bootUnit, script } from "../../operations/hosts/unit.ts";

describe("the unit for boots", () => {
  const unit = bootUnit("foobar");
  const command = /^ExecStart=\/bin\/sh -c '(.*)'$/m.exec(unit)?.[1] ?? "";

  it("starts after the engine, whenever that starts, and delays no boot", () => {
    assert.match(unit, /^After=docker\.service$/m);
    assert.match(unit, /^WantedBy=docker\.service$/m);
    assert.match(unit, /^Type=simple$/m);
  });

  it("is read by systemd as what a shell is to do", () => {
    assert.doesNotMatch(command, /['\\]/);
    assert.doesNotMatch(command.replaceAll("$$", ""), /\$/);
    assert.equal(command.replaceAll("$$", "$"), script("foobar"));
  });

  it("says how it is installed, and that it starts what a person has stopped", () => {
    assert.match(unit, /systemctl enable foobar-boot\.service/);
    assert.match(unit, /stopped by hand/);
  });

  it("starts stopped containers, the oldest first, without those of commands, and goes on after a failure", async () => {
    const folder = await mkdtemp(join(tmpdir(), "unit-"));
    const said = join(folder, "said");
    try {
      // The newest come first, as in the list of the engine.
      await writeFile(
        join(folder, "docker"),
        `#!/bin/sh
echo "$*" >>${said}
case $1 in
  ps) printf 'new foobar.stack=dev\\nrestore foobar.stack=dev,foobar.purpose=restore\\nold foobar.stack=dev\\n' ;;
  start) [ "$2" != old ] ;;
esac
`,
      );
      await writeFile(join(folder, "sleep"), "#!/bin/sh\n");
      for (const name of ["docker", "sleep"]) await chmod(join(folder, name), 0o755);
      await execa("sh", ["-ec", script("foobar")], { env: { PATH: `${folder}:${process.env["PATH"]}` } });
      const lines = (await readFile(said, "utf8")).trim().split("\n");
      assert.match(lines[0] ?? "", /^ps --all --filter status=exited --filter label=foobar\.project=foobar /);
      assert.deepEqual(lines.slice(1, 3), ["start old", "start new"]);
      assert.equal(lines.filter((line) => line === "start new").length, 8);
      assert.ok(!lines.includes("start restore"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
