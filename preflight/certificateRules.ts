import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIPv4 } from "node:net";
import { IS_CERTIFICATE, IS_KEY, pemBlocks } from "../components/pem.ts";
import { isWildcard } from "../config/names.ts";
import type { SitePlan } from "../topology/loadBalancerPlan.ts";
import { RSA_BITS, weakness } from "./certificateStrength.ts";

/** A reason why a certificate and its key cannot serve a site. */
export interface Complaint {
  readonly about: "certificate" | "key";
  /** Continues a sentence that begins with the setting's name. */
  readonly complaint: string;
  readonly allowed: string;
  readonly cure: string;
}

/** A certificate with its chain, and the key, as PEM texts. undefined: it could not be read, so it is not checked. */
export interface Texts {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** The use "TLS server" in a certificate (RFC 5280). */
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

const NEW_CERTIFICATE = "get a certificate for these names and this time, and set the path of its file";

/** Checks a certificate and its key against the site that they are for. A pure function: it reads no file. */
export function certificateComplaints(
  texts: Texts,
  { names, profile, hsts }: Pick<SitePlan, "names" | "profile" | "hsts">,
  now: Date,
): Complaint[] {
  const found = texts.certificate === undefined ? [] : certificatesIn(texts.certificate);
  const chain = Array.isArray(found) ? found : [];
  const key = texts.key === undefined ? undefined : keyIn(texts.key);
  const leaf = leafOf(chain, key);
  return [
    ...(Array.isArray(found) ? [] : [found]),
    ...orderProblems(chain, leaf),
    ...chain.flatMap((one) => timeProblems(one, now)),
    ...chain.flatMap((one) => strengthProblems(one, leaf)),
    ...(isKey(key) ? keyProblems(key, profile) : key === undefined ? [] : [key]),
    ...(leaf !== undefined && isKey(key) ? pairProblems(leaf, key) : []),
    ...(leaf === undefined ? [] : [...nameProblems(leaf, names), ...useProblems(leaf), ...trustProblems(leaf, hsts)]),
  ];
}

/** The day on which the first certificate of a chain ends; undefined: the text has none. */
export function firstEnd(certificate: string): Date | undefined {
  const chain = certificatesIn(certificate);
  if (!Array.isArray(chain)) return undefined;
  return chain.map(({ validTo }) => new Date(validTo)).sort((one, other) => one.getTime() - other.getTime())[0];
}

function certificatesIn(text: string): X509Certificate[] | Complaint {
  const allowed = "PEM text: the site's certificate, then the certificates that lead to its authority";
  const blocks = pemBlocks(text, IS_CERTIFICATE);
  const cure = "openssl x509 -inform der -in FILE -out site.pem makes PEM of DER; openssl pkcs12 reads .p12 and .pfx";
  if (blocks.length === 0) return { about: "certificate", complaint: "holds no certificate in PEM", allowed, cure };
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return { about: "certificate", complaint: "holds a certificate that cannot be read", allowed, cure };
  }
}

function keyIn(text: string): KeyObject | Complaint {
  const about = "key" as const;
  const allowed = "PEM text: the certificate's private key, not encrypted";
  const [block] = pemBlocks(text, IS_KEY);
  if (block === undefined) {
    const cure = "openssl pkey -inform der -in FILE -out site.key makes PEM of DER; openssl pkcs12 reads .p12 and .pfx";
    return { about, complaint: "holds no private key in PEM", allowed, cure };
  }
  if (/ENCRYPTED/.test(block)) {
    const cure = "openssl pkey -in FILE -out site.key asks for the passphrase and writes the key without it";
    return { about, complaint: "is encrypted with a passphrase, which nobody could give at a restart", allowed, cure };
  }
  try {
    return createPrivateKey(block);
  } catch {
    const cure = "openssl pkey -in FILE -check -noout says what is wrong with it";
    return { about, complaint: "holds a private key that cannot be read", allowed, cure };
  }
}

function isKey(key: KeyObject | Complaint | undefined): key is KeyObject {
  return key !== undefined && !("complaint" in key);
}

