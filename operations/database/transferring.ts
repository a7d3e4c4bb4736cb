import { existsSync } from "node:fs";
import { confirm } from "../session/confirm.ts";
import { outputFile } from "../session/outputFile.ts";
import { say } from "../session/terminal.ts";
import type { OpenStack } from "../stack/open.ts";
import { openConsole } from "./console.ts";
import { exportFile, importFile, type Place, STANDARD, tablesIn } from "./transfer.ts";

/** The commands about the application's data. */
export const TRANSFERS = ["import", "export", "console"] as const;

type Word = (typeof TRANSFERS)[number];

export function isTransfer(word: string | undefined): word is Word {
  return TRANSFERS.some((one) => one === word);
}

/** An order as the command line gives it. */
interface Order {
  readonly word: Word;
  /** The file of an import or an export; the client's options for a console. */
  readonly operands: readonly string[];
  readonly values: { readonly yes?: boolean; readonly database?: string | undefined };
}

type Parts = Pick<OpenStack, "topology" | "containers" | "databases">;

/** The pause between two words about how far the work is. */
const BETWEEN_WORDS_MS = 5_000;

/**
 * Carries out an order on the database that takes the writes. Resolves to the exit code; undefined: the order is none.
 * @param requireOwn fails if the stack belongs to another state
 */
export async function transfer(
  { topology, containers, databases }: Parts,
  { word, operands, values }: Order,
  requireOwn: () => Promise<unknown>,
): Promise<number | undefined> {
  const { applicationDatabases } = topology.cluster;
  const database = values.database ?? topology.database;
  if (!applicationDatabases.includes(database)) {
    throw new Error(`${database} is no database of the application
    allowed:   ${applicationDatabases.join(", ")} (mysql.database, mysql.databases)`);
  }
  const [file, ...more] = operands;
  if (word !== "console" && (file === undefined || more.length > 0)) return undefined;
  if (word === "import" && file !== undefined && file !== STANDARD && !existsSync(file)) {
    throw new Error(`there is no file ${file}`);
  }
  if (word === "export" && file !== undefined && file !== STANDARD) outputFile(file);
  await requireOwn();
  const primary = await databases.primary();
  const place = await placeOf(containers, primary);
  if (word === "console") return openConsole(place, database, operands);
  if (file === undefined) return undefined;
  if (word === "export") {
    await exportFile(
      place,
      database,
      file,
      sparingly((bytes) => say(`exported so far: ${megabytes(bytes)}`)),
    );
    if (file !== STANDARD) say(`${database} is in ${file}`);
    return 0;
  }
  const present = await databases.ask(
    primary,
    `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' ORDER BY 1`,
  );
  const there = present.map(([name = ""]) => name);
  const touched = await touchedBy(file, there);
  if (touched.length > 0) {
    say(
      file === STANDARD
        ? `${database} has tables, and the input may replace them:`
        : `${database} has tables that ${file} creates, too:`,
    );
    say(`    ${listed(touched)}`);
    if (values.yes !== true && !(file !== STANDARD && (await confirm("Import it?")))) {
      say("nothing was done; --yes does it without a question");
      return 1;
    }
  }
  await importFile(
    place,
    database,
    file,
    sparingly((percent) => say(`imported so far: ${percent} %`)),
  ).catch((error: Error) => {
    throw new Error(`the import stopped, and what came before is done: ${error.message}`);
  });
  say(`${file === STANDARD ? "the input" : file} is in ${database}`);
  return 0;
}

async function touchedBy(file: string, present: readonly string[]): Promise<readonly string[]> {
  if (file === STANDARD || present.length === 0) return present;
  const created = await tablesIn(file);
  return present.filter((table) => created.has(table));
}

async function placeOf({ find }: Parts["containers"], service: string): Promise<Place> {
  const found = await find(service);
  if (found === undefined) throw new Error(`${service} has no container: npm run up`);
  return found;
}

const MOST = 10;

function listed(names: readonly string[]): string {
  const rest = names.length - MOST;
  return `${names.slice(0, MOST).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1_000_000)} MB`;
}

/** Calls back at most once in a while. */
function sparingly(callback: (value: number) => void): (value: number) => void {
  let last = performance.now();
  return (value) => {
    const now = performance.now();
    if (now - last < BETWEEN_WORDS_MS) return;
    last = now;
    callback(value);
  };
}
