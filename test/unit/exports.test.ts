import assert from "node:assert/strict";
import { execa } from "execa";
import { exportLines, necessary, ofShell, quoted } from "../../operations/session/exports.ts";

/** The value of a variable in a shell with this environment after it has evaluated the lines. */
async function evaluated(lines: readonly string[], name: string, env: Readonly<Record<string, string>>) {
  const script = `eval "$LINES"; printenv ${name}; printf x`;
  const { stdout } = await execa("/bin/sh", ["-euc", script], { env: { ...env, LINES: lines.join("\n") } });
  return stdout.slice(0, -"\nx".length);
}

describe("the exports for a shell", () => {
  const values = [
    "plain",
    "",
    "two words",
    "it's",
    "'",
    '$HOME `id` $(id) \\ \\n !x ~ * # ; & | > "quoted"',
    "a line\nand another\n\nafter a gap",
    "-n",
    "größer",
  ];
  for (const value of values) {
    it(`give ${JSON.stringify(value)} back in a POSIX shell`, async () =>
      assert.equal(
        await evaluated(exportLines({ VALUE: value }, {}), "VALUE", { PATH: process.env["PATH"] ?? "" }),
        value,
      ));
  }

  it("quote each value as one word, so that nothing in it is evaluated", () => {
    assert.equal(quoted("a b"), "'a b'");
    assert.equal(quoted("it's"), `'it'\\''s'`);
  });

  it("are the variables that the shell lacks, and no others", () => {
    const present = { HOME: "/root", TOKEN: "secret", PATH: "/bin" };
    assert.deepEqual(exportLines({ ...present }, present), []);
    assert.deepEqual(exportLines({ ...present, TOKEN: undefined, NEW: "1" }, present), ["export NEW='1'"]);
  });

  const ours = "/cache/it's ours/bin";
  it("put folders before those on PATH, each once", async () => {
    const first = exportLines({ PATH: `${ours}:/usr/bin:/bin` }, { PATH: "/usr/bin:/bin" });
    assert.deepEqual(first, [`export PATH='/cache/it'\\''s ours/bin'"\${PATH:+:$PATH}"`]);
    assert.equal(await evaluated(first, "PATH", { PATH: "/usr/bin:/bin" }), `${ours}:/usr/bin:/bin`);
    const ofNpm = "/work/node_modules/.bin:/usr/lib/node_modules/npm/node-gyp-bin";
    const then = `${ofNpm}:${ours}:/usr/bin:/bin`;
    assert.deepEqual(exportLines({ PATH: `${ours}:${then}` }, { PATH: then }), []);
  });

  it("add the folder of a Node.js that only the command had on its PATH, once", () => {
    const npm = "/work/node_modules/.bin:/bin";
    const command = { PATH: `/cache/node/bin:${npm}` };
    assert.deepEqual(exportLines({ PATH: `${ours}:${command.PATH}` }, ofShell(command, "/cache/node/bin")), [
      `export PATH='/cache/it'\\''s ours/bin:/cache/node/bin'"\${PATH:+:$PATH}"`,
    ]);
    const evaluated = { PATH: `/work/node_modules/.bin:${ours}:/cache/node/bin:/bin` };
    assert.deepEqual(ofShell(evaluated, "/cache/node/bin"), evaluated);
  });

  it("put the folders first again if another folder has come before them", () => {
    const present = `/old/bin:${ours}:/bin`;
    assert.equal(exportLines({ PATH: `${ours}:${present}` }, { PATH: present }).length, 1);
  });

  it("leave out the variables that the CLI does not need: its logins and the backend of its login", () => {
    const home = { PULUMI_HOME: "/home" };
    const found = { PULUMI_CREDENTIALS_PATH: "/logins", PULUMI_BACKEND_URL: "s3://bucket" };
    assert.deepEqual(necessary({ ...home, ...found }, home, "s3://bucket"), home);
    assert.deepEqual(necessary({ ...home, ...found }, {}, undefined), { ...home, ...found });
    assert.deepEqual(necessary({ ...found }, {}, "gs://other"), { PULUMI_BACKEND_URL: "s3://bucket" });
  });
});
