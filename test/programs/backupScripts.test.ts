import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { backupScripts } from "../../components/mysqlBackup/mysqlBackup.ts";
import { parseConfig } from "../../config/config.ts";
import { devConfig } from "../devConfig.ts";
import { engineMissing } from "../engine.ts";

const KEY = "aKeyThatNobodyIsToSee";
const ENVIRONMENT = {
  STACK: "foobar/dev",
  TIMELINE: "first",
  MEMBERS: "",
  APPLICATION_DATABASE: "foobar",
  EVERY_HOURS: "24",
  KEEP: "1",
  ARCHIVE_SECONDS: "60",
  ENCRYPTED: "true",
  UNAUTHENTICATED_UNTIL: "20260101T000000Z",
};

/** Functions for the tests' lines of bash. */
const HELPERS = `set -u
echo ${KEY} >/run/secrets/backup-key
mkdir -p /tmp/state /tmp/answers
. /scripts/authentic.sh
. /scripts/store.sh
cd $target
# put FILE TEXT: a manifest of one line.
put() { mkdir -p "$(dirname "$1")"; printf '%s\\n' "$2" >"$1"; }
# within COMMAND…: waits until it succeeds.
within() { local try; for ((try = 0; try < 200; try++)); do "$@" && return; sleep 0.1; done; echo "in vain: $*" >&2; exit 1; }
says() { grep -qs "$2" "/tmp/state/$1"; }
`;

