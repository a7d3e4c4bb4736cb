import {
  areVeryWide,
  isBlock,
  isIPv6Block,
  isLoopbackBlock,
  isVeryWide,
  isWithin,
  meantBlock,
  widerThan,
} from "../blocks.ts";
import { headerName, headerProblem, headersProblem } from "../headers.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { addressIn, isLoopback } from "../subnets.ts";
import { entries, judged } from "../wellFormed.ts";
import { listProblems, type Refusal } from "./lists.ts";
import { subnetsOf } from "./networks.ts";

type LoadBalancer = Settings["loadBalancer"];

const EXAMPLE = "192.0.2.0/24";

/** Stands for the load balancer's host. */
const HOST = "127.0.0.0/8";

const NO_REASON =
  "loadBalancer.trustedProxies.reason is missing: whoever has one of these addresses could claim to be anybody";
const FEW_PROXIES = "the addresses of your proxies alone, or a reason why so many are trusted";

/** Rules for the settings that say who visitors are, who is let in, and what answers tell them. */
export function visitorChecks(loadBalancer: LoadBalancer): Problem[] {
  return judged(
    () => proxies(loadBalancer),
    () => proxiesTogether(loadBalancer),
    () => admittedToSite(loadBalancer),
    () => admittedToStatistics(loadBalancer),
    () => statisticsTogether(loadBalancer),
    () => headers(loadBalancer),
  );
}

function proxies({ trustedProxies }: LoadBalancer): Problem[] {
  if (trustedProxies === undefined) return [];
  const { addresses, protocol, reason } = trustedProxies;
  const path = ["loadBalancer", "trustedProxies", "addresses"];
  const version4 = "an IPv4 block with the protocol proxy: such proxies connect to loadBalancer.address, which is IPv4";
  const wide = (address: string): Refusal | undefined =>
    reason !== undefined || !isVeryWide(address)
      ? undefined
      : {
          complaint: `is "${address}", and ${NO_REASON}`,
          allowed: FEW_PROXIES,
          meant: EXAMPLE,
        };
  return blocks(path, addresses, { version4: protocol === "proxy" ? version4 : undefined, further: wide });
}

/** Blocks of which none is wide, but all together. Each that is wide has a problem of its own. */
function proxiesTogether({ trustedProxies }: LoadBalancer): Problem[] {
  if (trustedProxies === undefined || trustedProxies.reason !== undefined) return [];
  const { addresses } = trustedProxies;
  if (!addresses.every(isBlock) || addresses.some(isVeryWide) || !areVeryWide(addresses)) return [];
  return [
    {
      path: ["loadBalancer", "trustedProxies", "addresses"],
      complaint: `has many blocks of public addresses, and ${NO_REASON}`,
      allowed: FEW_PROXIES,
      example: `["${EXAMPLE}"]`,
    },
  ];
}

function admittedToSite(loadBalancer: LoadBalancer): Problem[] {
  const { allow, trustedProxies } = loadBalancer;
  const version4 =
    "an IPv4 block: without loadBalancer.trustedProxies no visitor has an IPv6 address, because loadBalancer.address is IPv4";
  return blocks(["loadBalancer", "allow", "site"], allow.site ?? [], {
    version4: trustedProxies === undefined ? version4 : undefined,
    example: visitorOf(loadBalancer),
  });
}

/** A block of visitors who reach the published ports. */
function visitorOf(loadBalancer: LoadBalancer): string {
  const [host] = judged(() => (isLoopback(loadBalancer.address) ? [HOST] : []));
  return host ?? EXAMPLE;
}

function admittedToStatistics(loadBalancer: LoadBalancer): Problem[] {
  const { allow, statsPort } = loadBalancer;
  const { statistics } = allow;
  if (statistics === undefined) return [];
  const path = ["loadBalancer", "allow", "statistics"];
  if (statsPort === undefined) {
    return [
      { path, value: statistics, allowed: "only with loadBalancer.statsPort, which publishes the statistics page" },
    ];
  }
  const version4 = "an IPv4 block: loadBalancer.address is IPv4";
  return blocks(path, statistics, { version4, example: visitorOf(loadBalancer) });
}

function statisticsTogether({ allow: { statistics }, statsPort }: LoadBalancer): Problem[] {
  // Without the port no list is allowed.
  if (
    statsPort === undefined ||
    !statistics?.every(isBlock) ||
    !(statistics.some(isVeryWide) || areVeryWide(statistics))
  )
    return [];
  return [
    {
      path: ["loadBalancer", "allow", "statistics"],
      value: statistics,
      allowed:
        "the blocks of your own networks: the page is served over plain HTTP, so that everybody on the way can read its password",
      example: `["${EXAMPLE}"]`,
    },
  ];
}

