import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { engineMissing } from "../engine.ts";
import { createStorageStage, type StorageStage } from "../storageStage.ts";

const NAME = "20261121T120000Z";

/** Files of every kind, one of which no other user may read. */
const FILL = String.raw`
  mkdir -p uploads/a/b uploads/empty 'uploads/sp ace' uploads/$'new\nline' media/m
  cd uploads
  echo one >a/one; printf x >a/b/two; ln a/one a/hard; ln -s a/one soft; ln -s /etc/passwd absolute; ln -s nowhere lost
  echo 1 >'sp ace/-dash'; echo 2 >$'new\nline/t\tab'; echo 3 >$'no\xfftext'; touch -- -rf
  echo secret >private; chown 1234:5678 private; chmod 600 private; chmod 4755 a/one; chmod 555 a/b
  truncate -s 1G sparse; mkfifo pipe; head -c 300000 /dev/urandom >big; touch -d '2020-01-01 00:00:00.123456789' old
  mkdir closed; echo deep >closed/deep; chown -R 1234:5678 closed; chmod 700 closed
  chown 1000:1000 .; chmod 2770 .; echo m >../media/m/m`;

/** Every kind of change between two copies. */
const CHANGE = `
  cd uploads
  rm big; echo changed >private; rmdir empty; ln -sfn a empty; rm -r 'sp ace'; mkdir -p n/n; echo new >n/n/new
  ln n/n/new n/again; mv a/b moved; rm soft; mkdir soft; echo in >soft/in; rm -r closed; echo file >closed; chmod 711 n`;

const MORE = "cd uploads; echo later >later; rm private; chmod 640 old";

/** Prints the files of a storage, as the stage prints those that are restored. */
const LISTING = `bash -s <<'END'\n${readFileSync(new URL("../storageStage/files.sh", import.meta.url), "utf8")}END`;

describe("the backups of storages, by their own scripts", function () {
  this.timeout(300_000);
  let stage: StorageStage;
  /** The files as they were at each copy, and moments in microseconds between the copies. */
  const files: string[] = [];
  const moments: string[] = [];
  const copies: string[] = [];
  const micros = () => stage.backups("micros");
  const filesNow = () => stage.application(LISTING);

  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createStorageStage();
    await stage.application(FILL);
    await stage.backups(`take ${NAME} && work`);
    files.push(await filesNow());
    assert.equal(await stage.backups("archive"), "archiving media,uploads");
    copies.push(await stage.backups("copies"));
    moments.push(await micros());
    for (const change of [CHANGE, "true", MORE]) {
      await stage.application(change);
      await stage.backups("archive");
      copies.push(await stage.backups("copies"));
      moments.push(await micros());
      if (change !== "true") files.push(await filesNow());
    }
  });

  after(() => stage?.remove());

  it("hold a copy more if something has changed, and none otherwise", () =>
    assert.deepEqual(copies, ["0", "1", "1", "2"]));

  it("bring back the full copy, with owners, modes, times, links, holes and names of every kind", async () => {
    const { sent, unpacked, files: restored } = await stage.restore("backup");
    assert.equal(unpacked, "");
    assert.match(sent, /"files":\d+,"size":\d+,"storages":"media,uploads"/);
    assert.equal(restored, files[0]);
    assert.match(restored, /f 600 1234 5678 7 /);
  });

  it("bring back the last copy", async () => {
    assert.equal((await stage.restore("end")).files, files[2]);
  });

  it("bring back the files of the first look at or after a moment, and say until when they were the same", async () => {
    const [first = "", second = "", third = ""] = moments;
    const at = async (moment: string) => {
      const { sent, files: restored } = await stage.restore(moment);
      const { at: from, held } = JSON.parse(sent.split("\n").at(-1) ?? "");
      return { restored, from, held };
    };
    // Between the last look at the first files and the change: the next copy is the first that has all of them.
    const one = await at(first);
    assert.equal(one.restored, files[1]);
    assert.ok(one.from > Number(first));
    // Between two looks that found no change: the files of that moment.
    const two = await at(second);
    assert.equal(two.restored, files[1]);
    assert.ok(two.from < Number(second) && Number(second) < two.held);
    // After the last look that found no change.
    assert.equal((await at(third)).restored, files[2]);
  });

  it("go into a folder of a storage whose present files stay", async () => {
    const { files: restored } = await stage.restore("backup", { aside: "uploads" });
    const below = restored.split("\n").filter((line) => line.includes("./.restored"));
    const inFolder = (line: string) => line.replaceAll("./.restored/", "./").replace(/ \.\/\.restored$/, " .");
    assert.deepEqual(below.map(inFolder).sort(), (files[0] ?? "").split("\n").sort());
  });

  it("do not fail by files that come, go, grow and shrink while they are read", async () => {
    const changing = stage.application(`cd uploads; mkdir busy
      for ((i = 0; i < 400; i++)); do
        echo $i >busy/$i; head -c 100000 /dev/zero >>busy/grows; truncate -s $((i * 10)) busy/shrinks; rm -f busy/$((i - 5))
      done; rm -r busy`);
    const answers = new Set<string>();
    let isOver = false;
    void changing.finally(() => {
      isOver = true;
    });
    while (!isOver) answers.add(await stage.backups("archive"));
    await changing;
    assert.deepEqual([...answers], ["archiving media,uploads"]);
    await stage.backups("archive");
    assert.equal((await stage.restore("end")).files, await filesNow());
  });

  describe("if somebody else has changed them", () => {
    const CASES: readonly [string, string, RegExp][] = [
      ["a byte of a copy", "printf X | dd of=$storage/00000001.data bs=1 seek=50 conv=notrunc status=none", /checksum/],
      ["a manifest", 'sed -i \'s/"gone":/"gone":1/\' $storage/00000001.json', /00000001.json is not as this stack/],
      [
        "two copies exchanged",
        "for of in json data; do exchange $storage/00000001.$of $storage/00000002.$of; done",
        /00000001.json is not as this stack/,
      ],
      ["a copy dropped", "rm $storage/00000001.*", /00000001.json is missing/],
      ["the last copies dropped", "rm $storage/0000000[2-9].*", /00000002.json is missing/],
      ["the progress dropped", "rm $storage/progress.json", /progress.json is missing/],
      ["all of them dropped", "rm -r $storage", /progress.json is missing/],
      [
        "the progress in place of a manifest",
        "cp $storage/progress.json $storage/00000000.json",
        /00000000.json is not/,
      ],
    ];
    for (const [what, change, says] of CASES) {
      it(`restore nothing: ${what}`, async () => {
        const { sent, files: restored } = await stage.restore("end", { change });
        assert.match(sent.split("\n").at(-1) ?? "", says);
        assert.match(sent.split("\n").at(-1) ?? "", /^error: /);
        assert.equal(restored.split("\n").length, 1);
      });
    }
  });

  // Last, because the copies cannot be restored after it. Tests of a group come after those outside of one.
  describe("if their progress is not as it was left", () => {
    it("begin anew with a full backup", async () => {
      const said =
        await stage.backups(`sed -i 's/"files":/"files":1/' $target/full/${NAME}/storage/progress.json; archive; lacks_storage ${NAME} \
      "$(cat $target/full/${NAME}/manifest.json)" && echo due`);
      assert.match(said, /^failed: .*progress.json is not as it was left; a new full backup is taken\ndue$/);
    });
  });
});
