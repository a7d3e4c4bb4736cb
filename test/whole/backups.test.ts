import assert from "node:assert/strict";
import { eventually } from "../../engine/eventually.ts";
import { databasesOfProject, describeProject, measured, post as postOne, seconds, succeed, up } from "../site.ts";

const CONTENT = "SELECT COUNT(*), BIT_XOR(CRC32(CONCAT(id, text))) FROM foobar.messages";

describeProject("backups, against one real stack", (project) => {
  const succeeds = (script: string, ...args: string[]) => succeed(project(), script, ...args);
  const databases = () => databasesOfProject(project());

  const askPrimary = async (statement: string) => {
    const { primary, ask } = await databases();
    return ask(await primary(), statement);
  };

  const post = async (messages: number, text: string) => {
    for (let number = 0; number < messages; number++) await postOne(project(), `${text} ${number}`);
  };

  let backup = "";

  it("are taken of a stack that asks for them", async () => {
    await project().configure({ "foobar:mysql": { backup: { archiveSeconds: 5 } } });
    await up(project());
    await up(project(), "--expect-no-changes");
  });

  it("are taken on request, and listed", async () => {
    await post(20, "in the backup");
    const [name = "", size, seconds] = (await succeeds("backup")).trim().split(/ {2,}/);
    measured(`backup size=${size} took=${seconds}`);
    backup = name;
    const listed = (await succeeds("backups")).split("\n").find((line) => line.startsWith(backup));
    assert.match(listed ?? "", /checked, 20 rows +encrypted/);
  });

  it("are not restored if the requested data does not exist, and nothing changes", async () => {
    const refused = async (pattern: RegExp, ...args: string[]) => {
      const { exitCode, output } = await project().npm("restore", [...args, "--yes"]);
      assert.equal(exitCode, 1, output);
      assert.match(output, pattern);
    };
    await refused(/the archive does not have 2020-01-01.*\n +allowed: +a moment from /, "--to", "2020-01-01T00:00:00Z");
    await refused(new RegExp(`there is no backup ${backup}x; did you mean ${backup}\\?`), "--name", `${backup}x`);
    await up(project(), "--expect-no-changes");
  });

  it("bring back the data of the moment before a table was dropped, on every member", async () => {
    await post(30, "in the archive");
    const before = await askPrimary(CONTENT);
    assert.equal(before[0]?.[0], "50");
    const [[moment = ""] = []] = await askPrimary("SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ')");
    await post(10, "too late");
    await askPrimary("DROP TABLE foobar.messages");

    const start = performance.now();
    const { exitCode, output } = await project().npm("restore", ["--to", moment, "--yes"]);
    assert.equal(exitCode, 0, output);
    measured(`restore rows_before=50 rows_after=${(await askPrimary(CONTENT))[0]?.[0]}`);
    measured(`restore=${seconds(start)}`);
    assert.match(output, /messages +rows now: no table, restored: 50/);

    const { names, ask } = await databases();
    for (const name of names) {
      await eventually(async () => assert.deepEqual(await ask(name, CONTENT), before, name), 30);
    }
    await post(1, "after the restore");
    await up(project(), "--expect-no-changes");
  });

  it("keep the replaced data, and bring it back", async () => {
    await succeeds("restore", "--undo", "--yes");
    const tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'foobar'";
    assert.deepEqual(await askPrimary(tables), [["0"]]);
  });
});
