import { readFileSync } from "node:fs";
import { createPool } from "mysql2/promise";

/** The pool for DATABASE_URL, by TLS if the authority of the database is known. */
export function openDatabase() {
  const { DATABASE_URL, DATABASE_CA_FILE } = process.env;
  const ssl = DATABASE_CA_FILE === undefined ? undefined : { ca: readFileSync(DATABASE_CA_FILE), verifyIdentity: true };
  return createPool({ uri: DATABASE_URL, ssl, connectionLimit: 10 });
}
