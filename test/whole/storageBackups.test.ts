import assert from "node:assert/strict";
import { serviceOf } from "../../operations/stack/find.ts";
import { docker } from "../engine.ts";
import { describeProject, measured, post, seconds, succeed, up } from "../site.ts";

describeProject("backups of storages, against one real stack", (project) => {
  /** Runs a line of bash in an application. */
  const inApplication = async (line: string) => {
    const { containers } = await project().inventory();
    const application = containers.find(({ name: one }) => serviceOf(one) === "app-server1");
    assert.ok(application, "there is no application");
    return docker("exec", application.id, "bash", "-c", `cd /srv/uploads; ${line}`);
  };
  const files = () => inApplication("find . -mindepth 1 -printf '%m %U %s %T@ %p\\n' | sort");

  let name = "";
  let before = "";

  it("are taken with those of the databases", async () => {
    await project().configure({
      "foobar:mysql": { backup: { archiveSeconds: 5 } },
      "foobar:application": { storage: { uploads: { path: "/srv/uploads" } } },
    });
    await up(project());
    await up(project(), "--expect-no-changes");
    await inApplication("echo first >first; chmod 600 first; mkdir folder");
    before = await files();
    await post(project(), "with the first file");
    const said = (await succeed(project(), "backup")).trim();
    assert.match(said, /with 1 files of uploads/);
    [name = ""] = said.split(/ {2,}/);
    assert.match(await succeed(project(), "backups"), /uploads: 1 files, .* until /);
  });

  it("bring back the files with the data, and keep the files that they replace", async () => {
    await inApplication("rm first; echo second >second");
    const later = await files();
    const start = performance.now();
    const { exitCode, output } = await project().npm("restore", ["--name", name, "--yes"]);
    measured(`restore=${seconds(start)}`);
    assert.equal(exitCode, 0, output);
    assert.match(output, /uploads: the files as of .*(the moment of the data|s after the data)/);
    assert.match(output, /the former data is kept in .*-storage-uploads/);
    assert.equal(await files(), before);
    await up(project(), "--expect-no-changes");

    await succeed(project(), "restore", "--undo", "--yes");
    assert.equal(await files(), later);
  });
});
