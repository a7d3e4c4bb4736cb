import { isIPv4 } from "node:net";

/** The meaning of the settings of ACME, for rules and planners. */

/** Let's Encrypt's directory. */
export const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/** The port at which an authority asks for the answer to a challenge by HTTP (RFC 8555, section 8.3). */
export const CHALLENGE_PORT = 80;

/** Domains that no public authority certifies, because nobody owns them (RFC 2606, 6761, 6762, 8375 and usage). */
const UNOWNED = [
  ...["localhost", "local", "internal", "test", "example", "invalid", "onion", "alt", "home.arpa"],
  ...["lan", "home", "corp", "intranet", "private", "localdomain"],
  ...["example.com", "example.net", "example.org"],
];

/** Whether a name can be one of the public DNS, for which a public authority issues certificates. */
export function isPublicName(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    lower.includes(".") &&
    !lower.includes("_") &&
    !isIPv4(lower) &&
    !UNOWNED.some((domain) => lower === domain || lower.endsWith(`.${domain}`))
  );
}

/** Whether browsers trust the certificates: those of public authorities, but not of their directories for trials. */
export function isTrustedDirectory(acme: { readonly directory: string; readonly ca?: unknown }): boolean {
  return !isPrivateDirectory(acme) && !/staging/i.test(acme.directory);
}

/** Whether the directory is that of a private authority, which decides for itself which names it certifies. */
export function isPrivateDirectory({ directory, ca }: { readonly directory: string; readonly ca?: unknown }): boolean {
  return ca !== undefined || !isPublicName(new URL(directory).hostname);
}
