import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A certificate with its key, both PEM. */
export interface Issued {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** A value in DER, the encoding of certificates: its tag, its length and its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const octets = (part: Uint8Array) => der(0x04, part);
const TRUE = der(0x01, Buffer.from([0xff]));

const COMMON_NAME = oid("550403");
const BASIC_CONSTRAINTS = oid("551d13");
const SUBJECT_ALT_NAME = oid("551d11");
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const VALIDITY = sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));

const distinguishedName = (name: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();

/** Makes a certificate for a host, signed by an authority; without one, makes an authority of that name. */
export function issue(name: string, authority?: Issued): Issued {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const extension =
    authority === undefined
      ? sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE)))
      : sequence(SUBJECT_ALT_NAME, octets(sequence(der(0x82, Buffer.from(name)))));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    distinguishedName(authority?.name ?? name),
    VALIDITY,
    distinguishedName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = createSign("sha256")
    .update(content)
    .sign(authority?.key ?? privateKey);
  const whole = Buffer.from(sequence(content, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature)));
  const certificate = `-----BEGIN CERTIFICATE-----\n${whole.toString("base64")}\n-----END CERTIFICATE-----\n`;
  return { name, certificate, key: pem(privateKey) };
}
