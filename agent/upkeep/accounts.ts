import { type ClientRole, clientRoles } from "./accountList.ts";
import { accountStatements } from "./accountSql.ts";
import { type Tools, unloggedAll } from "./tools.ts";

/** Statements that create the accounts of roles, with the present passwords. */
export async function createAccounts(
  { settings, secrets }: Pick<Tools, "settings" | "secrets">,
  isWanted: (role: ClientRole) => boolean = () => true,
): Promise<string[]> {
  const roles = clientRoles(settings).filter(isWanted);
  const statements = roles.map(async (role) =>
    accountStatements(role, settings.accountHosts, role.hasPassword ? await secrets.password(role.account) : undefined),
  );
  return (await Promise.all(statements)).flat();
}

/** The account that members use among each other. */
export const isOfMembers = ({ purpose }: ClientRole) => purpose === "members";

/**
 * Creates, once in a run of the server, the accounts and privileges that the data lacks, because an older version of the
 * program wrote it or a stack with other networks: without them the members could not log in to each other. Each node
 * does it by itself, without the binary log, for the reason in passwords.ts.
 */
export class MissingAccounts {
  #isDone = false;

  async keep(tools: Tools): Promise<void> {
    if (this.#isDone) return;
    await unloggedAll(tools.own, await createAccounts(tools));
    this.#isDone = true;
  }
}
