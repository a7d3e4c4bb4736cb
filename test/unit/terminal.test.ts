import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const COMMAND = fileURLToPath(new URL("../signalled.ts", import.meta.url));
const TYPESCRIPT = new URL("../../typescript.mjs", import.meta.url);
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
  it("runs to its end", async () => {
    const command = `{ ${process.execPath} --import ${TYPESCRIPT} ${COMMAND} lines; echo "exit code $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await execa("sh", ["-c", command]);
    assert.equal(stdout, "line");
    assert.equal(stderr.trim(), "exit code 4");
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
