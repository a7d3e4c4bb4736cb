import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { errorNumber } from "../mysql/session.ts";
import { TIME_ZONES } from "../sql.ts";
import type { Tools } from "./tools.ts";

/** The file in which the server's container leaves the zones of its image, as MySQL's own program writes them. */
const FILE = /^\.zones-([A-Za-z0-9.]+)\.sql\.gz$/;

const versions = z.array(z.object({ version: z.string() }));
const NO_TABLE = [1146, 1049];

/**
 * The statements in the lines of a file. Its transactions are left out, and deletions take the place of truncations,
 * which would end the transaction that replaces all zones at once.
 */
export async function* statementsOf(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const line of lines) {
    text += text === "" ? line : `\n${line}`;
    if (!text.trimEnd().endsWith(";")) continue;
    const statement = text.trim().slice(0, -1).trim();
    text = "";
    if (statement === "" || /^(START TRANSACTION|COMMIT)$/i.test(statement)) continue;
    yield statement.replace(/^TRUNCATE TABLE/i, "DELETE FROM");
  }
}

/** Characters that are sent at once: fewer would need thousands of answers, and more needs memory. */
const BATCH = 65_536;

async function* batchesOf(statements: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = "";
  for await (const statement of statements) {
    batch += `${statement};\n`;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

/** Named time zones, as the server's image has them. A clone has the zones of its donor, and their version with them. */
export class TimeZones {
  #isDone = false;

  /**
   * Loads the zones, once in a run of the server, if its tables have none or those of another version. Each node does it
   * by itself, without the binary log. One transaction replaces all, so that no session sees a part.
   */
  async keep({ own, settings, say }: Tools): Promise<void> {
    if (this.#isDone) return;
    const { data } = settings.folders;
    const found = (await readdir(data)).flatMap((file) => {
      const version = FILE.exec(file)?.[1];
      return version === undefined ? [] : [{ file: join(data, file), version }];
    })[0];
    // The container still writes it, or its image has no zones, which its log says.
    if (found === undefined) return;
    if ((await loadedVersion(own)) !== found.version) {
      await own.unlogged(async (session) => {
        await session.run(
          `CREATE TABLE IF NOT EXISTS ${TIME_ZONES} (version VARCHAR(64) NOT NULL PRIMARY KEY); USE mysql; START TRANSACTION`,
          60,
        );
        const lines = createInterface({ input: createReadStream(found.file).pipe(createGunzip()) });
        for await (const batch of batchesOf(statementsOf(lines))) await session.run(batch, 60);
        await session.run(
          `DELETE FROM ${TIME_ZONES}; INSERT INTO ${TIME_ZONES} VALUES ('${found.version}'); COMMIT`,
          60,
        );
      });
      say("the named time zones of the image are loaded");
    }
    this.#isDone = true;
  }
}

async function loadedVersion(own: Tools["own"]): Promise<string | undefined> {
  try {
    return versions.parse(await own.ask(`SELECT version FROM ${TIME_ZONES}`))[0]?.version;
  } catch (error) {
    if (NO_TABLE.includes(errorNumber(error) ?? 0)) return undefined;
    throw error;
  }
}
