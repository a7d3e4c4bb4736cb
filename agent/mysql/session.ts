import mysql from "mysql2";

/** How a server is reached: by its socket, or over the network with a verified certificate. */
export type Place =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number /** PEM */; readonly authority: string };

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** One row, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** The server gave no answer in time. What it was told may still happen. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** One connection to a server. Each question has a time limit, after which the connection is given up. */
export interface Session {
  /** Runs one statement; resolves to its rows. 0 seconds are no limit. */
  ask(statement: string, seconds: number): Promise<readonly Row[]>;
  /** Runs statements, separated by semicolons, up to the first that fails. 0 seconds are no limit. */
  run(statements: string, seconds: number): Promise<void>;
  close(): void;
}

/** The number of an error that a server has answered; undefined: it is no answer of a server. */
export function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("sqlState" in error) || !("errno" in error)) return undefined;
  return typeof error.errno === "number" ? error.errno : undefined;
}

/** Access denied: the account has another password, or there is no such account. */
export const DENIED = 1045;

/**
 * Opens a connection within a time limit.
 * @throws NoAnswer if it takes longer, and the error of the server or of the network otherwise
 */
export function openSession(place: Place, account: Account, seconds: number): Promise<Session> {
  return new Promise((resolve, reject) => {
    const connection = mysql.createConnection({
      ...addressOf(place),
      ...account,
      // As MySQL's own client, so that texts compare in the same way.
      charset: "UTF8MB4_0900_AI_CI",
      flags: ["-LOCAL_FILES"],
      multipleStatements: true,
      connectTimeout: seconds * 1000,
    });
    const timer = setTimeout(() => {
      connection.destroy();
      reject(new NoAnswer(`no connection within ${seconds} s`));
    }, seconds * 1000);
    // Errors between two questions end no process; the next question fails.
    connection.on("error", () => {});
    connection.connect((error) => {
      clearTimeout(timer);
      if (error === null) return resolve(sessionOf(connection));
      connection.destroy();
      reject(error);
    });
  });
}

function addressOf(place: Place): mysql.ConnectionOptions {
  if ("socketPath" in place) return place;
  const { host, port, authority } = place;
  // Without verifyIdentity any certificate of the authority would do, whatever host it names.
  return { host, port, ssl: { ca: authority, rejectUnauthorized: true, verifyIdentity: true } };
}

function sessionOf(connection: mysql.Connection): Session {
  const query = (statements: string, seconds: number) =>
    new Promise<unknown>((resolve, reject) => {
      const giveUp = () => {
        connection.destroy();
        reject(new NoAnswer(`no answer within ${seconds} s`));
      };
      const timer = seconds === 0 ? undefined : setTimeout(giveUp, seconds * 1000);
      connection.query(statements, (error, result) => {
        clearTimeout(timer);
        if (error === null) resolve(result);
        else reject(error);
      });
    });
  return {
    async ask(statement, seconds) {
      const result = await query(statement, seconds);
      return Array.isArray(result) ? result : [];
    },
    async run(statements, seconds) {
      await query(statements, seconds);
    },
    close: () => connection.destroy(),
  };
}
