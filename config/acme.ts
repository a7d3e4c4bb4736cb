import { isIPv4 } from "node:net";

/** The meaning of the settings of ACME, for rules and planners. */

/** Let's Encrypt's directory. */
export const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/** The port at which an authority asks for the answer to a challenge by HTTP (RFC 8555, section 8.3). */
export const CHALLENGE_PORT = 80;

/** Domains that no public authority certifies, because nobody owns them (RFC 2606, 6761, 6762, 8375 and usage). */
const UNOWNED = [
  ...["localhost", "local", "internal", "test", "example", "invalid", "onion", "alt", "arpa"],
  ...["lan", "home", "corp", "intranet", "private", "localdomain"],
  ...["example.com", "example.net", "example.org"],
];

/** The most names that Let's Encrypt, and so most authorities, put into one certificate. */
export const MOST_NAMES = 100;

/** Authorities that want an account of their own besides that of ACME, which HAProxy's ACME cannot name. */
const EXTERNAL_ACCOUNTS = ["zerossl.com", "pki.goog", "ssl.com", "sectigo.com", "digicert.com", "globalsign.com"];

/** Whether the authority of a directory wants an external account (RFC 8555, section 7.3.4). */
export function wantsExternalAccount(directory: string): boolean {
  return isIn(new URL(directory).hostname, EXTERNAL_ACCOUNTS);
}

/**
 * The URL of Let's Encrypt's directory that a URL at its servers was meant to be; undefined: it is one, or another
 * authority's.
 */
export function meantDirectory(directory: string): string | undefined {
  const { hostname, pathname } = new URL(directory);
  return isIn(hostname, ["api.letsencrypt.org"]) && pathname !== "/directory"
    ? `https://${hostname}/directory`
    : undefined;
}

/** Whether a text is an https URL that HAProxy can use as it is: without spaces, quotes, an account and a fragment. */
export function isDirectory(text: string): boolean {
  if (!/^https:\/\/[\w.~:/?!&*+,;=%[\]-]+$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== "" && username === "" && password === "";
}

function isIn(name: string, domains: readonly string[]): boolean {
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/** Whether a name can be one of the public DNS, for which a public authority issues certificates. */
export function isPublicName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.includes(".") && !lower.includes("_") && !isIPv4(lower) && !isIn(lower, UNOWNED);
}

/** Whether browsers trust the certificates: those of public authorities, but not of their directories for trials. */
export function isTrustedDirectory(acme: { readonly directory: string; readonly ca?: unknown }): boolean {
  return !isPrivateDirectory(acme) && !/staging/i.test(acme.directory);
}

/** Whether the directory is that of a private authority, which decides for itself which names it certifies. */
export function isPrivateDirectory({ directory, ca }: { readonly directory: string; readonly ca?: unknown }): boolean {
  return ca !== undefined || !isPublicName(new URL(directory).hostname);
}
