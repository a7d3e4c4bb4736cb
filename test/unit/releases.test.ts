import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderFiles } from "../../components/files.ts";
import { anotherKind } from "../../operations/session/releaseSettings.ts";
import { missingRelease } from "../../preflight/release.ts";
import { folderContent } from "../../releases/content.ts";
import { releaseFolder } from "../../releases/folder.ts";
import { type Entry, imageForward, inUse, note, previous, readJournal } from "../../releases/journal.ts";
import { age, releaseTable } from "../../releases/report.ts";
import { expendable, imageVersion, keep, keepImage, kept } from "../../releases/store.ts";

/** An application of files. */
const FILES = { kind: "files", image: "node:24.22.2-slim" } as const;
const NOW = new Date("2026-01-02T12:00:00Z");
const before = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

/** An update from a text: `R1`, `R2 failed`, `R1 pinned`, `R1 on image`. */
function entries(...updates: string[]): Entry[] {
  return updates.map((text) => {
    const [release = "", ...words] = text.split(" ");
    return {
      at: NOW.toISOString(),
      release,
      image: words.includes("on") ? String(words[words.indexOf("on") + 1]) : "node:1",
      ok: !words.includes("failed"),
      pinned: words.includes("pinned"),
    };
  });
}

describe("kept releases", () => {
  let folder: string;
  let home: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-"));
    home = join(folder, "releases");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Keeps an application of one file and one below it; resolves to its release. */
  const use = (text: string, usedAt = NOW): string => {
    const files = join(folder, "app");
    mkdirSync(join(files, "deep"), { recursive: true });
    writeFileSync(join(files, "index.js"), text);
    writeFileSync(join(files, "deep/a.css"), "css");
    const content = folderContent(files);
    keep(files, content, home);
    utimesSync(releaseFolder(content.version, home), usedAt, usedAt);
    return content.version;
  };
  const releases = () => kept(home).map(({ release }) => release);
  const edit = (release: string) => writeFileSync(join(releaseFolder(release, home), "index.js"), "edited");

  it("keep the files under their version, whatever happens to the folder", () => {
    const release = use("1");
    use("2");
    const { version, uploads } = folderFiles("/app", releaseFolder(release, home));
    assert.equal(version, release);
    assert.deepEqual(
      uploads.map(({ file }) => file),
      ["/app/deep/a.css", "/app/index.js"],
    );
  });

  it("are listed by their last use, the newest first", () => {
    const [a, b] = [use("a", before(10)), use("b", before(20))];
    assert.deepEqual(releases(), [a, b]);
    use("b");
    assert.deepEqual(releases(), [b, a]);
  });

  it("are invalid after a file was edited, until the same files are deployed again", () => {
    const release = use("1");
    edit(release);
    assert.deepEqual(releases(), []);
    use("1");
    assert.deepEqual(releases(), [release]);
  });

  it("leave nothing half-copied when the files change meanwhile", () => {
    const files = join(folder, "app");
    mkdirSync(files);
    writeFileSync(join(files, "index.js"), "1");
    const content = folderContent(files);
    writeFileSync(join(files, "index.js"), "changed");
    assert.throws(() => keep(files, content, home), /changed while they were copied/);
    assert.deepEqual(readdirSync(home), []);
  });

  it("are the last five, and those that a stack runs or would go back to", () => {
    const [first, second, ...others] = ["a", "b", "c", "d", "e", "f"].map((text, index) =>
      use(text, before(90 - index)),
    );
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(existsSync(releaseFolder(first, home)), false);
    for (const entry of entries(second, `${others[0]} failed`)) note("prod", entry, home);
    const latest = ["g", "h", "i"].map((text, index) => use(text, before(9 - index)));
    assert.deepEqual(releases(), [...latest.reverse(), ...others.slice(-2).reverse(), second]);
  });

  it("are refused in the settings if they are not kept, with a list of the kept ones", () => {
    assert.deepEqual(missingRelease(use("1", before(7_200)), FILES, home, NOW), []);
    const [newest, oldest] = [use("2", before(60)), releases().at(-1)];
    const [problem] = missingRelease("0000000000", FILES, home, NOW);
    assert.deepEqual(problem, {
      path: ["application", "release"],
      value: "0000000000",
      allowed: `a kept release: ${newest} (1 minute ago), ${oldest} (2 hours ago)`,
      example: newest,
    });
    edit(newest);
    assert.equal(missingRelease(newest, FILES, home, NOW).length, 1);
    assert.equal(missingRelease(newest, FILES, join(folder, "none"), NOW)[0]?.example, undefined);
  });

  it("do not run where an image alone runs, nor the other way round", () => {
    const files = use("1", before(60));
    assert.equal(anotherKind(files, { kind: "files" }, home), undefined);
    assert.match(anotherKind(files, { kind: "image" }, home) ?? "", /has files, and the stack now runs an image alone/);
    keepImage("shop:1", home);
    const image = imageVersion("shop:1");
    assert.equal(anotherKind(image, { kind: "image" }, home), undefined);
    assert.match(
      anotherKind(image, { kind: "build" }, home) ?? "",
      /is the image shop:1 alone[\s\S]*set application.image to shop:1/,
    );
  });

  it("are removed beyond five, unless they are in use", () => {
    const list = [..."abcdefg"].map((release) => ({ release, usedAt: NOW }));
    assert.deepEqual(expendable(list, new Set(["f"])), ["g"]);
    assert.deepEqual(expendable(list.slice(0, 5), new Set()), []);
  });

  describe("the journal", () => {
    it("records successes and failures, and nothing twice", () => {
      const updates = entries("R1", "R1", "R2 failed", "R2 failed", "R1 pinned", "R1");
      for (const update of updates) note("dev", update, home);
      assert.deepEqual(readJournal("dev", home), entries("R1", "R2 failed", "R1 pinned", "R1"));
      assert.deepEqual(readJournal("prod", home), []);
    });

    it("is read without a line that was cut off", () => {
      for (const update of entries("R1", "R2")) note("dev", update, home);
      appendFileSync(join(home, "dev.jsonl"), '{"at":"2026-');
      assert.deepEqual(readJournal("dev", home), entries("R1", "R2"));
    });

    it("of all stacks tells which releases are in use", () => {
      for (const update of entries("R1", "R2", "R3", "R4 failed")) note("dev", update, home);
      for (const update of entries("R7", "R8")) note("prod", update, home);
      assert.deepEqual([...inUse(home)].sort(), ["R3", "R7", "R8"]);
    });
  });
});

