import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";

const COMMAND = fileURLToPath(new URL("../signalled.ts", import.meta.url));
const TYPESCRIPT = new URL("../../typescript.mjs", import.meta.url);
const scriptsOf = z.object({ scripts: z.record(z.string(), z.string()) });
const CTRL_C = "\x03";
const CTRL_D = "\x04";

/** Runs a command in a terminal of its own, and types after a certain output. */
async function typed(words: string, pattern: RegExp, keys: string) {
  // Without `exec`, Debian's sh would stay between the two, receive Ctrl-C as well, and end with an exit code of its
  // own.
  const command = `exec ${process.execPath} --import ${TYPESCRIPT} ${COMMAND} ${words}`;
  const child = execa("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    all: true,
    env: { SHELL: "/bin/sh" },
    reject: false,
    stdin: "pipe",
    timeout: 20_000,
  });
  let output = "";
  let isTyped = false;
  child.all.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (isTyped || !pattern.test(output)) return;
    isTyped = true;
    child.stdin.write(keys);
  });
  const { exitCode } = await child;
  return { exitCode, output };
}

describe("a command whose reader closes the output early", () => {
  /** Runs a command whose reader takes one line. */
  const withHead = (words: string, output = "") =>
    execa(
      "sh",
      [
        "-c",
        `{ ${process.execPath} --import ${TYPESCRIPT} ${COMMAND} ${words} ${output}; echo "exit code $?" >&3; } | head -n 1`,
      ],
      { stdio: ["ignore", "pipe", "pipe", "pipe"], timeout: 20_000 },
    );

  it("ends quietly, with the exit code of a program that writes to nobody", async () => {
    const { stdout, stderr, stdio } = await withHead("lines");
    assert.equal(stdout, "line");
    assert.equal(stderr, "");
    assert.equal(stdio[3], "exit code 141");
  });

  it("undoes its unfinished work first", async () => {
    const { stderr } = await withHead("undo");
    assert.match(stderr, /^begun\ntaken back\n/);
  });

  it("ends if what it says to people has no reader either", async () => {
    const { stdio } = await withHead("said", "2>&1");
    assert.equal(stdio[3], "exit code 141");
  });
});

describe("a command that npm runs", () => {
  const { scripts } = scriptsOf.parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")));

  it("is npm's own child, for which no shell stays in between", () => {
    for (const [name, script] of Object.entries(scripts)) assert.match(script, /(^|&& )exec [^&]*$/, name);
  });

  /** Runs a command as the script of `logs` does, and ends npm when it has begun. */
  async function killed(words: string, begun: RegExp) {
    const folder = mkdtempSync(join(tmpdir(), "foobar-"));
    try {
      const script = scripts["logs"]
        ?.replace(/--import \S+/, `--import ${TYPESCRIPT}`)
        .replace("commands/logs.ts", `${COMMAND} ${words}`);
      writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { try: script } }));
      const child = execa("npm", ["run", "--silent", "try"], {
        cwd: folder,
        all: true,
        reject: false,
        timeout: 25_000,
      });
      let output = "";
      let isKilled = false;
      child.all.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (isKilled || !begun.test(output)) return;
        isKilled = true;
        child.kill("SIGTERM");
      });
      // This is when every process that has the output has ended.
      const { timedOut } = await child;
      return { output, timedOut };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("ends with npm, after undoing its unfinished work", async () => {
    const { output, timedOut } = await killed("begun", /begun/);
    assert.equal(timedOut, false);
    assert.match(output, /taken back/);
  });

  it("lets the CLI that it runs end in good order", async () => {
    const { output, timedOut } = await killed("cli", /ready/);
    assert.equal(timedOut, false);
    assert.match(output, /in good order/);
  });
});

describe("a command in a terminal", function () {
  this.timeout(60_000);

  before(async function () {
    const { stdout, failed } = await execa("script", ["--version"], { reject: false });
    if (!failed && stdout?.includes("util-linux")) return;
    console.log("      SKIPPED: there is no script of util-linux, which makes a terminal");
    this.skip();
  });

  for (const [name, keys] of [
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
    ["n", "n\n"],
  ] as const) {
    it(`takes ${name} at a question as no, and says that nothing was changed`, async () => {
      const { exitCode, output } = await typed("ask", /\[y\/N\]/, keys);
      assert.match(output, /nothing was changed/);
      assert.equal(exitCode, 1);
    });
  }

  it("takes y at a question as yes", async () => assert.equal((await typed("ask", /\[y\/N\]/, "y\n")).exitCode, 0));

  it("leaves Ctrl-C to the CLI that it runs, and ends with its exit code", async () => {
    const { exitCode, output } = await typed("cli", /ready/, CTRL_C);
    assert.match(output, /in good order/);
    assert.equal(exitCode, 3);
  });

  it("ends at Ctrl-C after undoing its unfinished work", async () => {
    const { exitCode, output } = await typed("begun", /begun/, CTRL_C);
    assert.match(output, /taken back\s+error: interrupted/);
    assert.equal(exitCode, 1);
  });
});
