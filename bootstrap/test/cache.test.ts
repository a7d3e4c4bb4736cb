import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, cachedPath, cacheRoot, findCached, hashInputs, removeCached } from "../cache.ts";

const HASH = "0123456789abcdef";
const OTHER = "fedcba9876543210";

describe("bootstrap/cache", () => {
  let root = "";
  let before: string | undefined;

  beforeEach(async () => {
    before = process.env["FOOBAR_CACHE_DIR"];
    root = await mkdtemp(join(tmpdir(), "foobar-cache-"));
    process.env["FOOBAR_CACHE_DIR"] = root;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env["FOOBAR_CACHE_DIR"];
    else process.env["FOOBAR_CACHE_DIR"] = before;
    await rm(root, { recursive: true });
  });

  it("is in the configured folder, else in the user's cache", () => {
    assert.equal(cacheRoot({ FOOBAR_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b" }), "/a");
    assert.equal(cacheRoot({ XDG_CACHE_HOME: "/b" }), "/b/foobar");
    assert.match(cacheRoot({}), /\/\.cache\/foobar$/);
  });

  it("hashes names and contents, not places, and distinguishes neighbouring parts", async () => {
    for (const place of ["one", "two"]) {
      await mkdir(join(root, place));
      await writeFile(join(root, place, "input"), "text");
    }
    const [one, two] = [join(root, "one/input"), join(root, "two/input")];
    assert.equal(await hashInputs({ files: [one] }), await hashInputs({ files: [two] }));
    await writeFile(two, "another text");
    assert.notEqual(await hashInputs({ files: [one] }), await hashInputs({ files: [two] }));
    assert.notEqual(await hashInputs({ strings: ["ab", "c"] }), await hashInputs({ strings: ["a", "bc"] }));
    assert.match(await hashInputs({}), /^[0-9a-f]{16}$/);
  });

  it("builds a product once and then reuses it", async () => {
    let builds = 0;
    const build = async (directory: string): Promise<void> => {
      builds += 1;
      await writeFile(join(directory, "product"), "made");
    };
    const path = await cached("thing", HASH, build);
    assert.equal(await cached("thing", HASH, build), path);
    assert.equal(builds, 1);
    assert.equal(await readFile(join(path, "product"), "utf8"), "made");
    assert.equal(await findCached("thing", HASH), path);
    assert.equal(await findCached("thing", OTHER), undefined);
  });

  it("leaves nothing of a build that failed", async () => {
    const failing = cached("thing", HASH, async (directory) => {
      await writeFile(join(directory, "half"), "");
      throw new Error("no more");
    });
    await assert.rejects(failing, /no more/);
    assert.deepEqual(await readdir(root), []);
  });

  it("does not take an interrupted build for a finished one, and removes it", async () => {
    const gone = 2 ** 22 + 1;
    await mkdir(`${cachedPath("thing", HASH)}.building-${gone}-x`);
    await mkdir(`${cachedPath("thing", OTHER)}.building-${process.pid}-x`);
    assert.equal(await findCached("thing", HASH), undefined);
    await cached("thing", HASH, async () => {});
    assert.deepEqual((await readdir(root)).sort(), [`thing-${HASH}`, `thing-${OTHER}.building-${process.pid}-x`]);
  });

  it("gives two builders at the same time one product", async () => {
    const build = async (directory: string): Promise<void> => writeFile(join(directory, "product"), "");
    const [one, two] = await Promise.all([cached("thing", HASH, build), cached("thing", HASH, build)]);
    assert.equal(one, two);
    assert.deepEqual(await readdir(root), [`thing-${HASH}`]);
  });

  it("removes every product of a name and no other's", async () => {
    await cached("thing", HASH, async () => {});
    await cached("thing", OTHER, async () => {});
    await cached("thing-else", HASH, async () => {});
    assert.equal((await removeCached("thing")).length, 2);
    assert.deepEqual(await readdir(root), [`thing-else-${HASH}`]);
    assert.deepEqual(await removeCached("thing"), []);
  });
});
