import type { Topology } from "../../topology/plan.ts";
import { isSinglePoint, type Present, survive } from "../../topology/survival.ts";
import { tiersOf } from "../../topology/tiers.ts";
import type { Loss } from "./status.ts";

/** What the loss of each server would do now. A server of which nothing that visitors need is alive cannot be lost. */
export function lossesNow(topology: Topology, alive: (name: string) => boolean, present: Present): Loss[] {
  const findings = survive(topology, alive, present);
  const { loadBalancers, web, applications, processes, routers } = tiersOf(topology);
  const serving = [...loadBalancers, ...web, ...applications, ...processes, ...routers, ...topology.cluster.databases];
  const isThere = (name: string) => alive(name) && serving.some((plan) => plan.name === name);
  return findings
    .filter(({ unit }) => unit.kind === "server" && unit.takes.some(isThere))
    .map(({ unit, effects }): Loss => {
      const stops = effects.filter(({ outcome }) => outcome === "down").map(({ capability }) => capability);
      return {
        server: unit.name,
        stops,
        pauses: effects.flatMap(({ capability, outcome, seconds }) =>
          outcome === "switched" && seconds !== undefined ? [{ capability, seconds }] : [],
        ),
        singlePoints: findings
          .filter((one) => one.unit.kind === "container" && unit.takes.includes(one.unit.name))
          .filter((one) => isSinglePoint(one, stops))
          .map((one) => one.unit.name),
      };
    });
}