describe("the release to go back to", () => {
  const cases: [string[], string | undefined][] = [
    [[], undefined],
    [["R1"], undefined],
    [["R1 failed"], undefined],
    [["R1", "R2"], "R1 node:1"],
    [["R1", "R2", "R2"], "R1 node:1"],
    [["R1", "R2 failed"], "R1 node:1"],
    [["R1", "R2", "R3 failed", "R4 failed"], "R2 node:1"],
    [["R1", "R2 failed", "R1 pinned"], undefined],
    [["R1", "R2 failed", "R1 failed pinned"], "R1 node:1"],
    [["R1", "R2", "R1 pinned"], "R2 node:1"],
    [["R1", "R1 on node:2"], "R1 node:1"],
    [["R1", "R1 on node:2 failed"], "R1 node:1"],
    [["R1", "gone", "R2"], "R1 node:1"],
  ];
  for (const [updates, expected] of cases) {
    it(`is ${expected ?? "none"} after ${updates.join(", ") || "no update"}`, () => {
      const found = previous(entries(...updates), (release) => release !== "gone");
      assert.equal(found && `${found.release} ${found.image}`, expected);
    });
  }
});

describe("the way forward", () => {
  const forward = (image: string, ...updates: string[]) => imageForward(entries(...updates), { release: "R1", image });

  it("sets the image that the rollback replaced, whether or not it succeeded", () => {
    assert.equal(forward("node:1", "R1", "R2 on node:2", "R1 pinned"), "node:2");
    assert.equal(forward("node:1", "R1", "R2 on node:2 failed"), "node:2");
  });

  it("leaves an image that stayed the same, and one that somebody set since", () => {
    assert.equal(forward("node:1", "R1", "R2", "R1 pinned"), undefined);
    assert.equal(forward("node:3", "R1", "R2 on node:2", "R1 pinned"), undefined);
    assert.equal(forward("node:1"), undefined);
  });
});

describe("the list of releases", () => {
  it("shows their age in the largest unit", () => {
    const ages = [0, 59, 60, 3_599, 3_600, 86_399, 172_800].map((seconds) => age(before(seconds), NOW));
    assert.deepEqual(ages, [
      "just now",
      "just now",
      "1 minute ago",
      "59 minutes ago",
      "1 hour ago",
      "23 hours ago",
      "2 days ago",
    ]);
  });

  it("marks the running one and those whose last update failed", () => {
    const releases = ["R3", "R2", "R1", "R0"].map((release) => ({ release, usedAt: before(60) }));
    assert.deepEqual(releaseTable(releases, entries("R1 failed", "R1", "R2", "R3 failed"), "R2", NOW), [
      "R3  failed   1 minute ago  node:1",
      "R2  running  1 minute ago  node:1",
      "R1           1 minute ago  node:1",
      "R0           1 minute ago",
    ]);
  });
});
