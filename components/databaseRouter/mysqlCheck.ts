/** A question to MySQL that HAProxy asks as a health check. */
export interface MysqlCheck {
  /**
   * An account with the plugin caching_sha2_password and an empty password, which is answered at once and in the clear.
   */
  readonly account: string;
  /** One statement without comments. Line breaks become spaces. */
  readonly sql: string;
  /**
   * What the answer contains if all is well. It is nowhere in the statement's column names, which are in every answer.
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

/** An OK packet, the third of the connection: nothing changed, and the session commits by itself. */
const LOGGED_IN = "0700000200000002";

/**
 * The lines of a backend that make it `option tcp-check` its servers with a question. HAProxy's own mysql-check knows
 * no plugin that MySQL 9 has, and no question.
 *
 * COM_QUIT goes out with the question: MySQL closes after its answer, so that another answer than the expected one
 * fails at once instead of after the check's timeout, and no connection counts as aborted.
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

/** The answer to the server's greeting. */
function login(account: string): number[] {
  const payload = [
    ...littleEndian(CAPABILITIES, 4),
    ...littleEndian(MAX_PACKET, 4),
    UTF8MB4_GENERAL_CI,
    ...Array<number>(23).fill(0),
    ...text(account),
    // The length of the proof of the password: an empty password has none.
    0,
    ...text(PLUGIN),
  ];
  return [...header(payload.length, 1), ...payload];
}

/** Of a packet: its payload's length in bytes, and its number in the exchange. */
function header(length: number, sequence: number): number[] {
  return [...littleEndian(length, 3), sequence];
}

/** Ends with a zero. */
function text(value: string): number[] {
  return [...Buffer.from(value), 0];
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("hex");
}

/** As one word of haproxy.cfg. */
function quoted(word: string): string {
  return `"${word.replace(/["\\$]/g, "\\$&")}"`;
}
