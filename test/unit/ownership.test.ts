import assert from "node:assert/strict";
import { dataOf, type Found } from "../../ownership/found.ts";
import type { Known } from "../../ownership/known.ts";
import { leftBehind, renamedText } from "../../ownership/renamed.ts";
import { doubtText, foreignText, keptText, leftText, stayText } from "../../ownership/report.ts";
import { sort } from "../../ownership/sort.ts";

const MARK = "dev-0123456789ab";
const OTHER = "dev-ba9876543210";

const found = (name: string, more: Partial<Found> = {}): Found => ({
  kind: "container",
  id: `id of ${name}`,
  name,
  stack: "dev",
  state: undefined,
  purpose: undefined,
  holds: undefined,
  isAtWork: false,
  joins: [],
  ...more,
});
const volume = (name: string, holds: Found["holds"], more: Partial<Found> = {}) =>
  found(name, { kind: "volume", id: name, holds, ...more });

const known = (more: Partial<Known> = {}): Known => ({
  state: MARK,
  ids: new Set(),
  unfinished: new Set(),
  isUnfinished: false,
  endpoints: new Map(),
  containers: [],
  hasPasswords: true,
  passwords: [],
  generations: undefined,
  authority: undefined,
  migrated: undefined,
  hasBackupKey: true,
  retained: [],
  firstName: "dev",
  ...more,
});
/** A new state. */
const NEW = known({
  state: undefined,
  endpoints: new Map(),
  containers: [],
  hasPasswords: false,
  hasBackupKey: false,
  firstName: undefined,
});
/** A state from before states had marks. */
const EARLIER = known({ state: undefined });

const groupOf = (one: Found, of: Known, stack = "dev"): string => {
  const sorted = sort([one], stack, of);
  return Object.entries(sorted).find(([, those]) => those.length > 0)?.[0] ?? "own";
};

describe("whose something on an engine is", () => {
  const atWork = { isAtWork: true };
  const marked = { state: MARK };
  const cases: readonly [what: string, one: Found, of: Known, group: string][] = [
    ["what the state knows, whatever its mark", found("web"), known({ ids: new Set(["id of web"]) }), "own"],
    ["what the state knows, marked", found("web", marked), known({ ids: new Set(["id of web"]) }), "own"],
    ["another stack's", found("web", { stack: "prod", state: OTHER }), known(), "own"],

    ["another state's", found("web", { ...atWork, state: OTHER }), known(), "foreign"],
    ["another state's network", found("edge", { kind: "network", state: OTHER }), known(), "foreign"],
    ["another state's, which had no name for it", found("web", { state: OTHER }), EARLIER, "foreign"],
    ["marked, in a state that has just been made", found("web", { state: OTHER }), NEW, "foreign"],
    ["unmarked, in a state that has just been made", found("web", atWork), NEW, "foreign"],
    ["an unmarked network, in such a state", found("edge", { kind: "network" }), NEW, "foreign"],
    ["unmarked, at work in networks of others", found("web", { ...atWork, joins: ["n"] }), EARLIER, "foreign"],

    ["marked, and stopped", found("web", marked), known(), "leftovers"],
    ["a marked network", found("edge", { ...marked, kind: "network" }), known(), "leftovers"],
    ["a marked volume of files", volume("files", "files", marked), known(), "leftovers"],
    [
      "unmarked, in a network of the stack",
      found("web", { joins: ["a", "n"] }),
      known({ state: undefined, ids: new Set(["n"]) }),
      "leftovers",
    ],
    ["unmarked and stopped, of nobody for certain", found("web"), EARLIER, "doubtful"],

    ["marked, and at work", found("web", { ...marked, ...atWork }), known(), "doubtful"],
    ["a restore under way", found("copy", { ...marked, ...atWork, purpose: "restore" }), known(), "doubtful"],
    ["a drill under way", found("w", { ...marked, ...atWork, purpose: "drill" }), known(), "doubtful"],
    ["a restore that was killed", found("copy", { ...marked, purpose: "restore" }), known(), "leftovers"],

    ["a database of its own", volume("db", "database", marked), known(), "own"],
    ["a database from before states had marks", volume("db", "database"), EARLIER, "own"],
    ["an unmarked database, in a state with passwords", volume("db", "database"), known(), "own"],
    ["an unmarked database, in a state without", volume("db", "database"), NEW, "foreign"],
    ["another state's database", volume("db", "database", { state: OTHER }), known(), "foreign"],
    [
      "another state's database under a name that the state knows",
      volume("db", "database", { state: OTHER }),
      known({ ids: new Set(["db"]) }),
      "foreign",
    ],
    ["another state's database, in a new state", volume("db", "database", { state: OTHER }), NEW, "foreign"],
    ["another state's backups, in nobody's way", volume("backups", "other", { state: OTHER }), known(), "own"],
    ["unmarked backups, in a new state", volume("backups", "other"), NEW, "foreign"],
    ["unmarked backups, in a state with passwords", volume("backups", "other"), known(), "own"],
  ];
  for (const [what, one, of, group] of cases) {
    it(`${what}: ${group}`, () => assert.equal(groupOf(one, of), group));
  }

  it("is a leftover, running or not, if the interrupted run records its creation", () => {
    for (const kind of ["container", "network", "volume"] as const) {
      const one = found("x-1", { kind, ...atWork, holds: kind === "volume" ? "files" : undefined });
      assert.equal(groupOf(one, known({ unfinished: new Set([`${kind} x-1`]) })), "leftovers");
      assert.equal(groupOf(one, known({ state: undefined, unfinished: new Set([`${kind} x-1`]) })), "leftovers");
      const others = { ...one, state: OTHER };
      assert.equal(groupOf(others, known({ unfinished: new Set([`${kind} x-1`]) })), "foreign");
    }
  });

  it("belongs to a state without passwords that knows other resources on the engine", () => {
    const network = found("edge", { kind: "network" });
    const of = { ...NEW, ids: new Set([network.id]) };
    assert.deepEqual(sort([network, found("web")], "dev", of).doubtful, [found("web")]);
  });

  it("is found by the state's mark, too, after the stack was renamed", () =>
    assert.equal(groupOf(found("web", { state: MARK }), known(), "prod"), "leftovers"));
});

