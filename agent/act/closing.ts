import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Session } from "../mysql/session.ts";
import { UNSIGNED } from "../sign.ts";
import type { Hands } from "./hands.ts";
import { closed, lockingWithin } from "./replicationSql.ts";

/** Seconds that closing may take, and for which commits that are on their way may end by themselves. */
const SECONDS = 60;
const PATIENCE_MS = 1_000;
const LOOK_MS = 200;

const ids = z.array(z.object({ id: z.coerce.number() }));

/**
 * The connections in the middle of a statement that writes, while this one waits for all of them: it lets no other one
 * begin meanwhile. Those of replication are not among them: an applier that is ended counts as broken.
 */
const WRITING = (closer: number) => `SELECT DISTINCT t.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks AS l
    JOIN performance_schema.threads AS t ON t.THREAD_ID = l.OWNER_THREAD_ID
  WHERE l.OBJECT_TYPE IN ('GLOBAL', 'COMMIT') AND l.LOCK_STATUS = 'GRANTED' AND t.PROCESSLIST_ID <> ${closer}
    AND t.NAME NOT LIKE 'thread/sql/replica%'
    AND EXISTS (SELECT 1 FROM performance_schema.metadata_locks AS p
      JOIN performance_schema.threads AS c ON c.THREAD_ID = p.OWNER_THREAD_ID
      WHERE p.OBJECT_TYPE IN ('GLOBAL', 'COMMIT') AND p.LOCK_STATUS = 'PENDING' AND c.PROCESSLIST_ID = ${closer})`;

/**
 * Lets nobody write. MySQL waits for the commits that are on their way, and those of a semisync source wait for a replica:
 * for ever, if the primary was replaced. Then their connections are ended first, so that nobody is told that a
 * transaction is safe, and the waiting is switched off, which lets MySQL close. The sign goes first: a node that its agent
 * has closed has to be opened again before it counts as opened, even in the same term.
 */
export async function close({ own, settings, say }: Pick<Hands, "own" | "settings" | "say">): Promise<void> {
  if (settings.replication !== "semisync") return own.execute(`${UNSIGNED} ${closed(settings)}`);
  await own.within(async (session) => {
    const [self] = ids.parse(await session.ask("SELECT CONNECTION_ID() AS id", SECONDS));
    const closing = session.run(`${UNSIGNED} ${lockingWithin(SECONDS)} SET GLOBAL super_read_only = ON`, SECONDS);
    const done = new AbortController();
    const settled = closing.catch(() => undefined).finally(() => done.abort());
    await sleep(PATIENCE_MS, undefined, { signal: done.signal }).catch(() => undefined);
    while (!done.signal.aborted && self !== undefined) {
      const dismissed = await own.within((other) => dismiss(other, self.id));
      if (dismissed > 0) say(`${dismissed} connections ended, whose transactions no replica has acknowledged`);
      await sleep(LOOK_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
    await settled;
    await closing;
    await session.run(closed(settings), SECONDS);
  });
}

/** @returns how many connections were ended */
async function dismiss(session: Session, closer: number): Promise<number> {
  const writing = ids.parse(await session.ask(WRITING(closer), SECONDS));
  for (const { id } of writing) await session.run(`KILL ${id}`, SECONDS).catch(() => undefined);
  if (writing.length > 0) await session.run("SET GLOBAL rpl_semi_sync_source_enabled = OFF", SECONDS);
  return writing.length;
}
