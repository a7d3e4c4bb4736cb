import { setTimeout as sleep } from "node:timers/promises";
import type { Topology } from "../../topology/plan.ts";
import type { StackContainers } from "../stack/containers.ts";
import { type Answer, list } from "./answer.ts";

/** The seconds between two looks at HAProxy's counters. */
const BETWEEN_SECONDS = 2;

/** A shell's words that print HAProxy's statistics in its container, as CSV. */
export const SHOW_STATISTICS = "echo show stat | socat - UNIX-CONNECT:/run/haproxy/admin.sock";
export const STATISTICS = ["sh", "-c", SHOW_STATISTICS];

/** The answers of each web server, by its name in the plan. */
export type Counts = ReadonlyMap<string, number>;

/**
 * Counts the answers of each web server in HAProxy's statistics (the CSV of `show stat`). Nginx's own counter has the
 * health checks in it.
 */
export function answersIn(csv: string, { loadBalancers, web }: Pick<Topology, "loadBalancers" | "web">): Counts {
  const [header = "", ...rows] = csv.split("\n").filter((line) => line !== "");
  // Of all columns only the last ones may have quotes and commas in them.
  const columns = header.replace(/^# /, "").split(",");
  const responses = columns.flatMap((name, index) => (/^hrsp_(\dxx|other)$/.test(name) ? [index] : []));
  const counts = new Map(web.map(({ name }) => [name, 0]));
  const backends = loadBalancers[0]?.backends ?? [];
  for (const row of rows) {
    const cells = row.split(",");
    const [proxy = "", server = ""] = cells;
    if (!/^(web|web-safe|last-resort)$/.test(proxy)) continue;
    const backend = backends.find(({ name }) => name === server.replace(/^last-resort-/, ""));
    if (backend === undefined) continue;
    const answers = responses.reduce((sum, index) => sum + Number(cells[index] ?? 0), 0);
    counts.set(backend.address, (counts.get(backend.address) ?? 0) + answers);
  }
  return counts;
}

/** Requests a second, from the counts at the beginning and at the end. A HAProxy that was replaced counts from 0. */
export function rates(before: Counts, after: Counts, seconds: number): Counts {
  return new Map(
    [...after].map(([name, count]) => [name, Math.max(count - (before.get(name) ?? 0), 0) / Math.max(seconds, 0.001)]),
  );
}

/** The requests a second of each web server now, over all load balancers; undefined: no load balancer runs. */
export async function requestsPerSecond(
  topology: Topology,
  { execute }: Pick<StackContainers, "execute">,
): Promise<Counts | undefined> {
  const look = async (name: string) => ({
    counts: answersIn(await execute(name, STATISTICS), topology),
    at: performance.now(),
  });
  const each = await Promise.allSettled(
    topology.loadBalancers.map(async ({ haproxy }) => {
      const before = await look(haproxy.name);
      await sleep(BETWEEN_SECONDS * 1_000);
      const after = await look(haproxy.name);
      return rates(before.counts, after.counts, (after.at - before.at) / 1_000);
    }),
  );
  const running = each.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (running.length === 0) return undefined;
  const sum = (name: string) => running.reduce((total, counts) => total + (counts.get(name) ?? 0), 0);
  return new Map(topology.web.map(({ name }) => [name, sum(name)]));
}

/** @param now undefined: the stack does not run */
export function traffic(now: Counts | undefined): Answer {
  return {
    question: "How many requests a second does each web server have now?",
    answer: [
      now === undefined
        ? "The stack does not run, or no load balancer answers: npm run up"
        : `${list([...now].map(([name, rate]) => `${name}: ${rate.toFixed(1)}`))}, by HAProxy's statistics over ${BETWEEN_SECONDS} s, without health checks.`,
    ],
  };
}