describe("a stack that was renamed", () => {
  const before = ["foobar-dev-mysql-server1", "foobar-dev-mysql-server2"].map((name) => volume(name, "database"));
  const planned = ["foobar-prod-mysql-server1", "foobar-prod-mysql-server2"];
  const behind = (all: readonly Found[], of = known()) => leftBehind(all, "prod", of, planned).map(({ name }) => name);

  it("leaves its databases behind, marked or not", () => {
    assert.deepEqual(behind(before), ["foobar-dev-mysql-server1", "foobar-dev-mysql-server2"]);
    assert.equal(behind(before.map((one) => ({ ...one, state: MARK }))).length, 2);
    assert.deepEqual(behind([...before, volume("foobar-dev-backups", "other")]).length, 2);
  });

  it("leaves behind no database of another state, or one that is gone", () => {
    assert.deepEqual(behind(before.map((one) => ({ ...one, state: OTHER }))), []);
    assert.deepEqual(behind([]), []);
  });

  it("goes on if its data is under the new name", () => {
    const copy = volume("foobar-prod-mysql-server1", "database", { stack: "prod" });
    assert.deepEqual(behind([...before, copy]), []);
  });

  it("is not assumed if the name is that of the mark, or no other name is known", () => {
    assert.deepEqual(leftBehind(before, "dev", known(), planned), []);
    assert.deepEqual(behind(before, NEW), []);
  });

  it("is told how to get its name back", () =>
    assert.match(renamedText("prod", before), /prod was dev before[\s\S]*pulumi stack rename dev --stack prod/));
});

describe("what is said of what was found", () => {
  const many = Array.from({ length: 10 }, (_, index) => found(`seed-${index}`));
  const all = [
    ...many,
    found("web-1", { isAtWork: true, state: OTHER }),
    found("edge", { kind: "network" }),
    volume("files", "files"),
    volume("data", "database"),
  ];

  it("lists the important ones first and counts the rest", () =>
    assert.match(
      foreignText("dev", all, { state: undefined }),
      /11 containers \(1 at work\): web-1, seed-0,.* and 3 more\n +1 network: edge\n +2 volumes: data, files\n/,
    ));

  it("names the other state, this state, and the cure", () => {
    const text = foreignText("dev", all, { state: MARK, place: "file:///here" });
    assert.match(text, /belongs to another state; nothing was touched/);
    assert.match(text, new RegExp(`the state ${OTHER}\\n[\\s\\S]*${MARK}, file:///here`));
    assert.match(
      text,
      /FOOBAR_STATE_DIR, PULUMI_BACKEND_URL or pulumi login[\s\S]*--stack NAME[\s\S]*Moving the state/,
    );
    assert.match(foreignText("dev", many, { state: undefined }), /without a mark[\s\S]*has not created a stack/);
  });

  it("names all resources in the commands that remove them", () => {
    assert.match(doubtText(all), /a restore or a drill/);
    const text = leftText(all);
    for (const { name } of all) assert.match(text.slice(text.indexOf("cure:")), new RegExp(`\\b${name}\\b`));
    assert.match(text, /docker rm --force .* && docker network rm edge && docker volume rm files data$/);
  });

  it("says after a removal which volumes with data stay, of this stack alone, and what removes them", () => {
    const others = { ...volume("foreign", "database"), stack: "other" };
    const staying = dataOf([...all, volume("foobar-dev-backups", "other"), others], "dev", MARK);
    const text = stayText(staying, "org/dev");
    assert.match(text, /^volumes with data stay: data, foobar-dev-backups\n/);
    assert.match(
      text,
      /remove: .*pulumi state unprotect .*--stack org\/dev && .*docker volume rm data foobar-dev-backups\n/,
    );
  });

  it("says that released volumes are kept, and that the backups' key is kept, too", () => {
    const backups = volume("foobar-dev-backups", "other");
    assert.match(
      keptText([backups], known()),
      /kept.*foobar-dev-backups\n.*has the backups' key\n.*docker volume rm foo/,
    );
    assert.doesNotMatch(keptText([backups], NEW), /key/);
    assert.doesNotMatch(keptText([volume("data", "database")], known()), /key/);
  });
});
