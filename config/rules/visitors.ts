import { isBlock, isIPv6Block, isVeryWide, meantBlock } from "../blocks.ts";
import { headerName, headerProblem, headersProblem } from "../headers.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";
import { listProblems, type Refusal } from "./lists.ts";

type LoadBalancer = Settings["loadBalancer"];

const EXAMPLE = "192.0.2.0/24";

/** Rules for the settings that say who visitors are, who is let in, and what answers tell them. */
export function visitorChecks(loadBalancer: LoadBalancer): Problem[] {
  return judged(
    () => proxies(loadBalancer),
    () => admittedToSite(loadBalancer),
    () => admittedToStatistics(loadBalancer),
    () => headers(loadBalancer.headers),
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
          complaint: `is "${address}", and loadBalancer.trustedProxies.reason is missing: whoever has one of these addresses could claim to be anybody`,
          allowed: "the addresses of your proxies alone, or a reason why so many are trusted",
          meant: EXAMPLE,
        };
  return blocks(path, addresses, protocol === "proxy" ? version4 : undefined, wide);
}

function admittedToSite({ allow: { site }, trustedProxies }: LoadBalancer): Problem[] {
  const version4 =
    "an IPv4 block: without loadBalancer.trustedProxies no visitor has an IPv6 address, because loadBalancer.address is IPv4";
  return blocks(["loadBalancer", "allow", "site"], site ?? [], trustedProxies === undefined ? version4 : undefined);
}

function admittedToStatistics({ allow: { statistics }, statsPort }: LoadBalancer): Problem[] {
  if (statistics === undefined) return [];
  const path = ["loadBalancer", "allow", "statistics"];
  if (statsPort === undefined) {
    return [
      { path, value: statistics, allowed: "only with loadBalancer.statsPort, which publishes the statistics page" },
    ];
  }
  return blocks(path, statistics, "an IPv4 block: loadBalancer.address is IPv4");
}

/**
 * @param version4 what is allowed where IPv6 blocks are not; undefined: they are
 * @param further the reason why a block in its usual spelling is refused
 */
function blocks(
  path: Path,
  given: readonly string[],
  version4: string | undefined,
  further: (block: string) => Refusal | undefined = () => undefined,
): Problem[] {
  return listProblems(path, given, {
    refusal: (text) => {
      if (!isBlock(text)) {
        const allowed = "a block of addresses in CIDR form whose host bits are zero";
        return { allowed, meant: meantBlock(text) ?? EXAMPLE };
      }
      return version4 !== undefined && isIPv6Block(text) ? { allowed: version4 } : further(text);
    },
    form: (text) => meantBlock(text) ?? text,
    once: "each block once",
    // An empty list is refused, and a list that is removed could let everybody in.
    last: EXAMPLE,
  });
}

function headers(given: LoadBalancer["headers"]): Problem[] {
  const names = Object.keys(given);
  const wrong = Object.entries(given).flatMap(([name, value], index): Problem[] => {
    const path = ["loadBalancer", "headers", name];
    const twin = names.slice(0, index).find((other) => headerName(other) === headerName(name));
    const allowed = twin === undefined ? headerProblem(name, value) : `each header once: ${twin} is the same`;
    return allowed === undefined ? [] : [{ path, value, allowed }];
  });
  const tooMuch = wrong.length === 0 ? headersProblem(given) : undefined;
  return tooMuch === undefined ? wrong : [{ path: ["loadBalancer", "headers"], ...tooMuch }];
}
