import { DatabaseUnavailable } from "../failure.ts";
import { Readiness } from "../health.ts";
import type { Answer } from "../host.ts";
import type { Listing, Message, MessageDraft, Messages, Posting } from "../messages.ts";
import { createMetrics } from "../metrics.ts";
import { buildServer } from "../server.ts";

export const REPLICA = { name: "mysql-server2", uuid: "uuid-2", readOnly: true };

export const PRIMARY = { name: "mysql-server1", uuid: "uuid-1", readOnly: false };

export const AT = new Date("2030-01-02T03:04:05.678Z");

export const STORED: Message = { id: 3, author: "Ann", text: "hello", server: "server2", createdAt: AT };

export const readDown = () => new DatabaseUnavailable("read", "not-done", "connect ECONNREFUSED 10.9.8.7:3306");

/** Messages in memory, with faults on demand. */
export class FakeMessages implements Messages {
  stored: Message[] = [STORED];
  posted: MessageDraft[] = [];
  readFault: Error | undefined;
  writeFault: Error | undefined;
  state: Posting = { possible: true };
  /** The requests for the list, each with the id of the message that the visitor has just posted, if any. */
  asked: (number | undefined)[] = [];

  async newest(posted?: number): Promise<Listing> {
    this.asked.push(posted);
    if (this.readFault !== undefined) throw this.readFault;
    return { node: REPLICA, value: this.stored, behind: posted === 4 };
  }

  async post(draft: MessageDraft): Promise<Answer<Message>> {
    if (this.writeFault !== undefined) throw this.writeFault;
    this.posted.push(draft);
    return { node: PRIMARY, value: { id: 4, ...draft, server: "server1", createdAt: AT } };
  }

  posting(): Posting {
    return this.state;
  }
}

export function setUp() {
  const messages = new FakeMessages();
  const readiness = new Readiness(30_000, () => 0);
  const lines: Record<string, unknown>[] = [];
  const app = buildServer({
    settings: { serverName: "server1", release: "r42", logLevel: "info" },
    messages,
    readiness,
    metrics: createMetrics(),
    staticFiles: new Map([["style.css", { type: "text/css; charset=utf-8", text: "main {}" }]]),
    writeNode: () => PRIMARY,
    logTo: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const form = (payload: string) =>
    app.inject({
      method: "POST",
      url: "/messages",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload,
    });
  const api = (payload: object) => app.inject({ method: "POST", url: "/api/messages", payload });
  return { app, messages, readiness, lines, form, api };
}
