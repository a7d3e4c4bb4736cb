import type { VisitorsPlan } from "../../topology/loadBalancerPlan.ts";
import { MAX_REQUESTS } from "../../topology/sizes.ts";
import { isOneOf } from "./conditions.ts";

/** The table that counts the connections that each address has open. */
const CONNECTIONS = "visitors";
/** The table that counts the requests that each address has at once, and the one that counts all requests. */
const REQUESTS = "requests";
const ALL_REQUESTS = "all_requests";
/** Connections of HTTP/2 have several requests at once: so many for each allowed connection. */
const REQUESTS_PER_CONNECTION = 2;
/** Proxies in a row whose word counts. */
const MOST_PROXIES = 5;

/** The name of the sockets of QUIC. */
export const QUIC = "quic";

/** HAProxy's variable with the scheme that the visitor uses, `https` or `http`: proxies may have ended the HTTPS. */
const SCHEME = "txn.scheme";

/** The condition that the visitor uses HTTPS, here or at a trusted proxy. */
export const SECURE = `{ var(${SCHEME}) -m str https }`;

/** The condition that a trusted proxy passes the request on, without its braces. */
export function proxiedCondition({ protocol }: NonNullable<VisitorsPlan["proxies"]>): string {
  return `var(${protocol === "proxy" ? "sess.prefixed" : "txn.forwarded"}) -m bool`;
}

/**
 * Rules for connections: where they may come from, and how many one address may have open, those of QUIC included. The
 * host's own clients share one address, and a proxy has the connections of all its visitors, so neither is counted.
 */
export function connectionRules(
  { sources, proxies, host, connectionsPerSource }: VisitorsPlan,
  http3: boolean,
): string[] {
  const isPrefixed = proxies?.protocol === "proxy";
  // With the PROXY protocol the address is the visitor's from here on.
  const when = isPrefixed ? "session" : "connection";
  return [
    ...(sources === undefined
      ? []
      : [
          "# Published at a loopback address: what comes from elsewhere has found a route past that.",
          ...isOneOf("near", "src", sources),
          "tcp-request connection reject unless near",
        ]),
    ...(proxies === undefined ? [] : isOneOf("proxy", "src", proxies.addresses)),
    ...(isPrefixed
      ? [
          `acl quic so_name -m str ${QUIC}`,
          // QUIC has no prefix, and HAProxy 3.2 does not outlive a client of QUIC that it expects one of. What comes by QUIC
          // from a proxy's address is the proxy's own.
          "tcp-request connection set-var(sess.prefixed) bool(true) if proxy !quic",
          "tcp-request connection expect-proxy layer4 if proxy !quic",
        ]
      : []),
    ...limitRules(connectionsPerSource, [`${host}/32`, ...(proxies?.addresses ?? [])], when),
    // HAProxy applies rules for connections to QUIC only after the handshake, so requests have a rule, too. It warns of
    // rules for connections behind one for requests.
    ...(sources !== undefined && http3
      ? [`http-request deny deny_status 403 unless near${isPrefixed ? ` || { ${proxiedCondition(proxies)} }` : ""}`]
      : []),
  ];
}

/** The same limit for the statistics: a client's connections to both count. The container's own health check is free. */
export function statisticsLimit({ host, connectionsPerSource }: VisitorsPlan): string[] {
  return limitRules(connectionsPerSource, ["127.0.0.0/8", `${host}/32`], "connection");
}

function limitRules(most: number, uncounted: readonly string[], when: "session" | "connection"): string[] {
  if (most === 0) return [];
  // Behind the PROXY protocol's prefix the address is a visitor's, who may have one of a trusted block.
  const prefixed = when === "session" ? " !{ var(sess.prefixed) -m bool }" : "";
  return [
    ...isOneOf("uncounted", "src", uncounted),
    `tcp-request ${when} track-sc0 src table ${CONNECTIONS} unless uncounted${prefixed}`,
    `tcp-request ${when} reject if { sc0_conn_cur gt ${most} }`,
  ];
}

/** Rules that find out the visitor's address and scheme: from then on `src` is the visitor's address. */
export function identityRules({ proxies }: VisitorsPlan): string[] {
  const scheme = `http-request set-var(${SCHEME})`;
  return [
    `${scheme} ssl_fc,iif(https,http)`,
    ...(proxies?.protocol === "proxy" ? prefixedScheme(scheme) : []),
    ...(proxies?.protocol === "forwarded" ? [...forwardedScheme(scheme), ...forwardedAddress()] : []),
  ];
}

/**
 * Limits of the requests at once, for which HAProxy's memory has to suffice: those of a visitor, and all. A proxy's
 * connections are not counted, so its visitors may have no more requests than others may have connections.
 */
