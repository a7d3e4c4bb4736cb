import { posix } from "node:path";
import type { SitePlan } from "../../topology/loadBalancerPlan.ts";
import { SECRETS_FOLDER } from "../files.ts";
import { CONFIG_FOLDER } from "./unavailable.ts";

/** The parts of haproxy.cfg by which HAProxy gets its certificate by ACME; empty where it does not. */

/** The folder of the volume that keeps the certificate. In the image, and so in an empty volume, the user 99 owns it. */
export const KEPT_FOLDER = "/var/lib/haproxy";
/** The kept certificate with its chain and its key. */
export const KEPT_CERTIFICATE = posix.join(KEPT_FOLDER, "site.pem");

/** The file in SECRETS_FOLDER with the account's key. */
export const ACCOUNT_KEY_FILE = "acme-account.key";
/** The file in SECRETS_FOLDER with the answer to challenges, in the syntax of HAProxy's log formats. */
export const CHALLENGE_FILE = "acme-challenge";
/** The file in CONFIG_FOLDER with the authority of the directory's server. */
export const DIRECTORY_AUTHORITY_FILE = "acme-ca.pem";

/** Settings of the section `global`. */
export function acmeGlobals({ acme }: SitePlan): string[] {
  if (acme === undefined) return [];
  return [
    "# ACME is experimental in HAProxy 3.2. Its requests go by IPv4, which is what the edge network has.",
    "expose-experimental-directives",
    "httpclient.resolvers.prefer ipv4",
    ...(acme.ca === undefined ? [] : [`httpclient.ssl.ca-file ${posix.join(CONFIG_FOLDER, DIRECTORY_AUTHORITY_FILE)}`]),
  ];
}

/** The authority and the account. */
export function acmeSection({ acme }: SitePlan): string {
  if (acme === undefined) return "";
  return `acme site
    directory ${quoted(acme.directory)}
    contact ${quoted(acme.email)}
    account-key ${posix.join(SECRETS_FOLDER, ACCOUNT_KEY_FILE)}
    challenge http-01
    keytype ECDSA
    curves P-256

`;
}

/** A text as one word of HAProxy's configuration, without a meaning of its own. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, "\\$&")}"`;
}

/** Options of the certificate that ACME renews. */
export function acmeOptions({ names, acme }: SitePlan): string {
  return acme === undefined ? "" : ` acme site domains "${names.join(",")}"`;
}

/**
 * Answers challenges from the account's thumbprint alone (RFC 8555, section 8.1), so every HAProxy with this rule can
 * answer for each other: a predecessor, the other one of a pair, the fallback. The answer lets nobody else have a
 * certificate, because others have other accounts. Authorities ask for any name and from any address, so the rule comes
 * before all others.
 */
export function challengeAnswer({ acme }: SitePlan): string[] {
  if (acme === undefined) return [];
  const file = posix.join(SECRETS_FOLDER, CHALLENGE_FILE);
  return [
    `http-request return status 200 content-type text/plain lf-file ${file} if { path_reg ^/\\.well-known/acme-challenge/[A-Za-z0-9_-]+$ }`,
  ];
}

/** What a certificate is for: another purpose needs another one. */
export function acmePurpose({ directory }: NonNullable<SitePlan["acme"]>, names: SitePlan["names"]): string {
  return `${directory} ${names.join(",")}`;
}
