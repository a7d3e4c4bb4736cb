import { isWildcard, siteName } from "../../config/names.ts";
import type { LoadBalancerPlan } from "../../topology/loadBalancerPlan.ts";
import { SECURE_SITE_PORT, SITE_PORT } from "../../topology/ports.ts";
import { challengeAnswer } from "./acme.ts";
import { answerRules } from "./answerRules.ts";
import { isOneOf } from "./conditions.ts";
import { requestRules } from "./requestRules.ts";
import { CERTIFICATE } from "./tls.ts";
import { NO_SERVER } from "./unavailable.ts";
import { admissionRules, claimRules, connectionRules, identityRules, proxiedCondition, SECURE } from "./visitors.ts";

/** Seconds in which a client has to send its body, or as much of it as HAProxy holds; then it gets a 408. */
const BODY_SECONDS = 10;

/** Seconds for which a browser remembers that the site has HTTP/3. */
const HTTP3_SECONDS = 900;

/** Where visitors' requests arrive. */
export function siteFrontend(plan: LoadBalancerPlan): string {
  const { visitors } = plan;
  const lines = [
    ...binds(plan),
    "# Plain connections speak HTTP/1 alone.",
    "option disable-h2-upgrade",
    ...connectionRules(visitors, plan.site.http3),
    ...identityRules(visitors),
    ...requestRules(visitors),
    ...challengeAnswer(plan.site),
    ...admissionRules(visitors),
    ...hostRules(plan.site.names),
    ...redirect(plan),
    ...claimRules(),
    "# A route is chosen when the body is there: a body that arrives slowly could outlive the chosen server, and a request",
    "# with a missing part cannot take another route. A body that is too large to wait for is passed on as it comes.",
    `http-request wait-for-body time ${BODY_SECONDS}s if { req.body_size gt 0 } || { req.hdr(transfer-encoding) -m found }`,
    `http-response return status 503 ${NO_SERVER} if { status 421 }`,
    ...answerRules(visitors),
    ...answers(plan),
    "use_backend last-resort if { nbsrv(web) eq 0 }",
    "default_backend web",
  ];
  return ["frontend site", ...lines.map((line) => `    ${line}`)].join("\n");
}

/** The sockets of the site, each at every address that clients come to. */
function binds({ site, listenAddresses }: LoadBalancerPlan): string[] {
  const secure = `ssl crt ${CERTIFICATE} alpn`;
  return listenAddresses.flatMap((address) => [
    ...(site.http === "off" ? [] : [`bind ${address}:${SITE_PORT}`]),
    `bind ${address}:${SECURE_SITE_PORT} ${secure} h2,http/1.1`,
    ...(site.http3 ? [`bind quic4@${address}:${SECURE_SITE_PORT} ${secure} h3`] : []),
  ]);
}

const HOST = "req.hdr(host),host_only,lower";

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
 * Clients of a virtual address or of a trusted proxy come to the port of HTTPS itself, and so do all clients where
 * something in front leads it here. All others come to the published one.
 */
function entrances({ published, site, vrrp, visitors: { proxies } }: LoadBalancerPlan): Entrance[] {
  const proxied = proxies && proxiedCondition(proxies);
  const secure = published.find(({ serves }) => serves === "secureSite");
  const isPublic = site.forwarded || secure === undefined || secure.port === SECURE_SITE_PORT;
  const port = isPublic ? "" : `:${secure.port}`;
  const virtual = vrrp?.instances.map(({ virtualAddress }) => virtualAddress).join(" ");
  if (port === "") return [{ port, condition: "" }];
  const others = virtual === undefined ? "" : ` !{ dst ${virtual} }`;
  return [
    ...(virtual === undefined ? [] : [{ port: "", condition: ` { dst ${virtual} }` }]),
    ...(proxied === undefined
      ? [{ port, condition: others }]
      : [
          { port: "", condition: `${others} { ${proxied} }` },
          { port, condition: `${others} !{ ${proxied} }` },
        ]),
  ];
}

/** 308 keeps the method and the body. A request without a host has no place to be sent to. */
function redirect(plan: LoadBalancerPlan): string[] {
  if (plan.site.http !== "redirect") return [];
  return [
    `http-request deny deny_status 400 if !${SECURE} !{ req.hdr(host) -m found }`,
    ...entrances(plan).map(
      ({ port, condition }) =>
        `http-request redirect code 308 location https://%[${HOST}]${port}%[pathq] if !${SECURE}${condition}`,
    ),
  ];
}

/** Headers of every answer over HTTPS, HAProxy's own included. */
function answers(plan: LoadBalancerPlan): string[] {
  const { hsts, http3 } = plan.site;
  return [
    ...(hsts === undefined ? [] : [`http-after-response set-header Strict-Transport-Security "${hsts}" if ${SECURE}`]),
    ...(http3
      ? entrances(plan).map(
          ({ port, condition }) =>
            `http-after-response set-header alt-svc "h3=\\"${port || `:${SECURE_SITE_PORT}`}\\"; ma=${HTTP3_SECONDS}" if { ssl_fc }${condition}`,
        )
      : []),
    ...(plan.affinity === "cookie"
      ? [`http-after-response replace-header Set-Cookie '^(FOOBAR_SERVER=.*)$' '\\1; Secure' if ${SECURE}`]
      : []),
  ];
}
