import { isWildcard, siteName } from "../../config/names.ts";
import type { LoadBalancerPlan, SitePlan } from "../../topology/loadBalancerPlan.ts";
import { SECURE_SITE_PORT, SITE_PORT } from "../../topology/ports.ts";
import { challengeAnswer } from "./acme.ts";
import { answerRules } from "./answerRules.ts";
import { backendRules } from "./backends.ts";
import { isOneOf } from "./conditions.ts";
import { requestRules } from "./requestRules.ts";
import { CERTIFICATE } from "./tls.ts";
import { NO_SERVER } from "./unavailable.ts";
import {
  admissionRules,
  claimRules,
  connectionRules,
  identityRules,
  proxiedCondition,
  QUIC,
  requestLimits,
  SECURE,
} from "./visitors.ts";

/** Seconds in which a client has to send its body, or as much of it as HAProxy holds; then it gets a 408. */
const BODY_SECONDS = 30;

/** Seconds for which a browser remembers that the site has HTTP/3. */
const HTTP3_SECONDS = 900;

/** Where visitors' requests arrive. */
export function siteFrontend(plan: LoadBalancerPlan): string {
  const { visitors } = plan;
  const lines = [
    ...binds(plan),
    "option httplog",
    "# Plain connections speak HTTP/1 alone.",
    "option disable-h2-upgrade",
    ...connectionRules(visitors, plan.site.http3),
    ...identityRules(visitors),
    ...requestLimits(visitors),
    ...localHost(plan.site),
    ...requestRules(visitors),
    ...challengeAnswer(plan.site),
    ...admissionRules(visitors),
    ...hostRules(plan.site.names),
    ...redirect(plan),
    ...claimRules(),
    "# A route is chosen when the body is there: a body that arrives slowly could outlive the chosen server, and a request",
    "# with a missing part cannot take another route. A body that is too large to wait for is passed on as it comes.",
    "# HTTP/2 and HTTP/3 announce no body, so this is for all requests: it ends at once where there is none.",
    `http-request wait-for-body time ${BODY_SECONDS}s`,
    `http-response return status 503 ${NO_SERVER} if { status 421 }`,
    ...answerRules(visitors),
    ...answers(plan),
    ...backendRules(plan),
  ];
  return ["frontend site", ...lines.map((line) => `    ${line}`)].join("\n");
}

/** The sockets of the site, each at every address that clients come to. */
function binds({ site, listenAddresses, watched }: LoadBalancerPlan): string[] {
  const secure = `ssl crt ${CERTIFICATE} alpn`;
  // Between machines a probe comes by another network than visitors do.
  const probed = watched === undefined || listenAddresses.includes(watched.address) ? [] : [watched.address];
  return [
    ...listenAddresses.flatMap((address) => [
      ...(site.http === "off" ? [] : [`bind ${address}:${SITE_PORT}`]),
      `bind ${address}:${SECURE_SITE_PORT} ${secure} h2,http/1.1`,
      ...(site.http3 ? [`bind quic4@${address}:${SECURE_SITE_PORT} name ${QUIC} ${secure} h3`] : []),
    ]),
    ...probed.map((address) => `bind ${address}:${SECURE_SITE_PORT} ${secure} h2,http/1.1`),
  ];
}

/** A dot at the end of a name is the root of the DNS: it is the same name. */
const HOST = "req.hdr(host),host_only,lower,rtrim(.)";

/** Other hosts than the site's are refused. A client of HTTP/1.0 need not name one, and gets the site's first. */
function hostRules(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const exact = names.filter((name) => !isWildcard(name));
  const wildcards = names.filter(isWildcard).map((name) => `^[^.]+${name.slice(1).replaceAll(".", "\\.")}$`);
  const name = siteName(names);
  return [
    ...(name === undefined ? [] : [`http-request set-header Host ${name} if !{ req.hdr(host) -m found }`]),
    ...isOneOf("known_host", `${HOST} -m str`, exact),
    ...isOneOf("known_host", `${HOST} -m reg`, wildcards),
    "http-request deny deny_status 421 unless known_host",
  ];
}

/** A port of the site, and the condition under which clients have come to it. */
interface Entrance {
  /** As in a URL, empty for the port of HTTPS. */
  readonly port: string;
  readonly condition: string;
}

/**
 * The entrances of clients: the public port where the settings name one, else the port of HTTPS at a virtual address, and
 * the published port at any other.
 */
function entrances({ published, site: { publicHttpsPort }, vrrp }: LoadBalancerPlan): Entrance[] {
  const secure = publicHttpsPort ?? published.find(({ serves }) => serves === "secureSite")?.port ?? SECURE_SITE_PORT;
  const port = secure === SECURE_SITE_PORT ? "" : `:${secure}`;
  if (port === "" || publicHttpsPort !== undefined || vrrp === undefined) return [{ port, condition: "" }];
  const virtual = `{ dst ${vrrp.instances.map(({ virtualAddress }) => virtualAddress).join(" ")} }`;
  return [
    { port: "", condition: ` ${virtual}` },
    { port, condition: ` !${virtual}` },
  ];
}

/**
 * 308 keeps the method and the body. A request without a host has no place to be sent to. A trusted proxy is taken to be
 * at the port of HTTPS, unless the settings name the public port.
 */
function redirect(plan: LoadBalancerPlan): string[] {
  const { site, visitors } = plan;
  if (site.http !== "redirect") return [];
  const proxied =
    visitors.proxies === undefined || site.publicHttpsPort !== undefined
      ? []
      : [{ port: "", condition: ` { ${proxiedCondition(visitors.proxies)} }` }];
  return [
    `http-request deny deny_status 400 if !${SECURE} !{ req.hdr(host) -m found }`,
    ...[...proxied, ...entrances(plan)].map(
      ({ port, condition }) =>
        `http-request redirect code 308 location https://%[${HOST}]${port}%[pathq] if !${SECURE}${condition}`,
    ),
  ];
}

/** HSTS holds for every port of a host: for localhost it would end all that a developer's machine serves by plain HTTP. */
function localHost({ hsts }: SitePlan): string[] {
  return hsts === undefined
    ? []
    : [`http-request set-var(txn.local) bool(true) if { ${HOST} -m reg ^(.+\\.)?localhost$ }`];
}

/** Headers of every answer over HTTPS, HAProxy's own included. HSTS is not sent for localhost. */
function answers(plan: LoadBalancerPlan): string[] {
  const { hsts, http3 } = plan.site;
  const { proxies } = plan.visitors;
  // Whether a proxy has HTTP/3 is for that proxy to say.
  const direct = proxies === undefined ? "" : ` !{ ${proxiedCondition(proxies)} }`;
  return [
    ...(hsts === undefined
      ? []
      : [
          `http-after-response set-header Strict-Transport-Security "${hsts}" if ${SECURE} !{ var(txn.local) -m bool }`,
        ]),
    ...(http3
      ? entrances(plan).map(
          ({ port, condition }) =>
            `http-after-response set-header alt-svc "h3=\\"${port || `:${SECURE_SITE_PORT}`}\\"; ma=${HTTP3_SECONDS}" if { ssl_fc }${direct}${condition}`,
        )
      : []),
    ...(plan.affinity === "cookie"
      ? [`http-after-response replace-header Set-Cookie '^(FOOBAR_SERVER=.*)$' '\\1; Secure' if ${SECURE}`]
      : []),
  ];
}
