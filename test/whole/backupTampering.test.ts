import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { BACKUP_SCRIPTS } from "../../components/mysqlBackup/folders.ts";
import { parseListing } from "../../operations/backups/listing.ts";
import { type Case, CHANGED, OLDER, SOUND } from "../backupStage/cases.ts";
import { type BackupStage, createBackupStage } from "../backupStage.ts";
import { engineMissing } from "../engine.ts";

const KEY = "kEy9".repeat(16);

describe("a change in the folder of the backups, with the scripts in their image", function () {
  this.timeout("20m");
  const results = new Map<string, { readonly says: string; readonly problems: string }>();
  let stage: BackupStage | undefined;
  const run = async (line: string) => (await stage?.run(line)) ?? "";

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const cases = [...SOUND, ...CHANGED, ...OLDER];
    stage = await createBackupStage(KEY);
    const restored = await stage.restore(cases.map(({ script }) => script));
    for (const [number, { says, list }] of restored.entries()) {
      results.set(cases[number]?.name ?? "", { says, problems: parseListing(list).problems.join("\n") });
    }
  });

  after(async () => {
    await stage?.remove();
  });

  const check = ({ name, says, lists }: Case) => {
    const result = results.get(name);
    assert.match(result?.says ?? "", says);
    if (lists === undefined) assert.equal(result?.problems, "");
    else assert.match(result?.problems ?? "", lists);
  };

  describe("leaves an unchanged part restorable:", () => {
    for (const one of SOUND) it(one.name, () => check(one));
  });

  describe("is detected by the restore:", () => {
    for (const one of CHANGED) it(one.name, () => check(one));
  });

  describe("a backup of an older version", () => {
    for (const one of OLDER) it(one.name, () => check(one));
  });

  it("is detected by the running scripts if it removes the end of the archive", async () => {
    assert.match(
      await run("cat /stage/answer"),
      /^failed: archive\/\w+\/00000006.json is not as it was left; a new full backup is taken/,
    );
  });

  it("finds codes that are the HMAC-SHA256 of their manifests, by a key derived from the stack's key", async () => {
    const manifests = (await run("cat /stage/folder/full/*/manifest.json /stage/folder/archive/*/*.json")).split("\n");
    assert.equal(manifests.length, 9);
    const key = createHmac("sha256", KEY).update("foobar backups: authentication").digest();
    for (const manifest of manifests) {
      const [, said = "", code] = /^(.*),"hmac":"(.*)"\}$/.exec(manifest) ?? [];
      assert.equal(code, createHmac("sha256", key).update(`${said}}`).digest("hex"), manifest);
    }
  });

  it("finds no key among the arguments of a process", async () => {
    const seen = await run("cat /stage/arguments");
    assert.match(seen, /\/dev\/fd\/3/);
    const keys = await run(`. ${BACKUP_SCRIPTS}/authentic.sh; echo $stack_key $authentication_key $encryption_key`);
    for (const key of [KEY, ...keys.split(" ")]) assert.ok(key.length >= 64 && !seen.includes(key));
  });
});
