import { isIPv4 } from "node:net";
import { domainToASCII } from "node:url";

/** The meaning of `names`, for rules, planners and the load balancer's rules. */

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
/** A wildcard stands for one label, as in certificates, and has at least two labels behind it. */
const HOST = new RegExp(`^(?:\\*\\.${LABEL}\\.)?${LABEL}(?:\\.${LABEL})*$`);
/** The longest name of the DNS. */
const LONGEST = 253;

/** Whether a text is a host name in ASCII, such as www.foobar.com, *.foobar.com or localhost, or an IPv4 address. */
export function isHostName(text: string): boolean {
  if (isIPv4(text)) return true;
  // Browsers take a name whose last label is a number for an address.
  return text.length <= LONGEST && HOST.test(text.toLowerCase()) && !/(?:^|\.)[0-9]+$/.test(text);
}

/** The host name that a text was meant to be: without scheme, user, port, path and last dot, and in ASCII; if there is one. */
export function meantName(text: string): string | undefined {
  const [, wildcard = "", host = ""] =
    /^(?:[a-z]+:\/\/)?(?:[^/]*@)?(\*\.)?([^/:]*?)\.?(?::\d*)?(?:\/.*)?$/i.exec(text.trim()) ?? [];
  const ascii = domainToASCII(host);
  const name = `${wildcard}${ascii}`;
  return ascii !== "" && isHostName(name) ? name : undefined;
}

export function isWildcard(name: string): boolean {
  return name.startsWith("*.");
}

/** The name under which the site is shown to people; undefined: it has none of its own. */
export function siteName(names: readonly string[]): string | undefined {
  return names.find((name) => !isWildcard(name));
}
