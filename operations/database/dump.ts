import { Transform, type TransformCallback } from "node:stream";

/**
 * Dumps as mysqldump writes them, made fit for the application's account, statement by statement. A dump of a server
 * with GTIDs switches the binary log off, and replicas would lack the data. Definers are accounts of the other server.
 */

/** A quoted or a plain part of an account's name. */
const PART = "(?:`[^`]*`|'[^']*'|[\\w.%-]+)";
const DEFINER = new RegExp(`DEFINER ?= ?${PART}@${PART} ?`, "i");
const LOG = /^SET @(?:MYSQLDUMP_TEMP_LOG_BIN|@SESSION\.SQL_LOG_BIN)\b/i;
const GTIDS = /^SET @@GLOBAL\.GTID_PURGED\b/i;
const HEAD = /^(?:CREATE |\/\*!5)/i;
const ENGINE = /^(\) ENGINE ?= ?)(?:MyISAM|Aria)\b/i;

/** The lines of a dump, one after the other. */
export class DumpLines {
  #isInGtids = false;

  /** The line as it is to be run, without its line break; undefined: it is left out. */
  next(line: string): string | undefined {
    if (this.#isInGtids || GTIDS.test(line)) {
      this.#isInGtids = !line.trimEnd().endsWith(";");
      return undefined;
    }
    if (LOG.test(line)) return undefined;
    if (HEAD.test(line)) return line.replace(DEFINER, "");
    return line.replace(ENGINE, "$1InnoDB");
  }
}

/** The name of the table that a line creates. */
export function tableIn(line: string): string | undefined {
  return /^CREATE TABLE (?:IF NOT EXISTS )?`?([^`(\s]+)`?/i.exec(line)?.[1];
}

/** The longest line that can be one of the above. Others are rows, which pass as they are. */
const LONGEST = 65_536;

/** Splits a dump into lines; a long one passes in parts. Bytes stay as they are. */
export class DumpText extends Transform {
  readonly #line: (line: string) => string | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #isInLong = false;

  /** @param line a line, without its break, as it is to be passed on; undefined: it is left out */
  constructor(line: (line: string) => string | undefined) {
    super();
    this.#line = line;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
      this.#pass(text.subarray(0, end + 1));
      text = text.subarray(end + 1);
    }
    if (text.length > LONGEST) {
      this.push(text);
      this.#isInLong = true;
      text = Buffer.alloc(0);
    }
    this.#rest = text;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#rest.length > 0) this.#pass(this.#rest);
    done();
  }

  #pass(line: Buffer): void {
    if (this.#isInLong || line.length > LONGEST) {
      this.push(line);
      this.#isInLong = false;
      return;
    }
    const text = line.toString("latin1");
    const [, whole = "", ending = ""] = /^(.*?)(\r?\n?)$/s.exec(text) ?? [];
    const passed = this.#line(whole);
    if (passed === whole) this.push(line);
    else if (passed !== undefined) this.push(Buffer.from(passed + ending, "latin1"));
  }
}
