import { z } from "zod";
import { DISABLED_EVENTS } from "../sql.ts";
import type { Tools } from "./tools.ts";

const EVENTS = `information_schema.EVENTS AS e LEFT JOIN ${DISABLED_EVENTS} AS d
  ON (d.event_schema, d.event_name) = (e.EVENT_SCHEMA, e.EVENT_NAME)`;

/**
 * The events that another server created or changed last, each with the statement that gives it the state which it had
 * there, and leaves its definer.
 */
export const TAKE_OVER = `SELECT CONCAT('ALTER DEFINER = \`', SUBSTRING_INDEX(DEFINER, '@', 1), '\`@\`', SUBSTRING_INDEX(DEFINER, '@', -1),
    '\` EVENT \`', REPLACE(e.EVENT_SCHEMA, '\`', '\`\`'), '\`.\`', REPLACE(e.EVENT_NAME, '\`', '\`\`'), '\` ',
    IF(d.event_name IS NULL, 'ENABLE', 'DISABLE')) AS statement
  FROM ${EVENTS} WHERE STATUS LIKE '%SIDE_DISABLED' OR (STATUS = 'ENABLED' AND ORIGINATOR <> @@server_id)`;

/** Whether the record of disabled events differs from the events. */
const IS_TO_NOTE = `SELECT EXISTS (SELECT 1 FROM ${EVENTS} WHERE (STATUS = 'DISABLED' AND d.event_name IS NULL)
    OR (STATUS = 'ENABLED' AND d.event_name IS NOT NULL)) AS differs`;

const NOTE = `DELETE FROM ${DISABLED_EVENTS} WHERE (event_schema, event_name) IN
  (SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'ENABLED');
INSERT IGNORE INTO ${DISABLED_EVENTS} SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE STATUS = 'DISABLED';`;

/** Seconds between two records of disabled events, which may wait for a replica. */
const NOTE_PAUSE = 60;

const statements = z.array(z.object({ statement: z.string() }));
const differences = z.array(z.object({ differs: z.coerce.number() }));

/** Carries out work beside the agent's rounds. */
type Beside = (work: () => Promise<void>) => void;

/**
 * The application's events. They run where writes are taken, and nowhere else: MySQL disables an event on the nodes that
 * replicate it, whatever state it has, and leaves it so after a promotion.
 */
export class Events {
  /** The term whose events run here; resting: none do. undefined: not known yet. */
  #of: number | "resting" | undefined;
  #nextNote = 0;

  /**
   * Once in each term, the node takes over the events of the primary before, and starts the scheduler. With semisync that
   * waits for a replica, so it is not waited for.
   * @param at seconds
   */
  async lead({ own, say }: Tools, term: number, at: number, beside: Beside): Promise<void> {
    if (this.#of === term) {
      const [first] = differences.parse(await own.ask(IS_TO_NOTE));
      if ((first?.differs ?? 0) === 0 || at < this.#nextNote) return;
      this.#nextNote = at + NOTE_PAUSE;
      return beside(() => own.execute(NOTE, 0));
    }
    this.#of = term;
    beside(() =>
      own.within(async (session) => {
        const found = statements.parse(await session.ask(TAKE_OVER, 60));
        for (const { statement } of found) {
          await session.run(statement, 0).catch((error: unknown) => say(`an event stays as it is: ${String(error)}`));
        }
        await session.run("SET GLOBAL event_scheduler = ON", 0);
      }),
    );
  }

  /** A node that takes no writes runs no events. */
  async rest({ own }: Tools): Promise<void> {
    if (this.#of === "resting") return;
    await own.execute("SET GLOBAL event_scheduler = OFF");
    this.#of = "resting";
  }
}
