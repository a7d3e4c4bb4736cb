import type { X509Certificate } from "node:crypto";
import { hasSignedItself, nameOf } from "./certificateChain.ts";
import type { Complaint } from "./certificateTexts.ts";
import { extension, valuesIn } from "./der.ts";

/** The use "TLS server" in a certificate (RFC 5280). */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** The extension "key usage" as hexadecimal DER, and its bit digitalSignature in the first byte (RFC 5280, 4.2.1.3). */
const KEY_USAGE = "551d0f";
const DIGITAL_SIGNATURE = 0x80;

/** Why a certificate is not for the server of a site. */
export function useProblems(leaf: X509Certificate): Complaint[] {
  const problem = (complaint: string): Complaint[] => [
    {
      about: "certificate",
      complaint,
      allowed: "a certificate of a TLS server",
      cure: "get a certificate of a server for these names",
    },
  ];
  if (leaf.ca && !hasSignedItself(leaf)) return problem(`is an authority's (${nameOf(leaf)}), not a site's`);
  const uses = leaf.keyUsage;
  if (uses !== undefined && uses.length > 0 && !uses.includes(SERVER_AUTH)) {
    return problem("may not be used by a server: its extended key usage lacks serverAuth");
  }
  return signsHandshakes(leaf)
    ? []
    : problem("may not be used by a server: its key usage lacks digitalSignature, which every handshake needs");
}

/** In TLS 1.3, and with all ciphers of the profiles in TLS 1.2, a server signs. */
function signsHandshakes({ raw }: X509Certificate): boolean {
  const found = extension(raw, KEY_USAGE);
  if (found === undefined) return true;
  // A bit string: the number of unused bits, then the bits.
  const bits = valuesIn(found)[0]?.content[1] ?? 0;
  return (bits & DIGITAL_SIGNATURE) !== 0;
}
