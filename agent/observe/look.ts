import { markOf } from "../mysql/secrets.ts";
import type { OwnServer } from "../observation.ts";
import { IS_PREPARED, ownServer, ownStatement } from "./own.ts";

/** Asks a server one statement. */
export type Ask = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** The value that a statement gives in one row and one column. */
export async function valueIn(ask: Ask, statement: string): Promise<unknown> {
  const [row] = await ask(statement);
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Looks at the own server, which is asked for its schema until it has one. */
export class OwnLook {
  #isPrepared = false;

  /**
   * @param password the present password of replication
   * @throws Error if the server does not answer, or differently
   */
  async at(ask: Ask, password: string): Promise<OwnServer> {
    this.#isPrepared ||= Number(await valueIn(ask, IS_PREPARED)) > 0;
    try {
      return ownServer(await valueIn(ask, ownStatement(this.#isPrepared, markOf(password))), this.#isPrepared);
    } catch (error) {
      this.#isPrepared = false;
      throw error;
    }
  }
}
