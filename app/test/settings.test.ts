import assert from "node:assert/strict";
import { readSettings, SettingsError } from "../settings.ts";

const COMPLETE = {
  SERVER_NAME: "server1",
  DATABASE_NAME: "foobar",
  DATABASE_USER: "app",
  DATABASE_WRITE_HOST: "router:3307",
  DATABASE_READ_HOST: "replica1, replica2:3308",
};
const password = () => "correct horse\n";

function problems(environment: Record<string, string | undefined>, read = password): string {
  try {
    readSettings(environment, read);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  return assert.fail("the settings were accepted");
}

describe("settings", () => {
  it("has a default for everything that is not about this place", () => {
    assert.deepEqual(readSettings(COMPLETE, password), {
      port: 3000,
      serverName: "server1",
      release: "unreleased",
      logLevel: "info",
      drainMs: 5000,
      readinessGraceMs: 30_000,
      database: {
        name: "foobar",
        user: "app",
        password: "correct horse",
        write: { host: "router", port: 3307 },
        read: [
          { host: "replica1", port: 3306 },
          { host: "replica2", port: 3308 },
        ],
        tls: true,
      },
    });
  });

  it("reads the password from the file it is told", () => {
    const asked: string[] = [];
    readSettings({ ...COMPLETE, DATABASE_PASSWORD_FILE: "/secrets/mine" }, (path) => {
      asked.push(path);
      return "x";
    });
    assert.deepEqual(asked, ["/secrets/mine"]);
  });

  it("names every missing variable and the unreadable password in one message", () => {
    const message = problems({}, () => {
      throw new Error("no such file");
    });
    for (const name of Object.keys(COMPLETE)) assert.match(message, new RegExp(`^ {2}- ${name} is missing`, "m"));
    assert.match(message, /DATABASE_PASSWORD_FILE: \/run\/secrets\/database-password cannot be read: no such file/);
  });

  const WRONG: Record<string, string> = {
    PORT: "70000",
    SERVER_NAME: "a\r\nb: c",
    DATABASE_WRITE_HOST: "db:0",
    DATABASE_READ_HOST: "one,,two",
    DATABASE_TLS: "maybe",
    DRAIN_SECONDS: "1.5",
    READINESS_GRACE_SECONDS: "-1",
    LOG_LEVEL: "loud",
  };

  it("names every wrong value at once, with the value", () => {
    const message = problems({ ...COMPLETE, ...WRONG });
    for (const [name, value] of Object.entries(WRONG)) {
      const line = message.split("\n").find((one) => one.startsWith(`  - ${name} `));
      assert.ok(line?.includes(JSON.stringify(value)), `${name} in ${message}`);
    }
    assert.equal(message.split("\n").length, 1 + Object.keys(WRONG).length);
  });

  it("takes an empty variable for one that is not set", () => {
    assert.equal(readSettings({ ...COMPLETE, PORT: "" }, password).port, 3000);
    assert.match(problems({ ...COMPLETE, SERVER_NAME: "" }), /SERVER_NAME is missing/);
  });

  it("refuses an empty password and never prints one", () => {
    assert.match(
      problems(COMPLETE, () => "\n"),
      /is empty/,
    );
    assert.doesNotMatch(problems({ ...COMPLETE, PORT: "x" }), /correct horse/);
  });
});
