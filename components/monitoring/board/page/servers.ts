import type { ShownPart } from "../../../../topology/monitoringPlan.ts";
import type { QueryName } from "../../queries.ts";
import type { BoardFacts } from "../facts.ts";
import type { Snapshot } from "./snapshot.ts";
import { duration, figure, type Look, lookOf } from "./text.ts";

/** A part of a server, and what it does. */
export interface Part {
  readonly title: string;
  readonly note: string;
  readonly look: Look;
  /** Whether the note is one of the few that matter most. */
  readonly isStrong: boolean;
}

/** A server, or a load balancer. */
export interface Card {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Seconds of lag that are worth a word. */
const LATE_SECONDS = 1;

const TITLES: Readonly<Record<ShownPart["tier"], string>> = {
  "load-balancer": "HAProxy",
  web: "web",
  application: "application",
  router: "router",
  database: "database",
};

/** The value of an instance. undefined: there is none. */
type Read = (query: QueryName, instance: string, label?: string) => number | undefined;

interface Note {
  readonly note: string;
  /** Default: well. */
  readonly look?: Look | undefined;
  /** Default: false. */
  readonly isStrong?: boolean;
}

/** Every part of every server. One that has no figures is shown, too. */
export function cardsOf(facts: BoardFacts, { samples }: Snapshot): Card[] {
  const read: Read = (query, instance, label = "instance") =>
    samples[query]?.find(({ labels }) => labels[label] === instance)?.value;
  return facts.servers.map(({ name, parts }) => ({ name, parts: parts.map((part) => partOf(facts, part, read)) }));
}

function partOf(facts: BoardFacts, part: ShownPart, read: Read): Part {
  const title = TITLES[part.tier];
  const up = read("up", part.instance);
  if (up !== 1) {
    const isKnown = up !== undefined;
    return {
      title,
      note: isKnown ? "no answer" : "no figures",
      look: isKnown ? "page" : "unknown",
      isStrong: false,
    };
  }
  const { note, look = "well", isStrong = false } = noteOf(facts, part, read);
  return { title, note, look, isStrong };
}

function noteOf(facts: BoardFacts, { tier, instance, isArbiter }: ShownPart, read: Read): Note {
  if (tier === "load-balancer") return balancerNote(facts, instance, read);
  if (tier === "web") {
    if (read("webReady", instance) === 0) return { note: "gets no requests", look: "warn" };
    return { note: perSecond(read("webRequests", instance)) };
  }
  if (tier === "database") return isArbiter === true ? { note: "votes" } : databaseNote(facts, instance, read);
  return { note: "" };
}

function balancerNote({ queries }: BoardFacts, instance: string, read: Read): Note {
  const rate = perSecond(read("balancerRequests", instance));
  if (!queries.some(({ name }) => name === "holders")) return { note: rate };
  if (read("holders", instance, "load_balancer") !== 1) return { note: "stands by" };
  return { note: ["active", rate].filter((text) => text !== "").join(", "), isStrong: true };
}

function databaseNote({ queries }: BoardFacts, instance: string, read: Read): Note {
  const readOnly = read("readOnly", instance);
  if (readOnly === undefined) return { note: "" };
  if (readOnly === 0) return { note: "primary", isStrong: true };
  if (read("replicates", instance) === 0) return { note: "replica, stopped", look: "page" };
  const lag = read("databaseLag", instance) ?? 0;
  const limits = queries.find(({ name }) => name === "databaseLag")?.limits;
  return {
    note: lag < LATE_SECONDS ? "replica" : `replica, ${duration(lag)} behind`,
    look: limits === undefined ? undefined : lookOf(lag, limits),
  };
}

function perSecond(value: number | undefined): string {
  return value === undefined ? "" : `${figure(value)}/s`;
}
