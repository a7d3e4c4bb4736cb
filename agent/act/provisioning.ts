import { UNCLONED } from "../sql.ts";
import { createDatabases } from "../upkeep/accountSql.ts";
import { createAccounts, isOfMembers } from "../upkeep/accounts.ts";
import { clusterSchema } from "../upkeep/schema.ts";
import { joined, unloggedAll } from "../upkeep/tools.ts";
import { endServer, type Hands } from "./hands.ts";
import { beginTerm, WITHOUT_SOURCE } from "./replicationSql.ts";

/** The schema and the account by which members ask an empty node. A clone replaces them. */
export async function prepare(hands: Hands): Promise<void> {
  await unloggedAll(hands.own, [...clusterSchema(hands.settings), ...(await createAccounts(hands, isOfMembers))]);
}

/** The databases, the accounts and the first primary term. They are logged, so that every replica gets them. */
export async function beginCluster(hands: Hands): Promise<void> {
  const { own, settings, marks, databases } = hands;
  await own.execute(
    joined([
      "SET GLOBAL super_read_only = OFF",
      ...createDatabases(databases.names(hands)),
      ...(await createAccounts(hands, (role) => !isOfMembers(role))),
      beginTerm(settings.member, "configured").replace(/;$/, ""),
    ]),
  );
  await marks.setProvisioning(undefined);
}

/** Keeps cloned data. They contain the donor's source, and may lack what a peer has received and confirmed. */
export async function keepClone({ own, marks, say }: Hands): Promise<void> {
  await own.execute(WITHOUT_SOURCE);
  const lacking = await own.ask(`SELECT CONCAT(table_schema, '.', table_name, ' (', engine, ')') AS name
    FROM (${UNCLONED}) AS tables_without_rows`);
  if (lacking.length > 0) {
    say(`warning: the clone lacks the rows of ${lacking.map(({ name }) => name).join(", ")}, which no clone has`);
  }
  await marks.setDataLost(true);
  await marks.setProvisioning(undefined);
}

/** Lets the server's next start empty the folder. */
export async function emptyFolder(hands: Hands): Promise<void> {
  await hands.marks.setProvisioning({ step: "initialising", earlier: undefined });
  await endServer(hands);
}