/** Runs lines of bash beside the scripts, some of which are replaced, in their image; resolves to the output. */
async function inImage(lines: string, standIns: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "foobar-"));
  try {
    await execa("chmod", ["755", folder]);
    for (const [name, text] of Object.entries({ ...backupScripts(), ...standIns })) {
      await writeFile(join(folder, name), text, { mode: 0o755 });
    }
    const { stdout } = await execa("docker", [
      ...["run", "--rm", "--init", "--read-only", "--cap-drop=ALL", "--network=none", "--user=999:999"],
      ...Object.entries(ENVIRONMENT).map(([variable, value]) => `--env=${variable}=${value}`),
      ...["/tmp", "/run/secrets", "/var/lib/mysql", "/var/lib/mysql-files"].map(
        (path) => `--tmpfs=${path}:uid=999,gid=999`,
      ),
      ...[`--volume=${folder}:/scripts:ro`, "--entrypoint=bash"],
      ...[parseConfig("foobar", "dev", devConfig()).images.mysql, "-c", HELPERS + lines],
    ]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const OLD = "20250101T000000Z";
const OLD_BACKUP = `{"name":"${OLD}","stack":"foobar/dev","timeline":"first","run":"${OLD}","takenAt":"2025-01-01T00:00:10.000Z"}`;

describe("a foreign file in the folder of the backups, for the scripts in their image", function () {
  this.timeout(90_000);
  before(async function () {
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });

  const BACKUP = `full/${OLD}/manifest.json`;
  const PROGRESS = `archive/${OLD}/reach.json`;
  const SEGMENT = `archive/${OLD}/00000001.json`;
  const CASES: readonly [string, string, string, string][] = [
    ["a backup of an older version", BACKUP, OLD_BACKUP, "unauthenticated"],
    ["a backup whose chain is a path", BACKUP, OLD_BACKUP.replace(`"run":"`, `"run":"../`), "changed"],
    ["a backup with an invalid moment", BACKUP, OLD_BACKUP.replace("2025-01-01T", "$(id)T"), "changed"],
    ["a backup with GTIDs that are SQL", BACKUP, OLD_BACKUP.replace("{", `{"gtids":"') OR ('",`), "changed"],
    ["a backup whose size is an expression", BACKUP, OLD_BACKUP.replace("{", `{"dataBytes":a[$(id)],`), "changed"],
    ["a backup with an invalid checksum", BACKUP, OLD_BACKUP.replace("{", `{"sha256":"*",`), "changed"],
    [
      "a backup of a stack that is a terminal's command",
      BACKUP,
      OLD_BACKUP.replace("foobar/dev", "\u001b[2J"),
      "changed",
    ],
    [
      "a progress of an older version",
      PROGRESS,
      `{"after":"u:1-5","reach":"2025-01-01T00:00:10.000Z"}`,
      "unauthenticated",
    ],
    ["a progress with GTIDs that are SQL", PROGRESS, `{"after":"','') OR SLEEP(9) OR ('"}`, "changed"],
    ["a progress with an invalid moment", PROGRESS, `{"after":"","reach":"now"}`, "changed"],
    ["a progress with a number that is an expression", PROGRESS, `{"number":a[$(id)],"after":""}`, "changed"],
    ["a segment of an older version", SEGMENT, `{"number":1,"after":"u:1-5","last":5}`, "unauthenticated"],
    ["a segment after GTIDs that are SQL", SEGMENT, `{"number":1,"before":"' --","after":""}`, "changed"],
    ["a segment whose end is an expression", SEGMENT, `{"number":1,"after":"","last":a[$(id)]}`, "changed"],
  ];

  it("counts as changed if a value has the wrong format", async () => {
    const examine: Readonly<Record<string, string>> = {
      [BACKUP]: `backup ${OLD}`,
      [PROGRESS]: `progress ${OLD}`,
      [SEGMENT]: `segment $target/${SEGMENT}`,
    };
    const lines = CASES.map(
      ([, file, text]) =>
        `put ${file} '${text.replaceAll("'", String.raw`'\''`)}'; examine_${examine[file]}; echo $trust`,
    );
    const trusts = (await inImage(lines.join("\n"))).split("\n");
    assert.deepEqual(
      CASES.map(([what], number) => [what, trusts[number]]),
      CASES.map(([what, , , trust]) => [what, trust]),
    );
  });

  it("does not continue the archive without authentication: a full backup is requested at once", async () => {
    const said = await inImage(`
      put ${BACKUP} '${OLD_BACKUP}'
      put ${PROGRESS} '{"run":"${OLD}","reach":"2025-01-01T00:00:10.000Z","after":""}'
      mkfifo /tmp/full.requests /tmp/archive.requests
      bash /scripts/archive.sh >/dev/null 2>&1 &
      read -r -t 20 request <>/tmp/full.requests
      echo "$request"
      cat /tmp/state/archive`);
    assert.equal(said, "archive\nwaiting for a full backup that is authenticated");
  });

  it("stays in the archive if its name is not a chain's; a chain that no backup needs is removed", async () => {
    const said = await inImage(`
      put ${BACKUP} '${OLD_BACKUP}'
      mkdir -p archive/${OLD} archive/20240101T000000Z 'archive/a[$(id)]' archive/@
      bash /scripts/retain.sh
      ls archive`);
    assert.deepEqual(said.split("\n").sort(), [OLD, "@", "a[$(id)]"]);
  });

  it("gives no access to a secret by a symbolic link", async () => {
    const said = await inImage(`
      name=$(date -u +%Y%m%dT%H%M%SZ)
      put full/$name/manifest.json "$(signed '{"kind":"backup","stack":"foobar/dev","timeline":"first","name":"'$name'","run":"'$name'"}')"
      mkdir -p archive/$name
      ln -s /run/secrets/backup-key archive/$name/broken
      mkfifo /tmp/full.requests /tmp/archive.requests
      bash /scripts/archive.sh 2>&1 &
      within says archive "waiting for a new full backup"
      cat /tmp/state/archive`);
    assert.match(said, /waiting for a new full backup/);
    assert.ok(!said.includes(KEY));
  });
});

describe("a full backup", function () {
  this.timeout(90_000);
  // Replacements of the scripts that need a database. A full backup waits for /tmp/allowed, and removes earlier ones.
  const standIns = {
    "backup.sh": `mysqld() { case "$*" in *--initialize*) ;; *) sleep 100 ;; esac; }; mysql() { :; }
${backupScripts()["backup.sh"]?.replace("LOOK_EVERY=60", "LOOK_EVERY=1")}`,
    "archive.sh": "sleep 100",
    "full.sh": `. /scripts/authentic.sh; . /scripts/store.sh
until [ -e /tmp/allowed ]; do sleep 0.1; done
rm /tmp/allowed
name=$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$target/full/$name"
signed '{"kind":"backup","stack":"foobar/dev","timeline":"first","name":"'$name'","run":"'$name'","takenAt":"'$(now)'"}' >"$target/full/$name/manifest.json"
bash /scripts/retain.sh >/dev/null
state full "taken: $name"`,
  };

  it("is missed if somebody else removed it, until the next one is taken", async () => {
    const said = await inImage(
      `
      newest() { ls full | tail -n 1; }
      other() { [ -n "$(newest)" ] && [ "$(newest)" != "$1" ]; }
      METRICS=/tmp/figures bash /scripts/backup.sh >/dev/null 2>&1 &
      touch /tmp/allowed
      within other ''
      first=$(newest)
      sleep 1
      touch /tmp/allowed
      bash /scripts/request.sh full >/dev/null
      second=$(newest)
      [ "$(ls full)" = "$second" ] && [ "$second" != "$first" ] || echo "the first is still there"
      sleep 2
      bash /scripts/health.sh >/dev/null && echo healthy
      rm -r full/*
      within says newest failed
      [ "$(cat /tmp/state/newest)" = "failed: full/$second is gone, and this program has not removed it" ] && echo missed
      bash /scripts/health.sh >/dev/null || echo unhealthy
      bash /scripts/list.sh 2>/dev/null | grep -q "full/$second/manifest.json.*missing" && echo listed
      touch /tmp/allowed
      within other ''
      within bash /scripts/health.sh >/dev/null
      echo healthy`,
      standIns,
    );
    assert.deepEqual(said.split("\n"), ["healthy", "missed", "unhealthy", "listed", "healthy"]);
  });

  it("is taken once if the archive requests it while one is being taken; neither waits for the other", async () => {
    const said = await inImage(
      `
      METRICS=/tmp/figures bash /scripts/backup.sh >/dev/null 2>&1 &
      within [ -e /tmp/began ]
      sleep 1
      touch /tmp/allowed
      within [ -e /tmp/woken ]
      rm /tmp/began
      sleep 2
      [ -e /tmp/began ] || echo once`,
      {
        ...standIns,
        "full.sh": `touch /tmp/began; ${standIns["full.sh"]}`,
        "archive.sh": `until [ -e /tmp/began ]; do sleep 0.1; done
echo archive >/tmp/full.requests
read -r -t 20 _ <>/tmp/archive.requests && touch /tmp/woken
sleep 100`,
      },
    );
    assert.equal(said, "once");
  });
});

describe("a client's command in a statement", () => {
  const FOLDERS = ["components/mysqlBackup/files/", "agent/server/"].map((folder) =>
    fileURLToPath(new URL(`../../${folder}`, import.meta.url)),
  );

  it("is disabled for every client that reads statements", () => {
    const calls = FOLDERS.flatMap((folder) =>
      readdirSync(folder).flatMap((file) =>
        [...readFileSync(folder + file, "utf8").matchAll(/^.*--batch/gm)].map(([line]) => `${file}: ${line}`),
      ),
    );
    assert.ok(calls.length > 0);
    assert.deepEqual(
      calls.filter((call) => !call.includes("--binary-mode --batch")),
      [],
    );
  });

  it("is not executed by a client that would accept commands, as older ones do", async function () {
    this.timeout(90_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    const said = await inImage(`
      scripts=/scripts
      SYSTEM_DATABASES="('mysql')"
      . /scripts/server.sh
      mysql() { command mysql "$1" --commands --system-command "\${@:2}"; }
      mysqld --no-defaults --initialize-insecure --datadir=$work/copy 2>/dev/null
      begin_server copy $work/copy
      printf '%s\\n' 'SELECT 1;' '\\! touch /tmp/ran' | own copy 2>/dev/null
      ls /tmp/ran 2>/dev/null
      end_server copy`);
    assert.equal(said, "1");
  });
});
