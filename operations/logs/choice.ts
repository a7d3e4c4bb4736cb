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
  mysql: ["mysql", "agent", "controller"],
  agent: ["agent"],
  backup: ["backup"],
  monitoring: ["monitoring"],
  "log-store": ["log-store"],
};

/** The tiers that a visitor's request passes, and those that may name its id. */
const OF_REQUESTS: readonly Logged["tier"][] = ["haproxy", "pause", "web", "app", "process"];

/**
 * Chooses containers by the words of `npm run logs`: a server, a load balancer, a host, a tier, or a container's service.
 * Words of one kind add to each other; tiers and places narrow each other: `web server2` is the web tier of server2.
 * Without words it is all, or for one request all that requests pass.
 * @param problems receives a line for each word that stands for nothing, and one if tiers and places have nothing in
 *   common
 */
export function chosen(
  all: readonly Logged[],
  words: readonly string[],
  isOfRequest: boolean,
  problems: string[],
): Logged[] {
  if (words.length === 0) return all.filter(({ tier }) => !isOfRequest || OF_REQUESTS.includes(tier));
  const ofTier = (one: Logged, word: string) => WORDS[word]?.includes(one.tier) === true;
  const ofPlace = ({ server, host }: Logged, word: string) => server === word || host === word;
  const meaning = (is: (one: Logged, word: string) => boolean) => (word: string) => all.some((one) => is(one, word));
  const tiers = words.filter(meaning(ofTier));
  const places = words.filter((word) => !tiers.includes(word) && meaning(ofPlace)(word));
  const names = words.filter((word) => !tiers.includes(word) && !places.includes(word));
  const isWithin = (one: Logged) =>
    (tiers.length === 0 || tiers.some((word) => ofTier(one, word))) &&
    (places.length === 0 || places.some((word) => ofPlace(one, word)));
  const within = tiers.length + places.length === 0 ? [] : all.filter(isWithin);
  if (within.length === 0 && tiers.length + places.length > 0) {
    problems.push(`nothing of ${tiers.join(" and ")} is on ${places.join(" and ")}
    allowed:   a tier and a server that has it, or one of the two`);
  }
  for (const word of names.filter((name) => !all.some(({ service }) => service === name))) {
    problems.push(unknown(all, word));
  }
  return all.filter((one) => within.includes(one) || names.includes(one.service));
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
