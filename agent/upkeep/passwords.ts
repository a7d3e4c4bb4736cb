import { z } from "zod";
import { isPassword } from "../mysql/passwordHash.ts";
import { markOf } from "../mysql/secrets.ts";
import { DENIED, errorNumber } from "../mysql/session.ts";
import type { AgentSettings } from "../settings.ts";
import { GROUP_STATE, PASSWORDS_VIEW, SOURCE } from "../sql.ts";
import { type ClientAccount, clientRoles, NODE_ACCOUNT } from "./accountList.ts";
import { nextPassword, ownAccounts, sameCurrentPassword } from "./accountSql.ts";
import { Steady, type Tools, unloggedAll } from "./tools.ts";

/*
 * Each node sets the passwords of its accounts by itself, without the binary log. A logged statement about an account
 * would wait for a replica's acknowledgement while it holds the lock of all accounts: then nobody can log in, and neither
 * can the replica that should acknowledge. MySQL never ends that, even if the statement is killed.
 */

/**
 * The accounts that can be opened from the present networks. They are none while a primary of an older version may be
 * there, which changes passwords in the binary log: the same change twice would drop the password before. A primary of
 * this version has made the view.
 */
export function accountsQuestion({ accountHosts }: Pick<AgentSettings, "accountHosts">): string {
  return `SELECT User AS account, COALESCE(User_attributes->>'$.metadata.password', '-') AS mark,
    HEX(authentication_string) AS hash FROM mysql.user
  WHERE account_locked = 'N' AND CONCAT(User, '=', Host) IN (${ownAccounts(accountHosts)})
    AND (${SOURCE} = '-' AND ${GROUP_STATE} IN ('NONE', 'OFFLINE')
      OR EXISTS (SELECT 1 FROM information_schema.VIEWS WHERE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) = '${PASSWORDS_VIEW}'))`;
}

const rows = z.array(z.object({ account: z.string(), mark: z.string(), hash: z.string() }));
export type AccountRow = z.infer<typeof rows>[number];

/** What an account needs: another password, beside which the one before stays; its own again; or nothing. */
export function need({ mark, hash }: Omit<AccountRow, "account">, password: string): "next" | "same" | "nothing" {
  if (mark !== markOf(password)) return "next";
  return isPassword(password, Buffer.from(hash, "hex")) ? "nothing" : "same";
}

/** Keeps the passwords of the accounts those of the files, which change while the agent runs. */
export class Passwords {
  readonly #steady = new Map<string, Steady<string>>();
  /** By account: what was last found to need nothing. */
  readonly #settled = new Map<string, string>();

  /**
   * Every node has its own account root. Restored or cloned data may have another password for it, and a person may have
   * set one.
   * @throws Error with the number 1045 if neither root nor the agent's own account can log in
   */
  async keepRoot(tools: Pick<Tools, "own" | "secrets" | "say">): Promise<void> {
    const password = await this.#read(tools, "root");
    if (password === undefined || this.#settled.get("root") === password) return;
    const problem = await tools.own
      .within((session) => session.run("DO 0", 20))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (problem === undefined) {
      await unloggedAll(tools.own, NODE_ACCOUNT);
    } else if (errorNumber(problem) === DENIED) {
      await unloggedAll(tools.own, [`ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}'`], "node");
      tools.say("root has the password of the file now");
    } else {
      throw problem;
    }
    this.#settled.set("root", password);
  }

  /** root could not log in: perhaps it has another password. */
  doubtRoot(): void {
    this.#settled.delete("root");
  }

  /**
   * The other accounts. The password before stays valid for clients that still use it, until `up` has moved all of them
   * and discards it. A password that a person has set is replaced by that of the file.
   */
  async keep(tools: Tools): Promise<void> {
    const { own, settings } = tools;
    const found = rows.parse(await own.ask(accountsQuestion(settings)));
    for (const { account } of clientRoles(settings).filter(({ hasPassword }) => hasPassword)) {
      const row = found.find((one) => one.account === account);
      if (row === undefined) continue;
      const password = await this.#read(tools, account);
      if (password === undefined) continue;
      await this.#keepOne(tools, account, row, password);
    }
  }

  async #keepOne(
    { own, settings, say }: Tools,
    account: ClientAccount,
    row: AccountRow,
    password: string,
  ): Promise<void> {
    // What was seen to need nothing needs nothing until it changes: the check takes milliseconds of CPU.
    const seen = `${password} ${row.mark} ${row.hash}`;
    if (this.#settled.get(account) === seen) return;
    const { accountHosts } = settings;
    switch (need(row, password)) {
      case "nothing":
        this.#settled.set(account, seen);
        return;
      case "next":
        await unloggedAll(own, [nextPassword(account, accountHosts, password)]);
        say(`the account ${account} has the password of the file now, and still takes the one before`);
        return;
      case "same":
        await unloggedAll(own, [sameCurrentPassword(account, accountHosts, password)]);
        say(`the account ${account} had another password than the file, and has that of the file again`);
    }
  }

  async #read({ secrets }: Pick<Tools, "secrets">, account: string): Promise<string | undefined> {
    const steady = this.#steady.get(account) ?? new Steady<string>();
    this.#steady.set(account, steady);
    return steady.look(await secrets.password(account));
  }
}
