/** Reads DER, the encoding of certificates. */

/** A value: its tag and its content. */
export interface Value {
  readonly tag: number;
  readonly content: Buffer;
}

/** The values in the content of another value, one after the other. */
export function valuesIn(content: Buffer): Value[] {
  const found: Value[] = [];
  for (let offset = 0; offset < content.length; ) {
    const { start, end } = spanAt(content, offset);
    found.push({ tag: content.readUInt8(offset), content: content.subarray(start, end) });
    offset = end;
  }
  return found;
}

/** A length of 128 or more is itself preceded by the number of its bytes. */
function spanAt(der: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { start: offset + 2, end: offset + 2 + first };
  const bytes = first - 0x80;
  const start = offset + 2 + bytes;
  return { start, end: start + der.readUIntBE(offset + 2, bytes) };
}

/** The tag of a certificate's extensions. */
const EXTENSIONS = 0xa3;

/**
 * The content of an extension of a certificate (RFC 5280, section 4.2); undefined: the certificate has none of that kind.
 * @param identifier the object identifier in hexadecimal DER
 */
export function extension(certificate: Buffer, identifier: string): Buffer | undefined {
  const [whole] = valuesIn(certificate);
  const [signed] = whole === undefined ? [] : valuesIn(whole.content);
  const list = signed === undefined ? undefined : valuesIn(signed.content).find(({ tag }) => tag === EXTENSIONS);
  const [all] = list === undefined ? [] : valuesIn(list.content);
  const found = (all === undefined ? [] : valuesIn(all.content))
    .map(({ content }) => valuesIn(content))
    .find(([name]) => name?.content.toString("hex") === identifier);
  return found?.at(-1)?.content;
}
