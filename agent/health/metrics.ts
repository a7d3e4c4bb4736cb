import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Observation } from "../observation.ts";
import type { Decision } from "../step.ts";
import { STATES } from "../vocabulary.ts";

/** What the agent counts since it began. */
interface Figures {
  readonly decisions: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, number>;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Texts of labels are names of members, states and steps, which have no characters that need escaping. */
function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
    return `${name}{${pairs.join(",")}} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

/** The figures of an agent, as Prometheus reads them. */
export class Metrics {
  readonly #member: string;
  readonly #decisions = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #last: { readonly decision: Decision; readonly seen: Omit<Observation, "memory">; readonly at: Date } | undefined;
  /** Since when the node waits for something, and is not in its place. */
  #waitsSince: Date | undefined;

  constructor(member: string) {
    this.#member = member;
  }

  count(decision: Decision, problem: string | undefined, seen: Omit<Observation, "memory">, at: Date): void {
    const { step, state } = decision;
    this.#decisions.set(step.do, (this.#decisions.get(step.do) ?? 0) + 1);
    if (problem !== undefined) this.#failures.set(step.do, (this.#failures.get(step.do) ?? 0) + 1);
    const isInPlace = state.word === "primary" || state.word === "replica" || state.word === "member";
    this.#waitsSince = isInPlace ? undefined : (this.#waitsSince ?? at);
    this.#last = { decision, seen, at };
  }

  text(now: Date): string {
    const member = { member: this.#member };
    const figures: Figures = { decisions: this.#decisions, failures: this.#failures };
    const counted = (counts: ReadonlyMap<string, number>) =>
      [...counts].map(([step, count]): Sample => [{ ...member, step }, count]);
    const families = [
      family("foobar_agent_alive_timestamp_seconds", "gauge", "When the agent wrote these figures.", [
        [member, now.getTime() / 1000],
      ]),
      family("foobar_agent_decisions_total", "counter", "Decisions of the agent, by step.", counted(figures.decisions)),
      family("foobar_agent_failures_total", "counter", "Steps of the agent that failed.", counted(figures.failures)),
    ];
    const last = this.#last;
    if (last === undefined) return families.join("");
    const { state } = last.decision;
    const { own, peers, settings } = last.seen;
    const waits = this.#waitsSince === undefined ? 0 : (now.getTime() - this.#waitsSince.getTime()) / 1000;
    const silent = (peer: string) => Number(peers !== undefined && !peers.has(peer));
    return [
      family(
        ...(["foobar_agent_state", "gauge", "What the node does: 1 for its state, 0 for the others."] as const),
        STATES.map((word) => [{ ...member, state: word }, Number(word === state.word)]),
      ),
      family(...(["foobar_agent_looked_timestamp_seconds", "gauge", "When the agent looked last."] as const), [
        [member, last.at.getTime() / 1000],
      ]),
      family(
        ...(["foobar_agent_waiting_seconds", "gauge", "For how long the node has not been in its place."] as const),
        [[member, waits]],
      ),
      family(
        ...(["foobar_agent_server_answers", "gauge", "Whether the node's own server answered the last look."] as const),
        [[member, Number(own !== undefined)]],
      ),
      family(
        ...(["foobar_agent_primary_term", "gauge", "The newest primary term in the node's data."] as const),
        own === undefined ? [] : [[member, own.term.number]],
      ),
      family(
        ...(["foobar_agent_peer_silent", "gauge", "Members that were asked, and did not answer."] as const),
        settings.peers.map((peer) => [{ ...member, peer }, silent(peer)]),
      ),
      ...families,
    ].join("");
  }

  /** Writes the figures into a folder of the exporter, which reads whole files only. */
  async write(folder: string, now: Date): Promise<void> {
    const draft = join(folder, `.${this.#member}.draft`);
    await writeFile(draft, this.text(now));
    await chmod(draft, 0o444);
    await rename(draft, join(folder, `agent-${this.#member}.prom`));
  }
}