/** The certificate that the key belongs to; with a wrong key, the first that is not an authority's. */
function leafOf(
  chain: readonly X509Certificate[],
  key: KeyObject | Complaint | undefined,
): X509Certificate | undefined {
  const fitting = isKey(key) ? chain.find((one) => one.checkPrivateKey(key)) : undefined;
  return fitting ?? chain.find(({ ca }) => !ca) ?? chain[0];
}

/** Each certificate has to be signed by the one behind it. */
function orderProblems(chain: readonly X509Certificate[], leaf: X509Certificate | undefined): Complaint[] {
  const place = chain.findIndex((one, index) => index + 1 < chain.length && !isSignedBy(one, chain[index + 1] ?? one));
  if (chain[0] === leaf && place < 0) return [];
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

/** The certificates that lead from the leaf to its authority. */
function inOrder(leaf: X509Certificate, chain: readonly X509Certificate[]): X509Certificate[] {
  const found = [leaf];
  for (;;) {
    const last = found.at(-1);
    const next = chain.find((one) => last !== undefined && !found.includes(one) && isSignedBy(last, one));
    if (next === undefined) return found;
    found.push(next);
  }
}

function isSignedBy(one: X509Certificate, authority: X509Certificate): boolean {
  return one.checkIssued(authority) && one.verify(authority.publicKey);
}

function nameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject ?? "")?.[1] ?? subject?.replaceAll("\n", ", ") ?? "a certificate without a subject";
}

function timeProblems(one: X509Certificate, now: Date): Complaint[] {
  const [from, to] = [new Date(one.validFrom), new Date(one.validTo)];
  const problem = (complaint: string, cure: string): Complaint[] => [
    {
      about: "certificate",
      complaint: `${complaint} (${nameOf(one)})`,
      allowed: `certificates that are valid now, ${now.toISOString()}`,
      cure,
    },
  ];
  if (to < now) return problem(`has expired at ${to.toISOString()}`, NEW_CERTIFICATE);
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
      cure: "ask the authority for a certificate with its present chain, and set the path of its file",
    },
  ];
}

function pairProblems(leaf: X509Certificate, key: KeyObject): Complaint[] {
  if (leaf.checkPrivateKey(key)) return [];
  return [
    {
      about: "key",
      complaint: `does not belong to the certificate of ${nameOf(leaf)}`,
      allowed: "the private key of loadBalancer.tls.certificate",
      cure: "set the key that the certificate was requested with, or the certificate of this key",
    },
  ];
}

/** The certificate has to hold for every name of the site. Browsers ignore the subject, and read the names beside it. */
function nameProblems(leaf: X509Certificate, names: readonly string[]): Complaint[] {
  const missing = names.filter((name) => !fits(leaf, name));
  if (missing.length === 0) return [];
  const own = (leaf.subjectAltName ?? "no name").replaceAll(/DNS:|IP Address:/g, "");
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
  return leaf.checkHost(host, { subject: "never" }) !== undefined;
}

function useProblems(leaf: X509Certificate): Complaint[] {
  const problem = (complaint: string): Complaint[] => [
    { about: "certificate", complaint, allowed: "a certificate of a TLS server", cure: NEW_CERTIFICATE },
  ];
  if (leaf.ca && !leaf.checkIssued(leaf)) return problem(`is an authority's (${nameOf(leaf)}), not a site's`);
  const uses = leaf.keyUsage;
  return uses === undefined || uses.length === 0 || uses.includes(SERVER_AUTH)
    ? []
    : problem("may not be used by a server: its extended key usage lacks serverAuth");
}

/** With HSTS a browser lets nobody past its warning of a certificate that it does not trust. */
function trustProblems(leaf: X509Certificate, hsts: string | undefined): Complaint[] {
  if (hsts === undefined || hsts.startsWith("max-age=0") || !leaf.checkIssued(leaf)) return [];
  return [
    {
      about: "certificate",
      complaint: "has signed itself, so visitors do not trust it, and the site would send HSTS",
      allowed: "a certificate that visitors trust, or HSTS that is switched off",
      cure: "pulumi config set --path 'foobar:loadBalancer.tls.hsts.maxAgeSeconds' 0",
    },
  ];
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
