import { X509Certificate } from "node:crypto";
import { IS_CERTIFICATE, pemBlocks } from "../../components/pem.ts";
import type { TrustStore } from "./stores.ts";

/** A certificate of the stack's authority. While its key is being replaced there are two. */
export interface AuthorityCertificate {
  readonly pem: string;
  /** The common name of its subject. */
  readonly name: string;
  /** Its SHA-256, as openssl, browsers and curl show it: upper-case hex with colons. */
  readonly fingerprint: string;
  /** The last day on which it is valid: YYYY-MM-DD. */
  readonly until: string;
}

/** @throws Error if a certificate is malformed */
export function authorityCertificates(pem: string): readonly AuthorityCertificate[] {
  return pemBlocks(pem, IS_CERTIFICATE).map((block) => {
    const { subject, fingerprint256, validTo } = new X509Certificate(block);
    return {
      pem: block,
      name: /^CN=(.*)$/m.exec(subject)?.[1] ?? subject,
      fingerprint: fingerprint256,
      until: new Date(validTo).toISOString().slice(0, 10),
    };
  });
}

/** A machine's store: the text of each file in its folder. */
export type StoreFiles = ReadonlyMap<string, string>;

/** What has to change in a machine's store. The names of files are without their folder. */
export interface TrustChange {
  readonly write: readonly { readonly file: string; readonly pem: string }[];
  readonly remove: readonly string[];
}

/** The beginning of the names of this project's files. */
export const OWN = "foobar-";

/** The characters of a fingerprint in the name of a file. */
const MARK = 16;

/**
 * The change after which a machine trusts the given certificates of a stack, and no other one of that stack: not those
 * of a key that has been replaced.
 * @param present the store's files; an interrupted command may have left one with a part of its text
 * @param certificates none: the stack's authority is no longer trusted
 */
export function trustChange(
  stack: string,
  { extension }: Pick<TrustStore, "extension">,
  present: StoreFiles,
  certificates: readonly AuthorityCertificate[],
): TrustChange {
  const wanted = certificates.map(({ fingerprint, pem }) => {
    const mark = fingerprint.replaceAll(":", "").slice(0, MARK).toLowerCase();
    return { file: `${OWN}${stack}-${mark}.${extension}`, pem };
  });
  const names = wanted.map(({ file }) => file);
  return {
    write: wanted.filter(({ file, pem }) => present.get(file) !== pem),
    remove: [...present.keys()].filter((file) => isOf(stack, extension, file) && !names.includes(file)),
  };
}

/** With a mark, or without one as people copy it. The mark keeps the stacks `shop` and `shop-eu` apart. */
function isOf(stack: string, extension: string, file: string): boolean {
  const [start, end] = [`${OWN}${stack}`, `.${extension}`];
  if (!file.startsWith(start) || !file.endsWith(end)) return false;
  return new RegExp(`^(?:-[0-9a-f]{${MARK}})?$`).test(file.slice(start.length, -end.length));
}

export function isNothing({ write, remove }: TrustChange): boolean {
  return write.length === 0 && remove.length === 0;
}
