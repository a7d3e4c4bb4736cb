import { posix } from "node:path";
import type { SitePlan } from "../../topology/loadBalancerPlan.ts";
import { SECRETS_FOLDER } from "../files.ts";
import { acmeOptions, KEPT_CERTIFICATE } from "./acme.ts";

/** The file in SECRETS_FOLDER with the site's certificate, its chain and its key. */
export const CERTIFICATE_FILE = "site.pem";

/** The name of that certificate in haproxy.cfg and in HAProxy's commands. */
export const CERTIFICATE = "@site/cert";

/** The certificates that binds use by name. */
export function certificateStore(site: SitePlan): string {
  const file = site.acme === undefined ? posix.join(SECRETS_FOLDER, CERTIFICATE_FILE) : KEPT_CERTIFICATE;
  return `crt-store site
    load crt "${file}" alias "cert"${acmeOptions(site)}`;
}

const CIPHERS = [
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
].join(":");

/**
 * TLS with clients by Mozilla's guideline 6.0 of 2026-04-06 (https://ssl-config.mozilla.org). X25519MLKEM768 needs an
 * image with OpenSSL 3.5 or newer.
 */
export function tlsDefaults(profile: SitePlan["profile"]): string[] {
  return [
    "ssl-default-bind-curves X25519MLKEM768:X25519:prime256v1:secp384r1",
    ...(profile === "intermediate" ? [`ssl-default-bind-ciphers ${CIPHERS}`] : []),
    "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    `ssl-default-bind-options prefer-client-ciphers ssl-min-ver ${{ intermediate: "TLSv1.2", modern: "TLSv1.3" }[profile]} no-tls-tickets`,
  ];
}
