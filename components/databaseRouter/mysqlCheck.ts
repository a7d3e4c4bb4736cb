/** A query that HAProxy sends to MySQL as a health check. */
export interface MysqlCheck {
  /**
   * An account with the plugin caching_sha2_password and an empty password: MySQL accepts it at once, without
   * encryption.
   */
  readonly account: string;
  /** One statement without comments. Line breaks become spaces. */
  readonly sql: string;
  /**
   * A text that the answer contains if the check succeeds, and that no column name contains: every answer has those.
   */
  readonly expect: string;
}

const PLUGIN = "caching_sha2_password";

/** CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_RESERVED2 (secure connection), CLIENT_PLUGIN_AUTH. */
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const MAX_PACKET = 0x1000000;
const UTF8MB4_GENERAL_CI = 45;
const COM_QUIT = 0x01;
const COM_QUERY = 0x03;

/** The connection's third packet, an OK packet: no rows changed, autocommit is on. */
const LOGGED_IN = "0700000200000002";

/**
 * The lines of a backend that check its servers with a query (`option tcp-check`). HAProxy's own mysql-check supports
 * no authentication plugin of MySQL 9, and no query.
 *
 * COM_QUIT is sent together with the query: MySQL closes the connection after its answer. So an unexpected answer fails
 * the check at once instead of after its timeout, and no connection counts as aborted.
 *
 * Protocol: dev.mysql.com/doc/dev/mysql-server/latest, pages "Protocol::Packet", "Protocol::HandshakeResponse41",
 * "COM_QUERY" and "COM_QUIT".
 */
export function mysqlCheck({ account, sql, expect }: MysqlCheck): string[] {
  const statement = sql.replace(/\s+/g, " ").trim();
  const query = [...header(1 + Buffer.byteLength(statement), 0), COM_QUERY];
  const quit = [...header(1, 0), COM_QUIT];
  return [
    "option tcp-check",
    "tcp-check connect",
    `tcp-check expect rstring ${PLUGIN}`,
    `tcp-check send-binary ${hex(login(account))}`,
    `tcp-check expect binary ${LOGGED_IN}`,
    `tcp-check send-binary ${hex(query)}`,
    `tcp-check send ${quoted(statement)}`,
    `tcp-check send-binary ${hex(quit)}`,
    `tcp-check expect string ${quoted(expect)}`,
  ];
}

/** The client's answer to the server's greeting. */
function login(account: string): number[] {
  const payload = [
    ...littleEndian(CAPABILITIES, 4),
    ...littleEndian(MAX_PACKET, 4),
    UTF8MB4_GENERAL_CI,
    ...Array<number>(23).fill(0),
    ...text(account),
    // The length of the password's proof, which is 0 for an empty password.
    0,
    ...text(PLUGIN),
  ];
  return [...header(payload.length, 1), ...payload];
}

/** A packet's header: the payload's length in bytes, and the packet's number in the exchange. */
function header(length: number, sequence: number): number[] {
  return [...littleEndian(length, 3), sequence];
}

/** A text that ends with a zero byte. */
function text(value: string): number[] {
  return [...Buffer.from(value), 0];
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("hex");
}

/** A text as one word of haproxy.cfg. */
function quoted(word: string): string {
  return `"${word.replace(/["\\$]/g, "\\$&")}"`;
}
