import { markOf } from "../mysql/secrets.ts";
import type { AgentSettings } from "../settings.ts";
import { APPLICATION_PRIVILEGES, type ClientAccount, type ClientRole } from "./accountList.ts";

type Hosts = AgentSettings["accountHosts"];

/** An account in SQL. Passwords, names and subnets have no characters that need quoting. */
export function accountName(account: ClientAccount, hosts: Hosts): string {
  return `'${account}'@'${hosts[account]}'`;
}

/** The accounts of the present networks in SQL, each as 'account=subnet'. */
export function ownAccounts(hosts: Hosts): string {
  return Object.entries(hosts)
    .map(([account, subnet]) => `'${account}=${subnet}'`)
    .join(", ");
}

const attribute = (password: string) => `ATTRIBUTE '{"password": "${markOf(password)}"}'`;

/**
 * Statements that create an account or add privileges that it lacks. They change no password of an account that is there.
 * @param password undefined: the role has none
 */
export function accountStatements(role: ClientRole, hosts: Hosts, password: string | undefined): string[] {
  const name = accountName(role.account, hosts);
  const created =
    password === undefined
      ? `CREATE USER IF NOT EXISTS ${name} IDENTIFIED WITH caching_sha2_password BY '' PASSWORD EXPIRE NEVER`
      : `CREATE USER IF NOT EXISTS ${name} IDENTIFIED BY '${password}' REQUIRE SSL ${attribute(password)}`;
  return [created, ...role.grants.map(({ privileges, on }) => `GRANT ${privileges.join(", ")} ON ${on} TO ${name}`)];
}

/**
 * Gives an account another password, and lets clients use the one before until it is discarded. One statement sets both,
 * because the same password set twice would drop the one before.
 */
export function nextPassword(account: ClientAccount, hosts: Hosts, password: string): string {
  const name = accountName(account, hosts);
  return `ALTER USER ${name} IDENTIFIED BY '${password}' RETAIN CURRENT PASSWORD ${attribute(password)}`;
}

/** Gives an account its present password again, after a person has set another one. The one before stays, if there is one. */
export function sameCurrentPassword(account: ClientAccount, hosts: Hosts, password: string): string {
  return `ALTER USER ${accountName(account, hosts)} IDENTIFIED WITH caching_sha2_password BY '${password}'`;
}

/** The databases on which the application has privileges. */
export function grantedDatabases(hosts: Hosts): string {
  return `SELECT Db AS name FROM mysql.db WHERE CONCAT(User, '=', Host) = 'application=${hosts.application}'`;
}

/** Statements that give the application its privileges on these databases, and take those on others, whose data stays. */
export function databaseGrants(wanted: readonly string[], granted: readonly string[], hosts: Hosts): string[] {
  const name = accountName("application", hosts);
  return [
    ...wanted.map((database) => `GRANT ${APPLICATION_PRIVILEGES.join(", ")} ON \`${database}\`.* TO ${name}`),
    ...granted
      .filter((database) => !wanted.includes(database))
      .map((database) => `REVOKE ALL ON \`${database}\`.* FROM ${name}`),
  ];
}

/** The databases that there are. */
export const DATABASES = "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA";

/** Statements that create databases where they are missing. */
export function createDatabases(names: readonly string[]): string[] {
  return [...new Set(names)].map((database) => `CREATE DATABASE IF NOT EXISTS \`${database}\``);
}
