import type { Query, QueryName } from "../../queries.ts";
import type { BoardFacts } from "../facts.ts";
import { type Notice, noticesOf } from "./notices.ts";
import { type Card, cardsOf } from "./servers.ts";
import type { Sample, Snapshot } from "./snapshot.ts";
import { type Look, list, lookOf, valueText } from "./text.ts";

/** A figure that is read across the room, and what it is. */
export interface Figure {
  readonly text: string;
  readonly title: string;
  readonly look: Look;
}

/** All that the page shows beside the charts. */
export interface Board {
  readonly verdict: { readonly text: string; readonly look: Look };
  readonly notices: readonly Notice[];
  readonly figures: readonly Figure[];
  readonly servers: readonly Card[];
}

/** Makes the board of what Prometheus says. A pure function. */
export function boardOf(facts: BoardFacts, snapshot: Snapshot): Board {
  const notices = noticesOf(facts, snapshot);
  return {
    verdict: verdictOf(facts, snapshot, notices),
    notices,
    figures: figuresOf(facts, snapshot),
    servers: cardsOf(facts, snapshot),
  };
}

function verdictOf(
  { watchdog }: BoardFacts,
  { samples, alerts }: Snapshot,
  notices: readonly Notice[],
): Board["verdict"] {
  const answers = samples.siteAnswers?.[0]?.value;
  const has = (look: Look) => notices.some((one) => one.look === look);
  if (answers === 0) return { text: "The site does not answer", look: "page" };
  if (has("page")) return { text: "Somebody is needed now", look: "page" };
  if (answers === undefined) return { text: "Nobody knows whether the site answers", look: "unknown" };
  if (!alerts.some(({ name }) => name === watchdog)) return { text: "No alerts are evaluated", look: "unknown" };
  if (has("warn")) return { text: "Somebody should look", look: "warn" };
  return { text: "All is well", look: "well" };
}

function figuresOf(facts: BoardFacts, snapshot: Snapshot): Figure[] {
  const { queries, hasBackups } = facts;
  const figure = (name: QueryName): Figure[] => {
    const query = queries.find((one) => one.name === name);
    return query === undefined ? [] : [figureOf(query, snapshot.samples[name])];
  };
  return [
    ...figure("siteAnswers"),
    ...figure("requests"),
    ...figure("failures"),
    ...figure("latency99"),
    ...figure("latencyMean"),
    ...figure("waysReady"),
    activeOf(facts, snapshot),
    primaryOf(facts, snapshot),
    ...figure("lag"),
    ...(hasBackups ? figure("backupAge") : [{ text: "none", title: "backups are taken", look: "plain" } as const]),
    ...figure("certificate"),
  ];
}

function figureOf(query: Query, samples: readonly Sample[] | undefined): Figure {
  const value = samples?.[0]?.value;
  return { text: valueText(value, query), title: query.title, look: lookOf(value, query.limits) };
}

/** The load balancers that visitors come to: the holders of a pair's addresses, else those that answer. */
function activeOf({ servers, queries }: BoardFacts, { samples }: Snapshot): Figure {
  const all = servers.flatMap(({ parts }) => parts.filter(({ tier }) => tier === "load-balancer"));
  const hasHolders = queries.some(({ name }) => name === "holders");
  const active = hasHolders
    ? withValue(samples.holders, 1, "load_balancer")
    : withValue(samples.up, 1, "instance").filter((name) => all.some(({ instance }) => instance === name));
  const isPair = all.length > 1 && !hasHolders;
  const title = isPair ? "load balancers answer" : `active load balancer${active.length > 1 ? "s" : ""}`;
  if (active.length > 0)
    return { text: list(active), title, look: isPair && active.length < all.length ? "warn" : "well" };
  const isKnown = (hasHolders ? samples.holders : samples.up)?.length;
  return isKnown ? { text: "none", title, look: "page" } : { text: "?", title, look: "unknown" };
}

/** The server whose database takes writes. */
function primaryOf({ servers }: BoardFacts, { samples }: Snapshot): Figure {
  const writable = withValue(samples.readOnly, 0, "instance");
  const names = writable.map(
    (name) => servers.find(({ parts }) => parts.some(({ instance }) => instance === name))?.name ?? name,
  );
  if (names.length === 1) return { text: names[0] ?? "", title: "has the primary database", look: "well" };
  if (names.length > 1) return { text: list(names), title: "take writes: only one may", look: "page" };
  if (samples.readOnly?.length) return { text: "none", title: "database takes writes", look: "page" };
  return { text: "?", title: "has the primary database", look: "unknown" };
}

function withValue(samples: readonly Sample[] | undefined, value: number, label: string): string[] {
  return (samples ?? []).flatMap((sample) => (sample.value === value ? (sample.labels[label] ?? []) : [])).sort();
}
