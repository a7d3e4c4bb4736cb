import { isTrustedDirectory } from "../acme.ts";
import { httpMode } from "../loadBalancing.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { judged } from "../wellFormed.ts";

type LoadBalancer = Settings["loadBalancer"];

/** The shortest time for which browsers' makers accept a name in their lists (https://hstspreload.org). */
const PRELOAD_SECONDS = 31_536_000;

/** Rules between the settings of HTTPS. The preflight reads the certificate itself. */
export function httpsChecks(loadBalancer: LoadBalancer): Problem[] {
  const { tls } = loadBalancer;
  return judged(
    () => halfCertificate(tls),
    () => hstsChecks(loadBalancer),
  );
}

function hstsChecks(loadBalancer: LoadBalancer): Problem[] {
  const { tls } = loadBalancer;
  if (endsElsewhere(loadBalancer)) return preload(tls);
  const alone = hstsAlone(tls);
  // Advice for the preload would set again what is to be removed.
  return alone.length > 0 ? alone : [...preload(tls), ...preloadRedirects(loadBalancer)];
}

/**
 * Whether a trusted proxy ends visitors' HTTPS, with its own certificate. One with the PROXY protocol can pass TLS through:
 * then visitors see the load balancer's certificate.
 */
function endsElsewhere({ trustedProxies }: LoadBalancer): boolean {
  return trustedProxies !== undefined && trustedProxies.protocol === "forwarded";
}

/** Browsers' lists hold only names whose plain HTTP, if there is any, leads to HTTPS (https://hstspreload.org). */
function preloadRedirects(loadBalancer: LoadBalancer): Problem[] {
  if (!loadBalancer.tls.hsts?.preload || httpMode(loadBalancer) !== "serve") return [];
  return [
    {
      path: ["loadBalancer", "http"],
      complaint: "is serve, and loadBalancer.tls.hsts.preload is true",
      allowed: "redirect or off with preload: browsers' lists hold only names whose plain HTTP leads to HTTPS",
      example: "redirect",
    },
  ];
}

function halfCertificate({ certificate, key }: LoadBalancer["tls"]): Problem[] {
  if ((certificate === undefined) === (key === undefined)) return [];
  const [missing, present, example] =
    certificate === undefined
      ? (["certificate", "key", "./tls/site.pem"] as const)
      : (["key", "certificate", "./tls/site.key"] as const);
  return [
    {
      path: ["loadBalancer", "tls", missing],
      complaint: `is missing, and loadBalancer.tls.${present} is set`,
      allowed: "a certificate together with its key, or neither of them: then the stack's own authority makes both",
      example,
    },
  ];
}

function hstsAlone({ certificate, key, acme, hsts }: LoadBalancer["tls"]): Problem[] {
  if (hsts === undefined || hsts.maxAgeSeconds === 0) return [];
  if (certificate !== undefined || key !== undefined || (acme !== undefined && isTrustedDirectory(acme))) return [];
  const authority = acme === undefined ? "the stack's own authority" : "an authority that browsers do not trust";
  return [
    {
      path: ["loadBalancer", "tls", "hsts"],
      complaint: `is set, and the certificate is one of ${authority}`,
      allowed:
        "HSTS with a certificate that visitors trust (loadBalancer.tls.certificate and key, or acme, or that of loadBalancer.trustedProxies with the protocol forwarded): with HSTS a browser that does not trust the certificate lets nobody past its warning",
    },
  ];
}

function preload({ hsts }: LoadBalancer["tls"]): Problem[] {
  if (hsts === undefined || !hsts.preload) return [];
  const path = ["loadBalancer", "tls", "hsts"];
  return [
    ...(hsts.includeSubDomains
      ? []
      : [
          {
            path: [...path, "includeSubDomains"],
            value: false,
            allowed: "true with preload: browsers' lists hold only names with all their subdomains",
            example: "true",
          },
        ]),
    ...(hsts.maxAgeSeconds >= PRELOAD_SECONDS
      ? []
      : [
          {
            path: [...path, "maxAgeSeconds"],
            value: hsts.maxAgeSeconds,
            allowed: `at least ${PRELOAD_SECONDS} with preload`,
            example: "63072000",
          },
        ]),
  ];
}
