import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { bootstrap, provisionedEnvironment } from "../../bootstrap/bootstrap.ts";
import type { Step } from "../../bootstrap/step.ts";
import { findBackend, loginFolder, prepareBackend } from "../../operations/session/backend.ts";
import { commandLine } from "../../operations/session/commandLine.ts";
import { optionsOf } from "../../operations/session/options.ts";
import { stackNeeds } from "../../operations/stack/needs.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { nodeProblem } from "../../preflight/versions.ts";

describe("the command line", () => {
  const cases: [string[], string, string[]][] = [
    [[], "dev", []],
    [["--yes"], "dev", ["--yes"]],
    [["--stack", "prod", "--yes"], "prod", ["--yes"]],
    [["-s", "prod", "--diff"], "prod", ["--diff"]],
    [["--stack=prod", "--target", "urn"], "prod", ["--target", "urn"]],
    [["--message", "a b", "--stack", "x"], "x", ["--message", "a b"]],
    [["-sprod", "-y"], "prod", ["-y"]],
    [["-mrelease", "--target=stack"], "dev", ["-mrelease", "--target=stack"]],
    [["--yes", "--", "--stack", "x"], "dev", ["--yes", "--", "--stack", "x"]],
  ];
  for (const [args, stack, rest] of cases) {
    it(`is the stack ${stack} and ${JSON.stringify(rest)} for ${JSON.stringify(args)}`, () =>
      assert.deepEqual(commandLine(args, {}), { stack, reference: stack, rest }));
  }

  for (const reference of ["org/prod", "my-org/foobar/prod", "organization/foobar/prod"]) {
    it(`takes ${reference} as the stack prod, and passes the full name on to the CLI`, () =>
      assert.deepEqual(commandLine(["--stack", reference, "--yes"]), { stack: "prod", reference, rest: ["--yes"] }));
  }

  it("refuses a stack of another project, and names that project", () =>
    assert.throws(
      () => commandLine(["--stack", "org/shop/prod"]),
      /the stack org\/shop\/prod belongs to the project shop, and this is foobar\n {4}allowed: {3}a stack of foobar: org\/foobar\/prod/,
    ));

  for (const wrong of ["/prod", "org/-y", "org/", "a/b/c/d", "org//prod", "two words", "x".repeat(101)]) {
    it(`refuses ${JSON.stringify(wrong.slice(0, 20))}, which is not the name of a stack`, () =>
      assert.throws(
        () => commandLine([`--stack=${wrong}`]),
        /is not the name of a stack\n {4}allowed:.*my-org\/foobar\/dev/,
      ));
  }

  for (const args of [["--yes", "--stack"], ["--stack", "--yes"], ["--stack", ""], ["--stack="], ["-s"]]) {
    it(`refuses ${JSON.stringify(args)}, in which the name of the stack is missing`, () =>
      assert.throws(() => commandLine(args, {}), /^Error: (--stack|-s) needs a name\n {4}allowed: {3}--stack NAME$/));
  }

  for (const wrong of ["--stack=-y", "-s-y", "-s=prod", "-ys", "-ysprod"]) {
    it(`refuses ${wrong}, which the CLI and this program could read as different stacks`, () =>
      assert.throws(() => commandLine([wrong, "prod"], {}), /allowed: /));
  }

  for (const [env, cure] of [
    [{ npm_config_stack: "two", npm_lifecycle_event: "down" }, "npm run down -- --stack two"],
    [{ npm_config_stack: "true", npm_lifecycle_event: "down" }, "npm run down -- --stack NAME"],
    [{ npm_config_undo: "true", npm_lifecycle_event: "rollback" }, "npm run rollback -- --undo"],
  ] as const) {
    it(`refuses an option that npm has taken for its own: ${cure}`, () =>
      assert.throws(() => commandLine([], env), { message: `options come after --: ${cure}` }));
  }

  it("is about the shell's stack if it names none", () => {
    assert.equal(commandLine([], { PULUMI_STACK: "prod" }).stack, "prod");
    assert.equal(commandLine([], { PULUMI_STACK: "" }).stack, "dev");
    assert.equal(commandLine(["--stack", "dev"], { PULUMI_STACK: "prod" }).stack, "dev");
    const { stack, reference } = commandLine([], { PULUMI_STACK: "org/foobar/prod" });
    assert.deepEqual([stack, reference], ["prod", "org/foobar/prod"]);
  });
});

