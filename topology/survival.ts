import type { Topology } from "./plan.ts";
import { disturbances, holdersOf, restartOf } from "./survival/effects.ts";
import { remedyFor } from "./survival/remedies.ts";
import {
  type Alive,
  CAPABILITIES,
  type Capability,
  evaluate,
  type Present,
  servingDatabases,
  usedWays,
} from "./survival/structure.ts";
import { type Unit, unitsOf } from "./survival/units.ts";

export type { Capability, Present, Unit };
export { CAPABILITIES, evaluate };

/** The effect of a loss on one capability that the stack had before. */
export interface Effect {
  readonly capability: Capability;
  /** kept: at most requests in flight fail. switched: it is away for seconds. down: it is away until the remedy. */
  readonly outcome: "kept" | "switched" | "down";
  /** The longest time for which it is away, where it is switched. */
  readonly seconds?: number;
  /** Who does the work then, where that is another container. */
  readonly by?: string;
}

/** The result of the loss of a unit. */
export interface Finding {
  readonly unit: Unit;
  /** One for each capability that the stack has before the loss. */
  readonly effects: readonly Effect[];
  /** Whether requests in flight pass through it, and fail with it. */
  readonly inFlight: boolean;
  /** What must not be lost next: containers that cost nothing by themselves, and take a capability once this is lost. */
  readonly then: readonly string[];
  /** What brings it back. undefined: it comes back by itself. */
  readonly remedy?: string;
  /** What helps where it cannot be brought back. */
  readonly orElse?: string;
  /** The drill that measures the longest of the seconds. */
  readonly drill?: string;
}

/**
 * The findings for every unit that has a container which is alive: what survives its loss, for how long what else is
 * away, and what brings it back. A pure function over the plan.
 * @param alive whether a container, by its name, works; default: all do
 * @param present the roles now; default: as the plan has them
 */
export function survive(topology: Topology, alive: Alive = () => true, present: Present = {}): Finding[] {
  const now = evaluate(topology, alive, present);
  const units = unitsOf(topology).filter(({ takes }) => takes.some(alive));
  // A unit's containers, and those that are single points already, are no news.
  const candidates = units.filter(
    (unit) => unit.kind === "container" && !takesAny(now, evaluate(topology, without(alive, unit), present)),
  );
  return units.map((unit): Finding => {
    const after = without(alive, unit);
    const left = evaluate(topology, after, present);
    const { effects, drill } = effectsOf(topology, unit, { alive, after, now, left, present });
    // A process is back before anything else is likely to be lost.
    const next = unit.kind === "process" ? [] : candidates.filter(({ name }) => !unit.takes.includes(name));
    const cures =
      unit.kind === "process" ? {} : remedyFor(unit, { topology, before: alive, after, present, isForGood: true });
    return {
      unit,
      effects,
      inFlight: carriesRequests(topology, unit, alive),
      // biome-ignore lint/suspicious/noThenProperty: a list is not called, so nothing takes a finding for a promise.
      then: next
        .filter((other) => takesAny(left, evaluate(topology, without(after, other), present)))
        .map(({ name }) => name),
      ...cures,
      ...(unit.kind === "engine" && topology.isSeveral ? { drill: "kill-host" } : drill === undefined ? {} : { drill }),
    };
  });
}

/** Whether a stack cannot do something without a unit until somebody helps: whether it is a single point of failure. */
export function isSinglePoint({ effects }: Finding, of: readonly Capability[] = CAPABILITIES): boolean {
  return effects.some(({ capability, outcome }) => outcome === "down" && of.includes(capability));
}

/**
 * The containers that are single points of failure.
 * @param of only for these capabilities; default: for any
 */
export function singlePoints(findings: readonly Finding[], of: readonly Capability[] = CAPABILITIES): string[] {
  return findings
    .filter(({ unit }) => unit.kind === "container")
    .filter((one) => isSinglePoint(one, of))
    .map(({ unit }) => unit.name);
}

type Abilities = Readonly<Record<Capability, boolean>>;

const without =
  (alive: Alive, { takes }: Unit): Alive =>
  (name) =>
    alive(name) && !takes.includes(name);

function takesAny(before: Abilities, after: Abilities): boolean {
  return CAPABILITIES.some((capability) => before[capability] && !after[capability]);
}

interface Change {
  readonly alive: Alive;
  readonly after: Alive;
  readonly now: Abilities;
  readonly left: Abilities;
  readonly present: Present;
}

function effectsOf(
  topology: Topology,
  unit: Unit,
  { alive, after, now, left, present }: Change,
): { readonly effects: Effect[]; readonly drill: string | undefined } {
  const disturbed = disturbances({ topology, before: alive, after, present, isForGood: unit.kind !== "process" });
  const restart = { ...restartOf(topology, unit.name), by: [] };
  const found = CAPABILITIES.filter((capability) => now[capability]).map((capability) => {
    const isRestart = unit.kind === "process" && !left[capability];
    if (!left[capability] && !isRestart) return { effect: { capability, outcome: "down" } as const };
    const all = isRestart ? [restart] : disturbed.filter(({ capabilities }) => capabilities.includes(capability));
    const [longest] = all
      // A process is back sooner than some of what happens while it is away.
      .map((one) => (unit.kind === "process" && one.seconds > restart.seconds ? restart : one))
      .sort((a, b) => b.seconds - a.seconds);
    if (longest === undefined) return { effect: { capability, outcome: "kept" } as const };
    const by = longest.by.join(", ");
    const effect = { capability, outcome: "switched", seconds: longest.seconds, ...(by === "" ? {} : { by }) } as const;
    return { effect, longest };
  });
  const [slowest] = found.flatMap(({ longest }) => (longest === undefined ? [] : [longest])).sort(bySeconds);
  return { effects: found.map(({ effect }) => effect), drill: slowest?.drill };
}

function bySeconds(a: { readonly seconds: number }, b: { readonly seconds: number }): number {
  return b.seconds - a.seconds;
}

/** Whether requests of visitors pass through a container of the unit. */
function carriesRequests(topology: Topology, { takes }: Unit, alive: Alive): boolean {
  const ways = usedWays(topology, alive);
  const holders = holdersOf(topology, alive);
  const entries = topology.loadBalancers.filter(({ name }) => holders.includes(name));
  const used = [
    ...entries.flatMap(({ pause, haproxy, keepalived }) => [pause.name, haproxy.name, keepalived?.name]),
    ...ways.flatMap(({ web, application, router }) => [web, application.name, router]),
    ...servingDatabases(topology).map(({ name }) => name),
  ];
  return takes.some((name) => alive(name) && used.includes(name));
}
