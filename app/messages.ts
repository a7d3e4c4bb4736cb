import * as z from "zod";
import type { Database } from "./database.ts";
import type { Answer, DatabaseNode, Session } from "./host.ts";
import type { Row } from "./pool.ts";

/** A visitor's message. */
export interface Message {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  /** The server whose application received the message. */
  readonly server: string;
  readonly createdAt: Date;
}

/** The input of a visitor. */
export const MessageDraft = z.object({
  author: z
    .string("must be text")
    .trim()
    .max(80, "must be at most 80 characters")
    .optional()
    .transform((author) => author || "anonymous"),
  text: z.string("is missing").trim().min(1, "must not be empty").max(2000, "must be at most 2000 characters"),
});
export type MessageDraft = z.infer<typeof MessageDraft>;

/** Whether a message could be posted now, by the last known state of the primary. */
export type Posting = { readonly possible: true } | { readonly possible: false; readonly reason: string };

/** The newest messages, newest first. */
export interface Listing extends Answer<readonly Message[]> {
  /** The message that the visitor has just posted may be missing. */
  readonly behind: boolean;
}

/** The messages of the site, wherever they are kept. */
export interface Messages {
  /** Reads the newest messages; `posted` is the one that this visitor expects to see, by its id. */
  newest(posted?: number): Promise<Listing>;
  post(draft: MessageDraft): Promise<Answer<Message>>;
  posting(): Posting;
}

/** Creates the messages' table. Every server may run it, in any order, any number of times. */
export const MESSAGES_SCHEMA = [
  `CREATE TABLE IF NOT EXISTS messages (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    author VARCHAR(80) NOT NULL,
    text VARCHAR(2000) NOT NULL,
    server VARCHAR(64) NOT NULL,
    created_at DATETIME(3) NOT NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
] as const;

const LONGEST_LIST = 50;
const NEWEST = `SELECT id, author, text, server, created_at AS createdAt FROM messages ORDER BY id DESC LIMIT ${LONGEST_LIST}`;
const INSERT = "INSERT INTO messages (author, text, server, created_at) VALUES (?, ?, ?, ?)";

function toMessage(row: Row): Message {
  const createdAt = row["createdAt"];
  return {
    id: Number(row["id"]),
    author: String(row["author"]),
    text: String(row["text"]),
    server: String(row["server"]),
    createdAt: createdAt instanceof Date ? createdAt : new Date(String(createdAt)),
  };
}

async function list(session: Session): Promise<readonly Message[]> {
  return (await session.run(NEWEST)).rows.map(toMessage);
}

/**
 * Whether a message is in the list, or older than all in a full list. A newer message may reach a replica before it.
 */
function shows(messages: readonly Message[], id: number): boolean {
  const oldest = messages.length < LONGEST_LIST ? undefined : messages.at(-1);
  return messages.some((message) => message.id === id) || (oldest !== undefined && oldest.id > id);
}

function posting(write: { state: string; node?: DatabaseNode; problem?: string }): Posting {
  if (write.state === "down") return { possible: false, reason: "the primary database cannot be reached" };
  if (write.node?.readOnly) return { possible: false, reason: `${write.node.name} is read-only` };
  return { possible: true };
}

/** Keeps the messages in the database. */
export function createMessages(database: Database, server: string, now: () => Date = () => new Date()): Messages {
  return {
    newest: async (posted) => {
      const found = await database.read(list, []);
      if (posted === undefined || shows(found.value, posted)) return { ...found, behind: false };
      const latest = await database.readLatest(list, []).catch(() => undefined);
      if (latest !== undefined && shows(latest.value, posted)) return { ...latest, behind: false };
      return { ...found, behind: true };
    },
    post: (draft) =>
      database.write(async (session) => {
        const createdAt = now();
        const { insertId } = await session.run(INSERT, [draft.author, draft.text, server, createdAt]);
        return { id: insertId, ...draft, server, createdAt };
      }),
    posting: () => posting(database.status().write),
  };
}
