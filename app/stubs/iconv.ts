/**
 * Stands in, in the bundle only, for the driver's table of character sets. Connections speak UTF-8, which the driver
 * decodes itself; what arrives here (a server's greeting in its own character set, MySQL's older three-byte UTF-8) is
 * read as UTF-8 as well.
 */
export function getDecoder(): { write(bytes: Buffer): string; end(): string } {
  const decoder = new TextDecoder();
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/** The way back. */
export function getEncoder(): { write(text: string): Buffer; end(): undefined } {
  return { write: (text) => Buffer.from(text, "utf8"), end: () => undefined };
}
