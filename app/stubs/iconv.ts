/**
 * Replaces, in the bundle only, the driver's table of character sets. Connections use UTF-8, which the driver decodes
 * itself. Other text (a server's greeting in its own character set, MySQL's older three-byte UTF-8) is decoded as
 * UTF-8, too.
 */
export function getDecoder(): { write(bytes: Buffer): string; end(): string } {
  const decoder = new TextDecoder();
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/** Encodes text as UTF-8. */
export function getEncoder(): { write(text: string): Buffer; end(): undefined } {
  return { write: (text) => Buffer.from(text, "utf8"), end: () => undefined };
}
