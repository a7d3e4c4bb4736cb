import { didYouMean } from "../../config/nearest.ts";
import type { Topology } from "../../topology/plan.ts";
import { type Place, placesOf, type TierName } from "../stack/places.ts";

/** A container whose log can be read, by its service. */
export type Logged = Pick<Place, "service" | "server" | "host"> & { readonly tier: TierName | "migration" };

/** Everything of a stack that writes a log, in the order in which requests pass. */
export function loggedOf(topology: Topology): Logged[] {
  const { migration } = topology;
  return [
    ...placesOf(topology),
    ...(migration === undefined
      ? []
      : [{ service: migration.name, server: migration.server, host: migration.host, tier: "migration" as const }]),
  ];
}

/** Tiers by the words for them; the first container of a pair of words is the tier's own. */
const WORDS: Readonly<Record<string, readonly Logged["tier"][]>> = {
  haproxy: ["haproxy", "pause", "keepalived"],
  web: ["web"],
  app: ["app", "probe", "migration"],
  process: ["process"],
  router: ["router"],
  mysql: ["mysql", "controller"],
  backup: ["backup"],
  monitoring: ["monitoring"],
  "log-store": ["log-store"],
};

/** The tiers that a visitor's request passes, and those that may name its id. */
const OF_REQUESTS: readonly Logged["tier"][] = ["haproxy", "pause", "web", "app", "process"];

/**
 * Chooses containers by the words of `npm run logs`: a server, a load balancer, a host, a tier, or a container's service.
 * Without words it is all, or for one request all that requests pass.
 * @param problems receives a line for each word that stands for nothing
 */
export function chosen(
  all: readonly Logged[],
  words: readonly string[],
  isOfRequest: boolean,
  problems: string[],
): Logged[] {
  if (words.length === 0) return all.filter(({ tier }) => !isOfRequest || OF_REQUESTS.includes(tier));
  const found = new Set<Logged>();
  for (const word of words) {
    const meant = all.filter(
      ({ service, server, host, tier }) =>
        [service, server, host].includes(word) || WORDS[word]?.includes(tier) === true,
    );
    if (meant.length === 0) problems.push(unknown(all, word));
    for (const one of meant) found.add(one);
  }
  return all.filter((one) => found.has(one));
}

function unknown(all: readonly Logged[], word: string): string {
  const tiers = Object.keys(WORDS).filter((name) => all.some(({ tier }) => WORDS[name]?.includes(tier)));
  const places = [...new Set(all.flatMap(({ server, host }) => [server, host]))];
  const services = all.map(({ service }) => service);
  return `${word} is no server, tier or container of the stack${didYouMean(word, [...tiers, ...places, ...services])}
    allowed:   a server or host: ${places.join(", ")}
               a tier: ${tiers.join(", ")}
               a container: ${services.join(", ")}`;
}
