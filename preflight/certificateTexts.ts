import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { begunBlocks, IS_CERTIFICATE, IS_KEY, pemBlocks } from "../components/pem.ts";

/** A reason why a certificate and its key cannot serve a site. */
export interface Complaint {
  /** hsts: the header that would be sent with the certificate. */
  readonly about: "certificate" | "key" | "hsts";
  /** Continues a sentence that begins with the setting's name. */
  readonly complaint: string;
  readonly allowed: string;
  /** What to do before the setting is set; undefined: nothing else. */
  readonly cure?: string;
}

/** The certificates of a PEM text, or why it has none. */
export function certificatesIn(text: string): X509Certificate[] | Complaint {
  const allowed = "PEM text: the site's certificate, then the certificates that lead to its authority";
  const about = "certificate" as const;
  const blocks = pemBlocks(text, IS_CERTIFICATE);
  if (text.includes("-----BEGIN TRUSTED CERTIFICATE-----")) {
    const cure = "openssl x509 -in FILE -out site.pem, for each certificate, makes an ordinary one of it";
    return { about, complaint: "holds a certificate with OpenSSL's own trust in it", allowed, cure };
  }
  if (begunBlocks(text, IS_CERTIFICATE) > blocks.length) {
    const cure = "get its file again: a part of the text is missing";
    return { about, complaint: "holds a certificate without its end", allowed, cure };
  }
  if (blocks.length === 0) {
    const other = otherContent(text);
    if (other !== undefined) return { about, allowed, ...other };
    const cure = "openssl x509 -inform der -in FILE -out site.pem makes PEM of DER; openssl pkcs12 reads .p12 and .pfx";
    return { about, complaint: "holds no certificate in PEM", allowed, cure };
  }
  const found = blocks.map(certificateOf);
  const damaged = found.indexOf(undefined);
  if (damaged < 0) return found.filter((one) => one !== undefined);
  const which = blocks.length === 1 ? "a certificate" : `certificate ${damaged + 1} of ${blocks.length}`;
  const cure =
    "get its file again: a part of the text is missing or changed; openssl x509 -in FILE -noout -text reads it";
  return { about, complaint: `holds ${which} that cannot be read`, allowed, cure };
}

/** What a text without a certificate is, where that can be known. */
function otherContent(text: string): Pick<Complaint, "complaint" | "cure"> | undefined {
  if (text.includes("-----BEGIN PKCS7-----")) {
    const cure = "openssl pkcs7 -in FILE -print_certs -out site.pem; put the site's certificate first";
    return { complaint: "holds certificates in the form PKCS #7", cure };
  }
  if (begunBlocks(text, IS_KEY) > 0) return { complaint: "holds a private key and no certificate", cure: SWAPPED };
  return isWide(text) ? { complaint: "is a text in UTF-16", cure: NARROW } : undefined;
}

const SWAPPED = "look whether the certificate's file and the key's file have each other's place";
const NARROW = "iconv -f UTF-16 -t UTF-8 FILE makes ordinary text of it";

/** Whether a text was written with two bytes a character, as some editors on Windows do. */
function isWide(text: string): boolean {
  return text.replaceAll("\0", "").includes("-----BEGIN") && text.includes("\0");
}

/** The certificate of one PEM block; undefined: it cannot be read. */
export function certificateOf(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

/** The private key of a PEM text, or why it has none. */
export function keyIn(text: string): KeyObject | Complaint {
  const about = "key" as const;
  const allowed = "PEM text: the certificate's private key, not encrypted";
  const [block, ...others] = pemBlocks(text, IS_KEY);
  if (block === undefined) {
    if (begunBlocks(text, IS_CERTIFICATE) > 0) {
      return { about, complaint: "holds a certificate and no private key", allowed, cure: SWAPPED };
    }
    if (isWide(text)) return { about, complaint: "is a text in UTF-16", allowed, cure: NARROW };
    const cure = "openssl pkey -inform der -in FILE -out site.key makes PEM of DER; openssl pkcs12 reads .p12 and .pfx";
    return { about, complaint: "holds no private key in PEM", allowed, cure };
  }
  if (others.length > 0) {
    const cure = "leave the certificate's own key in it, and remove every other one";
    const complaint = `holds ${others.length + 1} private keys, of which one at most belongs to the certificate`;
    return { about, complaint, allowed: "PEM text with one private key", cure };
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

export function isKey(key: KeyObject | Complaint | undefined): key is KeyObject {
  return key !== undefined && !("complaint" in key);
}

/**
 * The certificate that the key belongs to; with a wrong key, even that of an authority in the chain, the first that is not
 * an authority's.
 */
export function leafOf(
  chain: readonly X509Certificate[],
  key: KeyObject | Complaint | undefined,
): X509Certificate | undefined {
  const sites = chain.filter(({ ca }) => !ca);
  const candidates = sites.length > 0 ? sites : chain;
  const fitting = isKey(key) ? candidates.find((one) => one.checkPrivateKey(key)) : undefined;
  return fitting ?? candidates[0];
}
