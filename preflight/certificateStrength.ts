import type { X509Certificate } from "node:crypto";
import { valuesIn } from "./der.ts";

/** The shortest RSA key that browsers accept, in bits. */
export const RSA_BITS = 2_048;

/** The shortest key of an elliptic curve that browsers accept, in bits. */
const CURVE_BITS = 256;

/** What makes a certificate of a chain too weak; undefined: nothing. */
export function weakness(one: X509Certificate): string | undefined {
  return weakKey(one) ?? weakSignature(one);
}

function weakKey({ publicKey: { asymmetricKeyType: type, asymmetricKeyDetails: details } }: X509Certificate) {
  if (type === "rsa" || type === "rsa-pss") {
    const bits = details?.modulusLength ?? 0;
    return bits < RSA_BITS ? `has an RSA key of ${bits} bits` : undefined;
  }
  if (type === "ec") {
    const curve = details?.namedCurve ?? "?";
    return Number(/\d{3}/.exec(curve)?.[0] ?? 0) < CURVE_BITS ? `has a key of the curve ${curve}` : undefined;
  }
  return type === "dsa" ? "has a key of the kind dsa" : undefined;
}

/** Object identifiers of signatures (RFC 3279, RFC 8017), as hexadecimal DER. */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = {
  "2a864886f70d010102": "MD2",
  "2a864886f70d010103": "MD4",
  "2a864886f70d010104": "MD5",
  "2a864886f70d010105": "SHA-1",
  "2b0e03021d": "SHA-1",
  "2a8648ce380403": "SHA-1",
  "2a8648ce3d0401": "SHA-1",
};
const RSA_PSS = "2a864886f70d01010a";
/** The beginning of the hashes of SHA-2 and SHA-3. Without one, RSA-PSS uses SHA-1. */
const STRONG_HASHES = "6086480165030402";

/** Nobody relies on the signature by which an authority has signed its own certificate. */
function weakSignature(one: X509Certificate): string | undefined {
  if (one.checkIssued(one)) return undefined;
  const algorithm = signatureAlgorithm(one.raw);
  const identifier = valuesIn(algorithm)[0]?.content.toString("hex") ?? "";
  const isWeakPss = identifier === RSA_PSS && !algorithm.toString("hex").includes(STRONG_HASHES);
  const hash = isWeakPss ? "SHA-1" : WEAK_SIGNATURES[identifier];
  return hash === undefined ? undefined : `is signed with ${hash}`;
}

/** The second part of a certificate (RFC 5280, section 4.1). Node.js names it from version 24.9 on. */
function signatureAlgorithm(certificate: Buffer): Buffer {
  const [whole] = valuesIn(certificate);
  return valuesIn(whole?.content ?? Buffer.of())[1]?.content ?? Buffer.of();
}
