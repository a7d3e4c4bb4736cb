import type { ClientAccount, ClusterPlan } from "../../topology/databasePlan.ts";

/** An account of a client of the databases, as a member has it. */
export interface Account {
  readonly name: string;
  /** Where MySQL lets it in from. */
  readonly host: string;
  /** The mark of its password, or -. */
  readonly mark: string;
  /** Whether the password before still opens it. */
  readonly takesFormer: boolean;
  /** A locked account lets nobody in. */
  readonly isLocked: boolean;
  /** Whether a view, a trigger, a routine or an event runs with its rights. */
  readonly isDefiner: boolean;
}

/** The statement that asks a member for the accounts of the plan's names. */
export function accountsQuestion({ accountHosts }: Pick<ClusterPlan, "accountHosts">): string {
  const names = Object.keys(accountHosts).map((name) => `'${name}'`);
  return `SELECT User, Host, COALESCE(User_attributes->>'$.metadata.password', '-'),
    JSON_CONTAINS_PATH(COALESCE(User_attributes, '{}'), 'one', '$.additional_password'), account_locked = 'Y',
    CONCAT(User, '@', Host) IN (SELECT DEFINER FROM information_schema.VIEWS
      UNION SELECT DEFINER FROM information_schema.TRIGGERS
      UNION SELECT DEFINER FROM information_schema.ROUTINES
      UNION SELECT DEFINER FROM information_schema.EVENTS)
    FROM mysql.user WHERE User IN (${names.join(", ")})`;
}

/** Parses the answer to that statement. */
export function parseAccounts(rows: readonly (readonly string[])[]): Account[] {
  return rows.map(([name = "", host = "", mark = "-", former, locked, definer]) => ({
    name,
    host,
    mark,
    takesFormer: former === "1",
    isLocked: locked === "1",
    isDefiner: definer === "1",
  }));
}

/**
 * The accounts that do not have the present password yet, by name.
 * @param marks the mark of each account's present password
 */
export function behind(
  accounts: readonly Account[],
  { accountHosts }: Pick<ClusterPlan, "accountHosts">,
  marks: ReadonlyMap<string, string>,
): ClientAccount[] {
  return names(accountHosts).filter((name) => {
    const mark = marks.get(name);
    return mark !== undefined && own(accounts, accountHosts, name)?.mark !== mark;
  });
}

/**
 * The statements that end what no client of the present plan uses: accounts of other networks, and passwords that were
 * replaced. An account stays until its successor for the plan's network is there. One that defines views or triggers of
 * the application is locked and not dropped, because they run with its rights.
 */
export function ending(accounts: readonly Account[], { accountHosts }: Pick<ClusterPlan, "accountHosts">): string[] {
  return names(accountHosts).flatMap((name) => {
    const kept = own(accounts, accountHosts, name);
    if (kept === undefined) return [];
    const others = accounts.filter(
      (one) => one.name === name && one.host !== kept.host && !one.isLocked && isOurs(one),
    );
    return [
      ...(kept.takesFormer ? [`ALTER USER ${text(kept)} DISCARD OLD PASSWORD`] : []),
      ...others.map((one) =>
        one.isDefiner ? `ALTER USER ${text(one)} ACCOUNT LOCK` : `DROP USER IF EXISTS ${text(one)}`,
      ),
    ];
  });
}

/**
 * Statements about accounts for one member alone, even if it is read-only. In the binary log they would wait for a
 * replica's acknowledgement with the lock of all accounts, and nobody could log in.
 */
export function onOneNode(statements: readonly string[]): string {
  return [
    "SET sql_log_bin = 0",
    "SET GLOBAL super_read_only = OFF",
    ...statements,
    "SET GLOBAL super_read_only = @@global.read_only",
  ].join("; ");
}

/**
 * Whether the program has made an account. Its accounts have a mark, except those of versions without marks, which let
 * in from everywhere and had no `monitoring`, and `router`, which has no password.
 */
function isOurs({ name, host, mark }: Account): boolean {
  return mark !== "-" || name === "router" || (host === "%" && name !== "monitoring");
}

function own(accounts: readonly Account[], hosts: ClusterPlan["accountHosts"], name: ClientAccount) {
  return accounts.find((one) => one.name === name && one.host === hosts[name]);
}

function names(hosts: ClusterPlan["accountHosts"]): ClientAccount[] {
  return Object.keys(hosts) as ClientAccount[];
}

function text({ name, host }: Account): string {
  return `'${name}'@'${host.replaceAll("'", "''")}'`;
}
