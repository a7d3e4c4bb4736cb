import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "./database.ts";

/** The application's metrics. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  request(labels: { route: string; method: string; status: number }, seconds: number): void;
  databaseError(role: string, address: string): void;
  /** Adds the pools' usage to the metrics. */
  watchPools(usage: Database["usage"]): void;
}

/** Creates metrics with a registry of their own, so that several instances can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to answer a request.",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });
  const errors = new Counter({
    name: "database_errors_total",
    help: "Attempts to use a database address that failed, including those that a second attempt made good.",
    labelNames: ["role", "address"],
    registers: [registry],
  });

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request: (labels, seconds) => requests.observe(labels, seconds),
    databaseError: (role, address) => errors.inc({ role, address }),
    watchPools: (usage) => {
      const gauge = (name: string, help: string, of: "inUse" | "waiting") =>
        new Gauge({
          name,
          help,
          labelNames: ["role", "address"],
          registers: [registry],
          collect() {
            for (const pool of usage()) this.set({ role: pool.role, address: pool.address }, pool[of]);
          },
        });
      gauge("database_connections_in_use", "Connections lent to requests.", "inUse");
      gauge("database_connections_awaited", "Requests waiting for a connection.", "waiting");
    },
  };
}
