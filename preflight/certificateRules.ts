import type { KeyObject, X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { isWildcard } from "../config/names.ts";
import type { SitePlan } from "../topology/loadBalancerPlan.ts";
import { inOrder, isSignedBy, nameOf } from "./certificateChain.ts";
import { RSA_BITS, weakness } from "./certificateStrength.ts";
import { type Complaint, certificatesIn, isKey, keyIn, leafOf } from "./certificateTexts.ts";
import { trustProblems, trustWarning } from "./certificateTrust.ts";
import { useProblems } from "./certificateUse.ts";

/** A certificate with its chain, and the key, as PEM texts. undefined: it could not be read, so it is not checked. */
export interface Texts {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

type Site = Pick<SitePlan, "names" | "profile" | "hsts" | "isHstsChosen">;

const NEW_CERTIFICATE = "get a certificate for these names and this time";

/** Checks a certificate and its key against the site that they are for. A pure function: it reads no file. */
export function certificateComplaints(texts: Texts, { names, profile, ...hsts }: Site, now: Date): Complaint[] {
  const found = texts.certificate === undefined ? [] : certificatesIn(texts.certificate);
  const chain = Array.isArray(found) ? found : [];
  const key = texts.key === undefined ? undefined : keyIn(texts.key);
  const leaf = leafOf(chain, key);
  return [
    ...(Array.isArray(found) ? [] : [found]),
    ...orderProblems(chain, leaf),
    ...chain.flatMap((one) => timeProblems(one, leaf, now)),
    ...chain.flatMap((one) => strengthProblems(one, leaf)),
    ...(isKey(key) ? keyProblems(key, profile) : key === undefined ? [] : [key]),
    ...(leaf !== undefined && isKey(key) ? pairProblems(leaf, key, chain) : []),
    ...(leaf === undefined
      ? []
      : [...nameProblems(leaf, names), ...useProblems(leaf), ...trustProblems(leaf, chain, hsts)]),
  ];
}

/** What visitors may not trust in texts without complaints; it continues as a complaint does. undefined: nothing. */
export function chainWarning(texts: Texts, hsts: Site): string | undefined {
  const chain = texts.certificate === undefined ? [] : certificatesIn(texts.certificate);
  if (!Array.isArray(chain)) return undefined;
  const leaf = leafOf(chain, texts.key === undefined ? undefined : keyIn(texts.key));
  return leaf && trustWarning(leaf, chain, hsts);
}

/** Each certificate has to be signed by the one behind it. */
function orderProblems(chain: readonly X509Certificate[], leaf: X509Certificate | undefined): Complaint[] {
  const place = chain.findIndex((one, index) => index + 1 < chain.length && !isSignedBy(one, chain[index + 1] ?? one));
  if (chain[0] === leaf && place < 0) return [];
  const powerless = powerlessAuthority(chain);
  if (powerless !== undefined) return [powerless];
  const sorted = leaf === undefined ? [] : inOrder(leaf, chain);
  const wrong =
    sorted.length === chain.length
      ? `has its chain in the wrong order: ${chain.map(nameOf).join(", ")}`
      : `has certificates that do not lead to one another: ${chain.map(nameOf).join(", ")}`;
  return [
    {
      about: "certificate",
      complaint: wrong,
      allowed: "the site's certificate first, and behind each certificate the one that has signed it",
      cure: `put the certificates into this order: ${sorted.map(nameOf).join(", ")}${
        sorted.length === chain.length ? "" : "; leave out the others, or replace them by the missing ones"
      }`,
    },
  ];
}

/** A certificate that has signed the one before it, and that its own words do not let sign. */
function powerlessAuthority(chain: readonly X509Certificate[]): Complaint | undefined {
  const found = chain.find((one, index) => {
    const before = chain[index - 1];
    return before?.verify(one.publicKey) && !before.checkIssued(one);
  });
  if (found === undefined) return undefined;
  return {
    about: "certificate",
    complaint: `has an authority that may not sign certificates (${nameOf(found)})`,
    allowed: "certificates that lead to authorities, each with the key usage keyCertSign if it has one at all",
    cure: "sign the certificate by an authority that may, and put that authority's certificate behind it",
  };
}

function timeProblems(one: X509Certificate, leaf: X509Certificate | undefined, now: Date): Complaint[] {
  const [from, to] = [new Date(one.validFrom), new Date(one.validTo)];
  const problem = (complaint: string, cure: string): Complaint[] => [
    {
      about: "certificate",
      complaint: `${complaint} (${nameOf(one)})`,
      allowed: `certificates that are valid now, ${now.toISOString()}`,
      cure,
    },
  ];
  const renewed =
    one === leaf
      ? NEW_CERTIFICATE
      : "replace this certificate of the chain by its authority's present one, which the authority publishes; a root can be left out";
  if (to < now) return problem(`has expired at ${to.toISOString()}`, renewed);
  if (from > now)
    return problem(`is not valid before ${from.toISOString()}`, "wait until then, or set this machine's clock");
  return [];
}

/**
 * HAProxy does not start with a short key anywhere in the chain, and visitors' programs do not trust a weak signature.
 * The leaf's key has rules of its own.
 */
function strengthProblems(one: X509Certificate, leaf: X509Certificate | undefined): Complaint[] {
  const found = weakness(one);
  if (found === undefined || (one === leaf && found.startsWith("has "))) return [];
  return [
    {
      about: "certificate",
      complaint: `${found} (${nameOf(one)})`,
      allowed: `certificates signed with SHA-256 or better, whose RSA keys have ${RSA_BITS} bits or more`,
      cure: "ask the authority for a certificate with its present chain",
    },
  ];
}

function pairProblems(leaf: X509Certificate, key: KeyObject, chain: readonly X509Certificate[]): Complaint[] {
  if (leaf.checkPrivateKey(key)) return [];
  const owner = chain.find((one) => one.checkPrivateKey(key));
  const but = owner === undefined ? "" : `, but to that of ${nameOf(owner)}, an authority`;
  return [
    {
      about: "key",
      complaint: `does not belong to the certificate of ${nameOf(leaf)}${but}`,
      allowed: "the private key of loadBalancer.tls.certificate",
      cure: "set the key that the certificate was requested with, or the certificate of this key",
    },
  ];
}

/** The certificate has to hold for every name of the site. Browsers ignore the subject, and read the names beside it. */
function nameProblems(leaf: X509Certificate, names: readonly string[]): Complaint[] {
  const missing = names.filter((name) => !fits(leaf, name));
  if (missing.length === 0) return [];
  const own = (leaf.subjectAltName ?? "no name")
    // As the name of a host an address is good for nothing.
    .replaceAll(/DNS:(?=[\d.]+(?:,|$))/g, "the host name ")
    .replaceAll(/DNS:|IP Address:/g, "");
  return [
    {
      about: "certificate",
      complaint: `is not for ${missing.join(", ")}, but for ${own}`,
      allowed: `a certificate for every one of names: ${names.join(", ")}`,
      cure: `${NEW_CERTIFICATE}, or change names`,
    },
  ];
}

function fits(leaf: X509Certificate, name: string): boolean {
  if (isIPv4(name)) return leaf.checkIP(name) !== undefined;
  // Any name that the wildcard stands for.
  const host = isWildcard(name) ? `wildcard-of-names${name.slice(1)}` : name;
  // Browsers take no wildcard that is a part of a label.
  return leaf.checkHost(host, { subject: "never", partialWildcards: false }) !== undefined;
}

function keyProblems(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  profile: SitePlan["profile"],
) {
  const problem = (complaint: string, allowed: string): Complaint[] => [
    {
      about: "key",
      complaint,
      allowed,
      cure: "openssl ecparam -name prime256v1 -genkey -noout -out site.key makes a key; request a certificate for it",
    },
  ];
  const ELLIPTIC = "an ECDSA key of the curve P-256 or P-384";
  if (type === "ec") {
    const curve = details?.namedCurve ?? "?";
    return ["prime256v1", "secp384r1"].includes(curve) ? [] : problem(`is of the curve ${curve}`, ELLIPTIC);
  }
  if (profile === "modern") return problem(`is of the kind ${type}`, `${ELLIPTIC}: the profile modern has no other`);
  if (type !== "rsa")
    return problem(`is of the kind ${type}`, `${ELLIPTIC}, or an RSA key of ${RSA_BITS} bits or more`);
  const bits = details?.modulusLength ?? 0;
  return bits >= RSA_BITS
    ? []
    : problem(`is an RSA key of ${bits} bits`, `${ELLIPTIC}, or an RSA key of ${RSA_BITS} bits or more`);
}
