import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type Docker from "dockerode";
import { exchange } from "../../engine/exchange.ts";
import { exporting, importing } from "./clients.ts";
import { DumpLines, DumpText, tableIn } from "./dump.ts";

/** The database's container that takes the writes. */
export interface Place {
  readonly engine: Docker;
  readonly container: Docker.Container;
}

/** Stands for standard input or standard output. */
export const STANDARD = "-";

const isPacked = (file: string) => file.endsWith(".gz");

/** The names of the tables that a dump creates. */
export async function tablesIn(file: string): Promise<Set<string>> {
  const tables = new Set<string>();
  const lines = new DumpText((line) => {
    const table = tableIn(line);
    if (table !== undefined) tables.add(Buffer.from(table, "latin1").toString());
    return undefined;
  });
  // Rows in long lines come through, and are let go.
  lines.resume();
  await pipeline([createReadStream(file), ...(isPacked(file) ? [createGunzip()] : []), lines]);
  return tables;
}

/**
 * Runs the statements of a file as the application.
 * @param file a file of SQL, packed by gzip if its name ends in .gz; or `-`
 * @param progress receives the share of the file that is read, in percent; never for standard input
 * @throws Error with MySQL's reason; statements before the wrong one are done
 */
export async function importFile(
  { engine, container }: Place,
  database: string,
  file: string,
  progress: (percent: number) => void,
): Promise<void> {
  const source = file === STANDARD ? process.stdin : createReadStream(file);
  const size = file === STANDARD ? 0 : (await stat(file)).size;
  let read = 0;
  source.on("data", (chunk: string | Buffer) => {
    read += chunk.length;
    if (size > 0) progress(Math.floor((100 * read) / size));
  });
  const dump = new DumpLines();
  const text = new DumpText((line) => dump.next(line));
  const parts: readonly [Readable, ...NodeJS.ReadWriteStream[]] = isPacked(file)
    ? [source, createGunzip(), text]
    : [source, text];
  const piped = pipeline([...parts]);
  // A file that cannot be read fails the input, and with it the exchange.
  piped.catch((error: Error) => text.destroy(error));
  const output = new PassThrough().resume();
  try {
    await exchange(engine, container, importing(database), { input: text, output });
  } finally {
    source.destroy();
  }
}

/**
 * Writes a dump of a database. A file appears under its name when it is complete.
 * @param file packed by gzip if its name ends in .gz; or `-`
 * @param progress receives the size so far, in bytes, before it is packed
 * @throws Error if the file exists, or with MySQL's reason
 */
export async function exportFile(
  { engine, container }: Place,
  database: string,
  file: string,
  progress: (bytes: number) => void,
): Promise<void> {
  if (file !== STANDARD && existsSync(file)) throw new Error(`${file} exists already`);
  const counted = new PassThrough();
  let size = 0;
  counted.on("data", (chunk: Buffer) => {
    size += chunk.length;
    progress(size);
  });
  const part = `${file}.part`;
  const target: Writable = file === STANDARD ? process.stdout : createWriteStream(part);
  const written = pipeline([counted, ...(isPacked(file) ? [createGzip()] : []), target], { end: file !== STANDARD });
  written.catch(() => {});
  try {
    await exchange(engine, container, exporting(database), { output: counted });
    counted.end();
    await written;
    if (file !== STANDARD) await rename(part, file);
  } catch (error) {
    counted.destroy();
    if (file !== STANDARD) {
      target.destroy();
      await finished(target).catch(() => {});
      await rm(part, { force: true });
    }
    throw error;
  }
}
