import { setTimeout as sleep } from "node:timers/promises";
import mysql from "mysql2/promise";
import { isRefused, reason } from "../../../app/failure.ts";
import type { Note, WriterAddress, WriterSettings } from "./notes.ts";
import { TABLE } from "./rows.ts";

const CONNECTIONS = 8;
/** The pause between two reads, and before a failed connection is opened again. */
const PAUSE_MS = 50;
/** The same as the application's. */
const CONNECT_MS = 2_000;
/** The time for open statements at the end. */
const GRACE_MS = 10_000;

/** A connection that is opened on demand, and again after it broke. */
interface Line {
  open(): Promise<mysql.Connection>;
  close(): void;
}

function lineTo({ host, port }: WriterAddress, { user, password, ca, database }: WriterSettings): Line {
  let current: mysql.Connection | undefined;
  const forget = (connection: mysql.Connection | undefined) => {
    connection?.destroy();
    if (current === connection) current = undefined;
  };
  return {
    async open() {
      if (current !== undefined) return current;
      const connection = await mysql.createConnection({
        ...{ host, port, user, password, database, connectTimeout: CONNECT_MS },
        ssl: { ca, rejectUnauthorized: true, verifyIdentity: true },
      });
      // A connection that breaks while it is idle is not used again.
      connection.on("error", () => forget(connection));
      current = connection;
      return connection;
    },
    close: () => forget(current),
  };
}

/**
 * The program of the container beside the application. It numbers rows and inserts them one by one over several
 * connections, and reads over another. A row is sent again only after an answer that makes the application, too, send
 * it again. SIGTERM ends the program.
 */
export async function write(settings: WriterSettings): Promise<void> {
  const { rate, maxSeconds } = settings;
  const began = performance.now();
  const now = () => performance.now() - began;
  const tell = (note: Note) => process.stdout.write(`${JSON.stringify(note)}\n`);
  let endedAt: number | undefined;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      endedAt ??= now();
      resolve();
    };
    process.on("SIGTERM", end);
    setTimeout(end, maxSeconds * 1_000);
  });
  const underWay = new Set<number>();
  let rows = 0;

  /** Resolves to whether the row is done: written, or with an unknown outcome. */
  async function insert(line: Line, row: number): Promise<boolean> {
    let isSent = false;
    try {
      const connection = await line.open();
      isSent = true;
      underWay.add(row);
      await connection.query(`INSERT INTO ${TABLE} (number) VALUES (?)`, [row]);
      tell({ what: "acked", at: now(), row });
      return true;
    } catch (error) {
      line.close();
      const isKnown = !isSent || isRefused(error);
      tell({ what: isKnown ? "refused" : "unknown", at: now(), row, problem: reason(error) });
      return !isKnown;
    } finally {
      underWay.delete(row);
    }
  }

  async function keepWriting(place: number): Promise<void> {
    const line = lineTo(settings.write, settings);
    const intervalMs = (1_000 / rate) * CONNECTIONS;
    for (let due = (place * 1_000) / rate; ; due = Math.max(due + intervalMs, now())) {
      await sleep(due - now());
      if (endedAt !== undefined) return;
      const row = rows++;
      while (endedAt === undefined && !(await insert(line, row))) await sleep(PAUSE_MS);
    }
  }

  async function keepReading(): Promise<void> {
    const line = lineTo(settings.read, settings);
    while (endedAt === undefined) {
      try {
        await (await line.open()).query(`SELECT MAX(number) FROM ${TABLE}`);
        tell({ what: "read", at: now() });
      } catch (error) {
        line.close();
        tell({ what: "unread", at: now(), problem: reason(error) });
      }
      await sleep(PAUSE_MS);
    }
  }

  const writing = Promise.all(Array.from({ length: CONNECTIONS }, (_, place) => keepWriting(place)));
  const reading = keepReading();
  await ended;
  await Promise.race([Promise.all([writing, reading]), sleep(GRACE_MS)]);
  for (const row of underWay) tell({ what: "unknown", at: now(), row, problem: "no answer until the end" });
  tell({ what: "ended", at: endedAt ?? now() });
  process.exit();
}
