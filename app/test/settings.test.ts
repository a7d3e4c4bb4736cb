import assert from "node:assert/strict";
import { type ReadText, readSettings, SettingsError } from "../settings.ts";
import { issue } from "./certificates.ts";

const COMPLETE = {
  SERVER_NAME: "server1",
  DATABASE_NAME: "foobar",
  DATABASE_USER: "app",
  DATABASE_WRITE_HOST: "router:3307",
  DATABASE_READ_HOST: "replica1, replica2:3308",
};
const password: ReadText = () => "correct horse\n";

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
  it("has a default for everything that does not depend on the place", () => {
    assert.deepEqual(readSettings(COMPLETE, password), {
      host: "0.0.0.0",
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
        patienceMs: 10_000,
      },
    });
  });

  it("reads the password from the named file", () => {
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
    DATABASE_PATIENCE_SECONDS: "61",
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

  const certificate = issue("authority").certificate;
  /** The password and the authority, as files. */
  const files = (authority: () => string) => (path: string) => (path === "/ca.pem" ? authority() : "x");
  const verified = { ...COMPLETE, DATABASE_CA_FILE: "/ca.pem" };

  it("reads the authority from the named file", () => {
    const { database } = readSettings(
      verified,
      files(() => `${certificate}\n`),
    );
    assert.equal(database.ca?.trim(), certificate.trim());
  });

  it("names an authority that cannot be used together with everything else", () => {
    const unreadable = () => {
      throw new Error("no such file");
    };
    const cases: [() => string, RegExp][] = [
      [unreadable, /- DATABASE_CA_FILE: \/ca.pem cannot be read: no such file/],
      [() => "", /- DATABASE_CA_FILE: \/ca.pem is empty/],
      [() => "-----BEGIN CERTIFICATE-----", /- DATABASE_CA_FILE: \/ca.pem has no certificate in PEM form/],
    ];
    for (const [authority, line] of cases) {
      const message = problems({ ...verified, PORT: "x" }, files(authority));
      assert.match(message, line);
      assert.match(message, /- PORT /);
    }
  });

  it("refuses an authority that would verify nothing: without encryption, or with hosts that are numbers", () => {
    const wrong = {
      DATABASE_TLS: "off",
      DATABASE_WRITE_HOST: "10.0.0.1:3307",
      DATABASE_READ_HOST: "replica, 10.0.0.2",
    };
    const message = problems(
      { ...verified, ...wrong },
      files(() => certificate),
    );
    assert.match(message, /- DATABASE_CA_FILE needs DATABASE_TLS=required/);
    assert.match(message, /- DATABASE_WRITE_HOST must be names with DATABASE_CA_FILE \(it has 10\.0\.0\.1\)/);
    assert.match(message, /- DATABASE_READ_HOST must be names with DATABASE_CA_FILE \(it has 10\.0\.0\.2\)/);
  });

  it("treats an empty variable as not set", () => {
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
