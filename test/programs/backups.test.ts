import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parseConfig } from "../../config/config.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";
import { runProgram } from "../realProgram.ts";

const SCRIPTS = fileURLToPath(new URL("../../components/mysqlBackup/files", import.meta.url));

describe("the scripts of backups", () => {
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith(".sh"))) {
    it(`${name} is valid`, async () => {
      await execa("bash", ["-n", `${SCRIPTS}/${name}`]);
    });
  }

  it("report a full disk, in their image", async function () {
    this.timeout(60_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const pack = (target: string) =>
      runProgram({
        image: parseConfig("foobar", "dev", devConfig()).images.mysql,
        files: { "store.sh": readFileSync(`${SCRIPTS}/store.sh`, "utf8"), contents: "f 4 rows\n", rows: "1\n2\n" },
        folder: "/packed",
        command: [
          ...["bash", "-c"],
          `set -euo pipefail; ENCRYPTED=false; . /packed/store.sh; pack /packed /packed/contents ${target}`,
        ],
        user: "999:999",
      });
    await pack("/tmp/data");
    await assert.rejects(pack("/dev/full"), /No space left/);
  });
});

describe("a manifest", () => {
  const SIGNED = `$(signed '{"kind":"backup","stack":"foobar/dev","rows":{"stack":1}}')`;
  const CASES: readonly [string, string, string][] = [
    ["of this stack is authentic", SIGNED, "authentic"],
    ["with another figure is changed", `${SIGNED} | sed s/1}/2}/`, "changed"],
    ["with another code is changed", `${SIGNED} | sed -E 's/"hmac":"./"hmac":"x/'`, "changed"],
    ["of another kind is changed", `$(signed '{"kind":"reach","stack":"foobar/dev"}')`, "changed"],
    [
      "by another key is changed",
      `$(authentication_key=00 signed '{"kind":"backup","stack":"foobar/dev"}')`,
      "changed",
    ],
    ["with another line is changed", `${SIGNED}; echo {}`, "changed"],
    ["that is not JSON is changed", "nothing", "changed"],
    ["without a code is not authenticated", `'{"stack":"foobar/dev"}'`, "unauthenticated"],
    ["of another stack is foreign, whatever its code", `${SIGNED} | sed s/dev/prod/`, "foreign"],
  ];

  it("is verified by its code, in the image", async function () {
    this.timeout(60_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const lines = CASES.map(
      ([what, text, trust]) =>
        `(echo ${text}) >/tmp/manifest; examine /tmp/manifest backup; [ $trust = ${trust} ] || echo 'one ${what}, not '$trust >&2`,
    );
    const examined = await execa("docker", [
      ...["run", "--rm", "--network=none", "--user=999:999", "--read-only", "--tmpfs=/tmp", "--tmpfs=/run/secrets"],
      ...[
        `--volume=${SCRIPTS}:/scripts:ro`,
        "--entrypoint=bash",
        parseConfig("foobar", "dev", devConfig()).images.mysql,
      ],
      ...["-c", `echo key >/run/secrets/backup-key; STACK=foobar/dev; . /scripts/authentic.sh; ${lines.join("\n")}`],
    ]);
    assert.equal(examined.stderr, "");
  });
});