/** Rules about the load balancer's host: its clients have the address of the edge network's gateway. */
export function hostChecks({ loadBalancer, networks }: Pick<Settings, "loadBalancer" | "networks">): Problem[] {
  const edge = subnetsOf(networks).get("edge");
  if (edge === undefined) return [];
  const host = `${addressIn(edge, 1)}/32`;
  return judged(
    () => hostMeant(loadBalancer, edge, host),
    () => hostLetIn(loadBalancer, host),
  );
}

/** A block around the edge network does not say whether a proxy on the host is meant, or proxies elsewhere. */
function hostMeant({ trustedProxies }: LoadBalancer, edge: string, host: string): Problem[] {
  if (trustedProxies === undefined || trustedProxies.reason !== undefined) return [];
  const { addresses, protocol } = trustedProxies;
  // The proposal is a whole list, so it has wrong entries as their own problems propose them.
  const blocks = proposed(entries(addresses)).filter(
    (block) => isBlock(block) && !isVeryWide(block) && !(protocol === "proxy" && isIPv6Block(block)),
  );
  const wide = widerThan(edge, host, blocks);
  if (wide.length === 0) return [];
  return [
    {
      path: ["loadBalancer", "trustedProxies", "addresses"],
      complaint: `has ${wide.join(", ")} around the edge network ${edge}, and does not say whether the load balancer's host is a proxy: all clients on that host have an address in it`,
      allowed:
        "127.0.0.0/8 as well if the proxy runs on the host; else narrower blocks, or a reason in loadBalancer.trustedProxies.reason why all that host's clients are trusted",
      example: JSON.stringify([...new Set(blocks), HOST]),
    },
  ];
}

/** The blocks that were meant. An entry that means none stays as it is. */
function proposed(given: readonly [number, string][]): string[] {
  return given.map(([, entry]) => (isBlock(entry) ? entry : (meantBlock(entry) ?? entry)));
}

/**
 * At a loopback address only the host reaches the published ports. Visitors of a virtual address or of a trusted proxy
 * have other addresses.
 */
function hostLetIn(loadBalancer: LoadBalancer, host: string): Problem[] {
  const { address, allow, replicas, statsPort, trustedProxies } = loadBalancer;
  if (!isLoopback(address)) return [];
  const excludesHost = (blocks: readonly string[]) =>
    blocks.length > 0 && blocks.every((block) => isBlock(block) && !isLoopbackBlock(block) && !isWithin(host, block));
  const lists = [
    ...(replicas === 1 && trustedProxies === undefined ? (["site"] as const) : []),
    ...(statsPort === undefined ? [] : (["statistics"] as const)),
  ];
  return lists.flatMap((list) => {
    // The proposal is a whole list, so it has wrong entries as their own problems propose them.
    const blocks = proposed(entries(allow[list] ?? [])).filter((block) => !isIPv6Block(block));
    return excludesHost(blocks)
      ? [
          {
            path: ["loadBalancer", "allow", list],
            complaint: `lacks the load balancer's host, and nobody else reaches a port that is published at ${address}`,
            allowed:
              "127.0.0.0/8, which stands for the host, among the blocks; or a loadBalancer.address that the others reach",
            example: JSON.stringify([...new Set(blocks), HOST]),
          },
        ]
      : [];
  });
}

interface BlockRules {
  /** What is allowed where IPv6 blocks are not; undefined: they are. */
  readonly version4: string | undefined;
  /** The reason why a block in its usual spelling is refused. */
  readonly further?: (block: string) => Refusal | undefined;
  /** The block that is proposed where none can be known. */
  readonly example?: string;
}

function blocks(
  path: Path,
  given: readonly string[],
  { version4, further = () => undefined, example = EXAMPLE }: BlockRules,
): Problem[] {
  return listProblems(path, given, {
    refusal: (text) => {
      if (!isBlock(text)) {
        const allowed = "a block of addresses in CIDR form whose host bits are zero";
        return { allowed, meant: meantBlock(text) ?? example };
      }
      return version4 !== undefined && isIPv6Block(text) ? { allowed: version4 } : further(text);
    },
    form: (text) => meantBlock(text) ?? text,
    once: "each block once",
    // An empty list is refused, and a list that is removed could let everybody in.
    last: example,
  });
}

function headers({ headers: given, tls }: LoadBalancer): Problem[] {
  const names = Object.keys(given);
  const wrong = Object.entries(given).flatMap(([name, value], index): Problem[] => {
    const path = ["loadBalancer", "headers", name];
    const twin = names
      .slice(0, index)
      .find(
        (other) => headerName(other) === headerName(name) && headerProblem(other, given[other] ?? "") === undefined,
      );
    const allowed =
      twin !== undefined
        ? `each header once: ${twin} is the same`
        : tls.http3 && headerName(name) === "alt-svc"
          ? "any header but this one, which loadBalancer.tls.http3 sets"
          : headerProblem(name, value);
    return allowed === undefined ? [] : [{ path, value, allowed }];
  });
  const tooMuch = wrong.length === 0 ? headersProblem(given) : undefined;
  return tooMuch === undefined ? wrong : [{ path: ["loadBalancer", "headers"], ...tooMuch }];
}
