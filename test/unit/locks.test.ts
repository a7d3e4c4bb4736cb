import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { markedName } from "../../components/stateMark.ts";
import { engineLabels } from "../../engine/labels.ts";
import { refuseBusy } from "../../operations/session/busy.ts";
import { readLocks, removeLock } from "../../operations/session/locks.ts";
import type { Found } from "../../ownership/found.ts";

/** A process number greater than any that a system gives. */
const NOBODY = 2 ** 30;

describe("the locks of a local backend", () => {
  let folder: string;
  let locks: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "foobar-"));
    locks = join(folder, ".pulumi/locks/organization/foobar/dev");
    mkdirSync(locks, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lock = (name: string, content: unknown) =>
    writeFileSync(join(locks, name), typeof content === "string" ? content : JSON.stringify(content));
  const alive = async () =>
    Object.fromEntries((await readLocks(folder, "dev")).map(({ file, isAlive }) => [basename(file, ".json"), isAlive]));

  it("belong to a dead run only if its process was on this machine and is not pulumi now", async () => {
    lock("gone.json", { pid: NOBODY, hostname: hostname() });
    // The process number now belongs to another program.
    lock("taken.json", { pid: 1, hostname: hostname() });
    lock("elsewhere.json", { pid: NOBODY, hostname: "elsewhere" });
    lock("unreadable.json", "{");
    lock("gone.json.attrs", {});
    assert.deepEqual(await alive(), { gone: false, taken: false, elsewhere: true, unreadable: true });
  });

  it("belong to a possibly live run if the system hides other users' processes", async () => {
    lock("hidden.json", { pid: NOBODY, hostname: hostname() });
    const { kill } = process;
    process.kill = () => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    };
    try {
      assert.deepEqual(await alive(), { hidden: true });
    } finally {
      process.kill = kill;
    }
  });

  it("do not include those of another stack, and may be none", async () => {
    lock("gone.json", { pid: NOBODY, hostname: hostname() });
    assert.deepEqual(await readLocks(folder, "prod"), []);
    assert.deepEqual(await readLocks(join(folder, "nowhere"), "dev"), []);
  });

  it("are removed one by one, so that the lock of a run that has begun meanwhile stays", async () => {
    lock("gone.json", { pid: NOBODY, hostname: hostname() });
    lock("gone.json.attrs", {});
    const seen = await readLocks(folder, "dev");
    lock("begun.json", { pid: process.pid, hostname: "elsewhere" });
    await Promise.all(seen.map(removeLock));
    assert.deepEqual(readdirSync(locks), ["begun.json"]);
    await Promise.all(seen.map(removeLock));
  });
});

describe("work that needs a stack to itself", () => {
  const lock = (isAlive: boolean) => ({ file: "lock.json", isAlive });
  const copy: Found = {
    ...{ kind: "container", id: "1", name: "copy", stack: "dev", state: "dev-0123456789ab", purpose: "restore" },
    ...{ holds: undefined, isAtWork: true, joins: [] },
  };

  it("begins if all locks belong to dead runs", () => assert.doesNotThrow(() => refuseBusy("dev", [lock(false)], [])));

  it("is refused while another run is at work on the stack", () =>
    assert.throws(
      () => refuseBusy("dev", [lock(false), lock(true)], []),
      /another run is at work on the stack dev; nothing was touched\n {4}cure: /,
    ));

  it("is refused if unknown parts may be in use, with the option that allows their removal", () =>
    assert.throws(
      () => refuseBusy("dev", [], [copy]),
      /1 container \(1 at work\): copy[\s\S]*\n {4}allowed: {3}--remove-leftovers, .*docker rm --force copy/,
    ));
});

describe("a container or volume of a command", () => {
  it("carries the stack, the state if that is known, and the purpose", () => {
    const dev = { project: "foobar", stack: "dev" };
    assert.deepEqual(engineLabels(dev), { "foobar.project": "foobar", "foobar.stack": "dev" });
    assert.deepEqual(engineLabels(dev, { state: undefined, purpose: "drill" }), {
      "foobar.project": "foobar",
      "foobar.stack": "dev",
      "foobar.purpose": "drill",
    });
    assert.equal(engineLabels(dev, { state: "dev-0123456789ab" })["foobar.state"], "dev-0123456789ab");
  });
});

describe("a state's mark", () => {
  for (const [mark, name] of [
    ["dev-0123456789ab", "dev"],
    ["my-prod.2-0123456789ab", "my-prod.2"],
  ] as const) {
    it(`contains the stack's first name, ${name}: ${mark}`, () => assert.equal(markedName(mark), name));
  }
});
