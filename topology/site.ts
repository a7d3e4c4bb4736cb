import { isIPv4 } from "node:net";
import { isTrustedDirectory } from "../config/acme.ts";
import { httpMode } from "../config/loadBalancing.ts";
import { siteName } from "../config/names.ts";
import type { Config, Settings } from "../config/schema.ts";
import type { LoadBalancerPlan, OwnCertificate, SitePlan } from "./loadBalancerPlan.ts";
import { publishedUrl, type Topology, urlOf } from "./plan.ts";

export function planSite({ names, loadBalancer }: Pick<Config, "names" | "loadBalancer">): SitePlan {
  const { profile, http3, acme, hsts } = loadBalancer.tls;
  return {
    names: names.map((name) => name.toLowerCase()),
    http: httpMode(loadBalancer),
    profile,
    http3,
    publicHttpsPort: loadBalancer.publicHttpsPort,
    acme: acme && { directory: acme.directory, email: acme.email, ca: acme.ca },
    hsts: hstsHeader(hsts, acme === undefined ? ownCertificate(loadBalancer) !== undefined : isTrustedDirectory(acme)),
    isHstsChosen: hsts !== undefined,
  };
}

/** The user's certificate for the site; undefined: there is none. */
export function ownCertificate({ tls: { certificate, key } }: Settings["loadBalancer"]): OwnCertificate | undefined {
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** The default with a certificate of the user's or of a public authority by ACME, which browsers trust. */
const HSTS = { maxAgeSeconds: 63_072_000, includeSubDomains: false, preload: false } as const;

function hstsHeader(setting: Settings["loadBalancer"]["tls"]["hsts"], isTrusted: boolean): string | undefined {
  const hsts = setting ?? (isTrusted ? HSTS : undefined);
  if (hsts === undefined) return undefined;
  return [
    `max-age=${hsts.maxAgeSeconds}`,
    ...(hsts.includeSubDomains ? ["includeSubDomains"] : []),
    ...(hsts.preload ? ["preload"] : []),
  ].join("; ");
}

/**
 * The site's URLs: by its name, else by the virtual address, else by the published port. The address of what forwards the
 * public port is known by the site's name alone.
 */
export function siteUrls(loadBalancers: readonly LoadBalancerPlan[]): Pick<Topology, "url" | "secureUrl"> {
  const [first] = loadBalancers;
  if (first === undefined) throw new Error("the plan has no load balancer");
  const name = siteName(first.site.names);
  const virtual = first.vrrp?.instances[0]?.virtualAddress;
  const urlFor = (serves: "site" | "secureSite") => {
    const scheme = serves === "site" ? "http" : "https";
    const port = first.published.find((published) => published.serves === serves);
    if (port === undefined) throw new Error(`the plan does not publish ${scheme}`);
    const { publicHttpsPort } = first.site;
    if (serves === "secureSite" && name !== undefined && publicHttpsPort !== undefined) {
      return urlOf(scheme, name, publicHttpsPort);
    }
    if (virtual !== undefined)
      return first.isApart ? urlOf(scheme, name ?? virtual, port.port) : `${scheme}://${name ?? virtual}`;
    return name === undefined ? publishedUrl(port, first.hostAddress) : urlOf(scheme, name, port.port);
  };
  const secureUrl = urlFor("secureSite");
  return { url: first.site.http === "serve" ? urlFor("site") : secureUrl, secureUrl };
}

/** Everything that a URL of the site can name: its names, and the addresses at which it is reached. */
export function certifiedFor(loadBalancers: readonly LoadBalancerPlan[]): Topology["certified"] {
  const names = loadBalancers[0]?.site.names ?? [];
  const addresses = loadBalancers.flatMap(({ published, vrrp, hostAddress }) => [
    ...(hostAddress === undefined ? [] : [hostAddress]),
    ...published.flatMap(({ serves, address }) => (serves === "secureSite" && address !== "0.0.0.0" ? [address] : [])),
    ...(vrrp?.instances ?? []).map(({ virtualAddress }) => virtualAddress),
  ]);
  return {
    names: [...new Set([...names.filter((name) => !isIPv4(name)), "localhost"])],
    addresses: [...new Set([...names.filter((name) => isIPv4(name)), "127.0.0.1", ...addresses])],
  };
}