export function requestLimits({ proxies, connectionsPerSource }: VisitorsPlan): string[] {
  const ofAll = [
    `http-request track-sc2 int(1) table ${ALL_REQUESTS}`,
    `http-request deny deny_status 503 if { sc2_conn_cur gt ${MAX_REQUESTS} }`,
  ];
  if (connectionsPerSource === 0) return ofAll;
  const track = `http-request track-sc1 src table ${REQUESTS}`;
  const passedOn = proxies === undefined ? undefined : proxiedCondition(proxies);
  const forwarded = proxies?.protocol === "forwarded" ? `{ ${passedOn} }` : undefined;
  const most = connectionsPerSource * REQUESTS_PER_CONNECTION;
  return [
    passedOn === undefined ? `${track} unless uncounted` : `${track} if { ${passedOn} } || !uncounted`,
    ...(forwarded === undefined
      ? []
      : [`http-request deny deny_status 429 if ${forwarded} { sc1_conn_cur gt ${connectionsPerSource} }`]),
    `http-request deny deny_status 429 if { sc1_conn_cur gt ${most} }`,
    ...ofAll,
  ];
}

/** Version 2 of the PROXY protocol says whether the visitor's side is TLS, version 1 only to which port they came. */
function prefixedScheme(scheme: string): string[] {
  return [
    `${scheme} str(https) if { var(sess.prefixed) -m bool } { fc_pp_tlv(0x20),bytes(0,1),hex,hex2i,and(1) eq 1 }`,
    `${scheme} str(https) if { var(sess.prefixed) -m bool } { dst_port 443 }`,
  ];
}

function forwardedScheme(scheme: string): string[] {
  const said = "req.hdr(x-forwarded-proto,-1),lower";
  return [
    "http-request set-var(txn.forwarded) bool(true) if proxy",
    `${scheme} ${said} if proxy { ${said} -m str http https }`,
  ];
}

/**
 * Each proxy adds the address that it got the request from at the end of X-Forwarded-For. So the last one counts, and
 * the one before it while that one is a trusted proxy, too. A text that is no address ends the chain.
 */
function forwardedAddress(): string[] {
  const places = Array.from({ length: MOST_PROXIES }, (_, index) => index + 1);
  const said = (place: number) => `req.hdr_ip(x-forwarded-for,-${place})`;
  return [
    "# Some proxies add a port, and then write an IPv6 address in brackets.",
    String.raw`http-request replace-value X-Forwarded-For ^\[([0-9A-Fa-f:.]+)\](:[0-9]+)?$ \1 if proxy`,
    ...places.map((place) => `acl said${place} ${said(place)} -m found`),
    ...places.map((place) => {
      const chain = places.slice(0, place).map((each) => `said${each}`);
      return `http-request set-src ${said(place)} if proxy ${chain.join(" ")}`;
    }),
  ];
}

/** What clients say about themselves, in the spellings by which applications would take it for a proxy's word. */
const CLAIMS = [
  ...["x-forwarded(-.*)?", "forwarded(-.*)?", "x-original-(forwarded-for|host|url|uri)", "x-rewrite-url"],
  ...["x-real-ip", "(x-|true-|x-cluster-|fastly-)?client-ip", "cf-connecting-ip(v6)?", "x-azure-(client|socket)ip"],
  ...["x-proxyuser-ip", "x-remote-(ip|addr|user)", "remote-(addr|user)", "x-host", "x-scheme", "x-url-scheme"],
  ...["(wl-)?proxy-client-ip", "x-forward-for", "x-envoy-(external|original)-.*", "x-originating-ip", "x-arr-ssl"],
  ...["fly-client-ip", "do-connecting-ip", "cloudfront-(forwarded-proto|viewer-address)", "x-http-host-override"],
  ...["x-ssl(-.*)?", "x-client-(cert|dn|verify)(-.*)?", "ssl-client-.*", "front-end-https", "proxy"],
];

/**
 * Rules that replace what clients say about themselves by what is known. Underscores and dots are hyphens to some
 * applications.
 */
export function claimRules(): string[] {
  const pattern = CLAIMS.join("|").replaceAll("-", "[-_.]");
  return [
    `http-request del-header ^(${pattern})$ -m reg`,
    "# Only HTTP/1.0 has requests without a host, and the next program takes none.",
    "http-request set-header Host localhost if { req.hdr_cnt(host) eq 0 }",
    "http-request set-header X-Forwarded-For %[src]",
    `http-request set-header X-Forwarded-Proto %[var(${SCHEME})]`,
    "http-request set-header X-Request-ID %[uuid()]",
    "# The line that HAProxy logs about a failed request has its id, as those of Nginx and the application.",
    "http-request capture req.hdr(X-Request-ID) len 36",
  ];
}

/** Rules that let visitors in by their address. */
export function admissionRules({ admitted }: VisitorsPlan): string[] {
  if (admitted === undefined) return [];
  return [...isOneOf("admitted", "src", admitted), "http-request deny deny_status 403 unless admitted"];
}

/** The sections with the tables. An IPv4 address is an IPv6 address there. */
export function visitorTables({ connectionsPerSource }: VisitorsPlan): string {
  const table = (name: string, kind: string) => `backend ${name}
    stick-table ${kind} expire 60s store conn_cur`;
  const ofSources = connectionsPerSource === 0 ? [] : [CONNECTIONS, REQUESTS];
  return [
    ...ofSources.map((name) => table(name, "type ipv6 size 100k")),
    table(ALL_REQUESTS, "type integer size 1"),
  ].join("\n\n");
}
