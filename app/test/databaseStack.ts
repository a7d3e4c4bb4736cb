import assert from "node:assert/strict";
import { createDatabase } from "../database.ts";
import { DatabaseUnavailable } from "../failure.ts";
import type { HostStatus } from "../host.ts";
import { createMessages, MESSAGES_SCHEMA } from "../messages.ts";
import { FakeClock, FakePool, FakeServer } from "./fakes.ts";

/** Without patience nothing is retried. */
export function stack(writeMs = 0) {
  const primary = new FakeServer("primary");
  const replica = new FakeServer("replica");
  replica.readOnly = true;
  const write = new FakePool(primary);
  const read = new FakePool(replica);
  const clock = new FakeClock();
  const stop = new AbortController();
  const seen = { contacts: 0, failures: [] as string[], changes: [] as string[] };
  const database = createDatabase({
    write,
    read: [read],
    schema: MESSAGES_SCHEMA,
    patience: { writeMs, stop: stop.signal, clock },
    events: {
      contact: () => {
        seen.contacts += 1;
      },
      failed: (role, address) => seen.failures.push(`${role} ${address}`),
      changed: (role: string, status: HostStatus) => seen.changes.push(`${role} ${status.state}`),
    },
  });
  const at = new Date("2030-01-02T03:04:05.678Z");
  const messages = createMessages(database, "server1", () => at);
  return { primary, replica, write, read, seen, database, messages, at, clock, stop };
}

export const row = { id: 7, author: "Ann", text: "hi", server: "server2", createdAt: new Date(0) };

export const draft = { author: "Ann", text: "hi" };

export async function unavailable(work: Promise<unknown>): Promise<DatabaseUnavailable> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DatabaseUnavailable, String(error));
  return error;
}
