import type { X509Certificate } from "node:crypto";

/** The order of certificates, each of which is signed by the next. */

/** The certificates that lead from the leaf to its authority, as far as they are there. */
export function inOrder(leaf: X509Certificate, chain: readonly X509Certificate[]): X509Certificate[] {
  const found = [leaf];
  for (;;) {
    const last = found.at(-1);
    const next = chain.find((one) => last !== undefined && !found.includes(one) && isSignedBy(last, one));
    if (next === undefined) return found;
    found.push(next);
  }
}

export function isSignedBy(one: X509Certificate, authority: X509Certificate): boolean {
  return one.checkIssued(authority) && one.verify(authority.publicKey);
}

/** Whether a certificate has signed itself, even one whose own words do not let it sign. */
export function hasSignedItself(one: X509Certificate): boolean {
  return one.subject === one.issuer && one.verify(one.publicKey);
}

export function nameOf({ subject }: X509Certificate): string {
  return commonName(subject) ?? "a certificate without a subject";
}

/** The name of the authority that has signed a certificate. */
export function issuerOf({ issuer }: X509Certificate): string {
  return commonName(issuer) ?? "an authority without a name";
}

/** Of a certificate without a subject Node.js has no text. */
function commonName(subject: string | undefined): string | undefined {
  return /^CN=(.*)$/m.exec(subject ?? "")?.[1] ?? subject?.replaceAll("\n", ", ");
}
