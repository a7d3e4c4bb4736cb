import { isIPv4 } from "node:net";
import { domainToASCII, domainToUnicode } from "node:url";

/** The meaning of `names`, for rules, planners and the load balancer's rules. */

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
/** A wildcard stands for one label, as in certificates, and has at least two labels behind it. */
const HOST = new RegExp(`^(?:\\*\\.${LABEL}\\.)?${LABEL}(?:\\.${LABEL})*$`);
/** The longest name of the DNS. */
const LONGEST = 253;

/** Whether a text is a host name in ASCII, such as www.foobar.com, *.foobar.com or localhost, or an IPv4 address. */
export function isHostName(text: string): boolean {
  if (isIPv4(text)) return true;
  // Browsers take a name whose last label is a number, also a hexadecimal one, for an address.
  const isNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i.test(text);
  return text.length <= LONGEST && HOST.test(text.toLowerCase()) && !isNumber && isDecodable(text);
}

/** Whether labels in Punycode (xn--) stand for a name: Node.js leaves one as it is that stands for none. */
function isDecodable(name: string): boolean {
  const punycode = /(?:^|\.)xn--/i;
  if (!punycode.test(name)) return true;
  const decoded = domainToUnicode(name.replace(/^\*\./, ""));
  return decoded !== "" && !punycode.test(decoded);
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