describe("the options of a command", () => {
  const read = (...args: string[]) =>
    optionsOf("trust", {
      args,
      options: { out: { type: "string" }, yes: { type: "boolean" } },
      allowPositionals: false,
    });

  it("are those that it has", () =>
    assert.deepEqual({ ...read("--out", "a", "--yes").values }, { out: "a", yes: true }));

  for (const [args, complaint] of [
    [["--bogus"], "--bogus is no option of trust"],
    [["-x"], "-x is no option of trust"],
    [["--out"], "--out needs a value"],
    [["--out", "--yes"], "--out needs a value"],
    [["--yes=1"], "--yes takes no value"],
    [["word"], "word is no argument of trust"],
  ] as const) {
    it(`are refused in one line otherwise: ${args.join(" ")}`, () =>
      assert.throws(() => read(...args), { message: `${complaint}\n    allowed:   --stack NAME, --out …, --yes` }));
  }
});

describe("the needs of a stack", () => {
  const needs = async (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    writeFileSync(join(folder, "Pulumi.x.yaml"), text);
    try {
      const { images, engines } = await stackNeeds("x", folder);
      return [images.nginx, engines[0]?.endpoint];
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const local = "unix:///var/run/docker.sock";

  it("come from its file, and for the rest from the defaults", async () => {
    assert.deepEqual(await needs("config: {foobar:images: {nginx: 'nginx:1.2.3'}}"), ["nginx:1.2.3", local]);
    assert.deepEqual(await needs("config: {foobar:loadBalancer: {endpoint: 'ssh://ops@host'}}"), [
      "nginx:1.30.6",
      "ssh://ops@host",
    ]);
  });

  it("are read beside headers that are numbers or encrypted", async () => {
    const headers = "{X-A: 1, X-B: {secure: v1:a:b}}";
    const text = `config: {foobar:loadBalancer: {endpoint: 'ssh://ops@host', headers: ${headers}}}`;
    assert.deepEqual(await needs(text), ["nginx:1.30.6", "ssh://ops@host"]);
  });

  it("are the defaults if the file is missing, or malformed, which the program reports", async () => {
    assert.deepEqual(await needs("config: {foobar:images: {nginx: nginx}}"), ["nginx:1.30.6", local]);
    assert.deepEqual(await needs(""), ["nginx:1.30.6", local]);
    assert.equal((await stackNeeds("no-such-stack")).engines[0]?.endpoint, local);
  });
});

describe("the backend", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "foobar-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const login = () => ({ PULUMI_CREDENTIALS_PATH: join(home, "login") });
  const own = () => ({ FOOBAR_STATE_DIR: join(home, "state-home"), ...login() });
  const logIn = (url: string) => {
    mkdirSync(join(home, "login"));
    writeFileSync(join(home, "login/credentials.json"), JSON.stringify({ current: url }));
  };

  it("is the user's own, by environment or by login, and nothing is made for it", () => {
    const { env } = findBackend({ ...login(), PULUMI_BACKEND_URL: "s3://bucket" });
    assert.equal(env["PULUMI_BACKEND_URL"], "s3://bucket");
    assert.match(findBackend({ ...login(), PULUMI_ACCESS_TOKEN: "pul-x" }).summary, /api\.pulumi\.com/);
    logIn("gs://bucket");
    const backend = findBackend({ ...login(), XDG_STATE_HOME: home });
    assert.deepEqual([backend.env, backend.folder], [{ PULUMI_BACKEND_URL: "gs://bucket" }, undefined]);
    prepareBackend(backend);
    assert.throws(() => statSync(join(home, "foobar")));
  });

  it("is that of the login even if there is a token, as in the CLI", () => {
    logIn("gs://bucket");
    const { env } = findBackend({ ...login(), PULUMI_ACCESS_TOKEN: "pul-x" });
    assert.equal(env["PULUMI_BACKEND_URL"], "gs://bucket");
  });

  it("is refused if the user names two, because the choice between them would go unnoticed", () => {
    const two = (more: NodeJS.ProcessEnv, cure: string) =>
      assert.throws(() => findBackend({ ...own(), ...more }), {
        message: new RegExp(`^two states are named[\\s\\S]*state-home, and [\\s\\S]*\\n +allowed: .*; or ${cure}$`),
      });
    two({ PULUMI_BACKEND_URL: "file:///srv/state" }, "unset PULUMI_BACKEND_URL");
    two({ PULUMI_ACCESS_TOKEN: "pul-x" }, "unset PULUMI_ACCESS_TOKEN");
    logIn("file:///srv/state");
    two({}, "pulumi logout");
  });

  it("may be named twice in the same way, as in a shell that has evaluated npm run env", () => {
    const env = { ...own(), FOOBAR_STATE_DIR: join(home, "it's 100%25 #1") };
    const { env: exported, folder } = findBackend(env);
    assert.equal(folder, join(home, "it's 100%25 #1/state"));
    assert.equal(findBackend({ ...env, ...exported }).folder, folder);
  });

  it("is otherwise a folder outside the repository, with a lasting passphrase that only its owner can read", () => {
    const backend = findBackend({ ...own(), PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "" });
    prepareBackend(backend);
    const file = String(backend.env["PULUMI_CONFIG_PASSPHRASE_FILE"]);
    const passphrase = readFileSync(file, "utf8");
    assert.ok(passphrase.trim().length >= 40);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    prepareBackend(findBackend(own()));
    assert.equal(readFileSync(file, "utf8"), passphrase);
  });

  it("has a known folder if it is a file backend, by the rules of pulumi login", () => {
    const folder = (url: string) => findBackend({ ...login(), PULUMI_BACKEND_URL: url }).folder;
    assert.equal(folder("file:///srv/state"), "/srv/state");
    assert.equal(folder("file:///srv/state?no_tmp_dir=true"), "/srv/state");
    assert.equal(folder("file://~"), userInfo().homedir);
    assert.equal(folder("file://~/states/foobar"), join(userInfo().homedir, "states/foobar"));
    assert.equal(folder("file:///srv/a%20b%23c"), "/srv/a b#c");
    assert.equal(folder("file:///srv/100%"), undefined);
    assert.equal(folder("file://./state"), join(ROOT, "state"));
    assert.equal(folder("file://state"), join(ROOT, "state"));
    for (const url of ["s3://bucket", "https://api.pulumi.com"]) assert.equal(folder(url), undefined);
    logIn("file://~");
    assert.equal(findBackend(login()).folder, userInfo().homedir);
  });

  it("and the logins are in the home folder of the system's user database, whatever HOME says", () => {
    const { HOME } = process.env;
    process.env["HOME"] = home;
    try {
      const { folder } = findBackend({ ...login(), PULUMI_BACKEND_URL: "file://~/states" });
      assert.equal(folder, join(userInfo().homedir, "states"));
      assert.equal(loginFolder({}), join(userInfo().homedir, ".pulumi"));
    } finally {
      process.env["HOME"] = HOME;
    }
  });

  it("prefers the user's passphrase to a generated one", () => {
    for (const given of [{ PULUMI_CONFIG_PASSPHRASE: "" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" }]) {
      assert.equal(findBackend({ ...own(), ...given }).passphraseFile, undefined);
    }
  });

  it("refuses to make a new passphrase for a state that has another", () => {
    const backend = findBackend(own());
    prepareBackend(backend);
    mkdirSync(join(String(backend.folder), ".pulumi/stacks"), { recursive: true });
    rmSync(String(backend.passphraseFile));
    assert.throws(() => prepareBackend(backend), /the passphrase of the state in .* is missing[\s\S]*restore the file/);
  });
});

describe("Node.js", () => {
  for (const version of ["22.19.0", "22.20.1", "24.0.0", "26.1.0"]) {
    it(`${version} is accepted`, () => assert.equal(nodeProblem(version), undefined));
  }
  for (const version of ["20.20.2", "22.18.0", "8.0.0"]) {
    it(`${version} is refused`, () =>
      assert.match(String(nodeProblem(version)), /too old\n {4}allowed: {3}22\.19\.0 or newer/));
  }
});

describe("bootstrap", () => {
  const step = (name: string, found: boolean, log: string[], fails = false): Step => ({
    name,
    why: `why ${name}`,
    find: async () => (found ? { summary: `${name} was there`, path: [`/${name}`] } : undefined),
    provide: async (report) => {
      log.push(`provide ${name}`);
      report("working");
      if (fails) throw new Error(`${name} failed`);
      return { summary: `${name} made`, env: { MADE: name }, path: [`/made-${name}`] };
    },
    undo: async () => "",
  });

  it("provides the missing parts, leaves the others, and reports each step with its reason", async () => {
    const log: string[] = [];
    const said: string[] = [];
    const provisions = await bootstrap([[step("a", true, log), step("b", false, log)]], (line) => said.push(line));
    assert.deepEqual(log, ["provide b"]);
    assert.deepEqual(said, ["b: missing; why b", "b: working", "b: b made"]);
    assert.deepEqual(provisionedEnvironment(provisions, { PATH: "/bin", HOME: "/root" }), {
      PATH: "/a:/made-b:/bin",
      HOME: "/root",
      MADE: "b",
    });
  });

  it("stops a chain at a step that fails, finishes the other chains, and names every failure", async () => {
    const log: string[] = [];
    const chains = [
      [step("a", false, log, true), step("never", false, log)],
      [step("b", false, log)],
      [step("c", false, log, true)],
    ];
    await assert.rejects(
      bootstrap(chains, () => {}),
      { message: "a: a failed\nc: c failed" },
    );
    assert.deepEqual(log.sort(), ["provide a", "provide b", "provide c"]);
  });
});
