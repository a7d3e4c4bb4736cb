import { createPrivateKey, createPublicKey, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate with its key, both PEM. */
export interface Issued {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** A value in DER, the encoding of certificates: its tag, its length and its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body]);
}

/** DER wants the shortest form, and Go accepts no other. */
function lengthOf({ length }: Uint8Array): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const octets = (part: Uint8Array) => der(0x04, part);
const TRUE = der(0x01, Buffer.from([0xff]));

const COMMON_NAME = oid("550403");
const BASIC_CONSTRAINTS = oid("551d13");
const SUBJECT_ALT_NAME = oid("551d11");
const NAME_CONSTRAINTS = oid("551d1e");
const KEY_USAGE = oid("551d0f");
const EXTENDED_KEY_USAGE = oid("551d25");
const USES = { server: oid("2b06010505070301"), client: oid("2b06010505070302") } as const;
const SIGNATURES = {
  sha256: {
    ec: sequence(oid("2a8648ce3d040302")),
    rsa: sequence(oid("2a864886f70d01010b"), der(0x05)),
  },
  sha1: {
    ec: sequence(oid("2a8648ce3d0401")),
    rsa: sequence(oid("2a864886f70d010105"), der(0x05)),
  },
} as const;

const distinguishedName = (name: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
/** YYMMDDhhmmssZ */
const time = (text: string) => der(0x17, Buffer.from(text));
const alternative = (name: string) =>
  isIPv4(name) ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name));
const number = (value: number | undefined) => (value === undefined ? [] : [der(0x02, Buffer.from([value]))]);
const permitted = (domain: string) => der(0xa0, sequence(der(0x82, Buffer.from(domain))));
const inLines = (content: Buffer) => content.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
const signatureOf = (key: KeyObject, hash: keyof typeof SIGNATURES) =>
  SIGNATURES[hash][key.asymmetricKeyType === "rsa" ? "rsa" : "ec"];

/** The terms of a certificate that differ from the usual ones. */
export interface Terms {
  /** Whether it is an authority's. Default: only without an authority that signs it. */
  readonly isAuthority?: boolean;
  /** Host names and IPv4 addresses. Default: its name. */
  readonly names?: readonly string[];
  /** Default: a new key of the curve P-256. */
  readonly key?: KeyObject;
  /** As YYMMDDhhmmssZ. Default: 2020 to 2049. */
  readonly from?: string;
  readonly to?: string;
  /** Default: it does not say. */
  readonly use?: keyof typeof USES;
  /** The bits of its key usage, as one byte: 0x80 is digitalSignature, 0x04 keyCertSign. Default: it does not say. */
  readonly keyUsage?: number;
  /** Of an authority: how many authorities may follow it. Default: any number. */
  readonly pathLength?: number;
  /** Of an authority: the only domain whose names it may certify. Default: all are. */
  readonly domain?: string;
  /** The hash of its signature. Default: sha256. */
  readonly hash?: keyof typeof SIGNATURES;
}

/** Makes a certificate for a host, signed by an authority; without one, makes an authority of that name. */
export function issue(name: string, authority?: Issued, terms: Terms = {}): Issued {
  const { hash = "sha256" } = terms;
  const { isAuthority = authority === undefined, names = [name], from = "200101000000Z", to = "491231235959Z" } = terms;
  const key = terms.key ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const signer = authority === undefined ? key : createPrivateKey(authority.key);
  const extensions = [
    isAuthority
      ? sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE, ...number(terms.pathLength))))
      : sequence(SUBJECT_ALT_NAME, octets(sequence(...names.map(alternative)))),
    ...(terms.keyUsage === undefined
      ? []
      : [sequence(KEY_USAGE, TRUE, octets(der(0x03, Buffer.from([0, terms.keyUsage]))))]),
    ...(terms.domain === undefined
      ? []
      : [sequence(NAME_CONSTRAINTS, TRUE, octets(sequence(permitted(terms.domain))))]),
    ...(terms.use === undefined ? [] : [sequence(EXTENDED_KEY_USAGE, octets(sequence(USES[terms.use])))]),
  ];
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    signatureOf(signer, hash),
    distinguishedName(authority?.name ?? name),
    sequence(time(from), time(to)),
    distinguishedName(name),
    createPublicKey(key).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign(hash).update(content).sign(signer);
  const whole = Buffer.from(sequence(content, signatureOf(signer, hash), der(0x03, Buffer.from([0]), signature)));
  const certificate = `-----BEGIN CERTIFICATE-----\n${inLines(whole)}\n-----END CERTIFICATE-----\n`;
  return { name, certificate, key: key.export({ type: "pkcs8", format: "pem" }).toString() };
}
