import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase } from "./database.ts";
import { createDrain } from "./drain.ts";
import { EMBEDDED_FILES } from "./embeddedFiles.ts";
import { reason } from "./failure.ts";
import { Readiness } from "./health.ts";
import { createMessages, MESSAGES_SCHEMA } from "./messages.ts";
import { createMetrics } from "./metrics.ts";
import { createPool } from "./pool.ts";
import { buildServer } from "./server.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";

const PROBE_EVERY_MS = 2000;

async function start(settings: Settings): Promise<void> {
  const closing = new AbortController();
  const readiness = new Readiness(settings.readinessGraceMs);
  const metrics = createMetrics();
  const database = createDatabase({
    write: createPool(settings.database.write, settings.database),
    read: settings.database.read.map((address) => createPool(address, settings.database)),
    schema: MESSAGES_SCHEMA,
    patience: { writeMs: settings.database.patienceMs, stop: closing.signal },
    events: {
      contact: () => readiness.contact(),
      failed: (role, address, error) => {
        metrics.databaseError(role, address);
        app.log.debug({ role, address, reason: reason(error) }, "database attempt failed");
      },
      changed: (role, status) => app.log[status.state === "down" ? "warn" : "info"]({ role, ...status }, "database"),
    },
  });
  metrics.watchPools(database.usage);

  const app = buildServer({
    settings,
    messages: createMessages(database, settings.serverName),
    readiness,
    metrics,
    staticFiles: EMBEDDED_FILES,
    writeNode: () => database.status().write.node,
  });

  const drain = createDrain({
    announce: () => readiness.drain(),
    delayMs: settings.drainMs,
    sleep: (ms) => sleep(ms),
    close: async () => {
      // Requests that wait for a database are answered now, while the server still can.
      closing.abort();
      await app.close();
      await database.close();
    },
    exit: (code) => process.exit(code),
    log: (message) => app.log.info(message),
  });
  // As the first process of a container it has no default handlers: an unhandled signal would do nothing at all.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void drain(signal));

  await app.listen({ host: settings.host, port: settings.port });

  // Notices a lost or restored database before a visitor does.
  while (!closing.signal.aborted) {
    await database.probe();
    await sleep(PROBE_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {});
  }
}

async function main(): Promise<void> {
  try {
    await start(readSettings(process.env));
  } catch (error) {
    process.stderr.write(`${error instanceof SettingsError ? error.message : `Cannot start: ${reason(error)}`}\n`);
    process.exit(1);
  }
}

void main();
