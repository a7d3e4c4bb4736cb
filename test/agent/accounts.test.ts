import assert from "node:assert/strict";
import { clientRoles } from "../../agent/upkeep/accountList.ts";
import { accountStatements, createDatabases, databaseGrants } from "../../agent/upkeep/accountSql.ts";
import { ACCOUNT_HOSTS, settingsIn } from "./fakeNode.ts";

const roles = clientRoles(settingsIn("/nowhere"));
const allOf = (account: string) =>
  roles
    .filter((role) => role.account === account)
    .flatMap(({ grants }) => grants.flatMap(({ on, privileges }) => privileges.map((one) => `${one} ON ${on}`)));

describe("the accounts of a cluster", () => {
  it("are those of its clients, each once", () => {
    assert.deepEqual(roles.map(({ account }) => account).sort(), Object.keys(ACCOUNT_HOSTS).sort());
  });

  it("let the application do everything with its own database, and nothing with others", () => {
    const places = new Set(
      roles.filter(({ account }) => account === "application").flatMap(({ grants }) => grants.map(({ on }) => on)),
    );
    assert.deepEqual([...places], ["`shop`.*"]);
  });

  it("let nobody but the controller and the members change a server", () => {
    const powerful = [
      "SYSTEM_VARIABLES_ADMIN",
      "REPLICATION_SLAVE_ADMIN",
      "GROUP_REPLICATION_ADMIN",
      "CONNECTION_ADMIN",
    ];
    const having = roles.filter(({ account }) =>
      allOf(account).some((one) => powerful.some((word) => one.startsWith(word))),
    );
    assert.deepEqual(having.map(({ account }) => account).sort(), ["replication", "steward"]);
  });

  it("let an account without a password read the state of replication alone", () => {
    assert.deepEqual(
      roles.filter(({ hasPassword }) => !hasPassword).map(({ account }) => account),
      ["router"],
    );
    assert.deepEqual(allOf("router"), ["SELECT ON performance_schema.replication_group_members"]);
  });

  it("are created with TLS and a mark of their password, and change none that is there", () => {
    const role = roles.find(({ account }) => account === "backup");
    assert.ok(role);
    assert.deepEqual(accountStatements(role, ACCOUNT_HOSTS, "secret"), [
      "CREATE USER IF NOT EXISTS 'backup'@'10.0.3.0/24' IDENTIFIED BY 'secret' REQUIRE SSL ATTRIBUTE '{\"password\": \"2bb80d537b1da3e3\"}'",
      "GRANT REPLICATION SLAVE, BACKUP_ADMIN ON *.* TO 'backup'@'10.0.3.0/24'",
    ]);
  });

  it("follow the list of the application's databases", () => {
    const statements = databaseGrants(["shop", "blog"], ["shop", "old"], ACCOUNT_HOSTS);
    assert.deepEqual(
      statements.map((statement) => statement.replace(/SELECT, .*, EVENT/, "everything")),
      [
        "GRANT everything ON `shop`.* TO 'application'@'10.0.1.0/24'",
        "GRANT everything ON `blog`.* TO 'application'@'10.0.1.0/24'",
        "REVOKE ALL ON `old`.* FROM 'application'@'10.0.1.0/24'",
      ],
    );
    assert.deepEqual(createDatabases(["shop", "shop", "blog"]), [
      "CREATE DATABASE IF NOT EXISTS `shop`",
      "CREATE DATABASE IF NOT EXISTS `blog`",
    ]);
  });
});
