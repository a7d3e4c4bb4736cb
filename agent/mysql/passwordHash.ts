import { createHash, timingSafeEqual } from "node:crypto";

/** The kind, thousands of rounds, 20 bytes of salt and 43 characters of digest. */
const STORED = /^\$A\$([0-9A-Fa-f]{3})\$([\s\S]{20})([./0-9A-Za-z]{43})$/;

/**
 * Whether a password is the one that MySQL has stored for an account of caching_sha2_password. It needs no login, which
 * an account allows from its own network alone.
 * @param stored `authentication_string` of the account, as bytes
 */
export function isPassword(password: string, stored: Buffer): boolean {
  const [, thousands, salt, digest] = STORED.exec(stored.toString("latin1")) ?? [];
  if (thousands === undefined || salt === undefined || digest === undefined) return false;
  const own = sha256Crypt(Buffer.from(password), Buffer.from(salt, "latin1"), Number.parseInt(thousands, 16) * 1000);
  return timingSafeEqual(Buffer.from(own), Buffer.from(digest));
}

const hash = (...parts: readonly Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();

/** The first bytes of a text repeated without end. */
function repeated(text: Buffer, length: number): Buffer {
  return Buffer.alloc(length, text);
}

/** Unix crypt with SHA-256, as its specification describes it: https://www.akkadia.org/drepper/SHA-crypt.txt */
function sha256Crypt(password: Buffer, salt: Buffer, rounds: number): string {
  const other = hash(password, salt, password);
  const parts = [password, salt, repeated(other, password.length)];
  for (let left = password.length; left > 0; left >>= 1) parts.push((left & 1) === 1 ? other : password);
  let digest = hash(...parts);
  const passwords = repeated(hash(repeated(password, password.length ** 2)), password.length);
  const salts = repeated(hash(repeated(salt, salt.length * (16 + (digest[0] ?? 0)))), salt.length);
  for (let round = 0; round < rounds; round++) {
    const isOdd = (round & 1) === 1;
    digest = hash(
      isOdd ? passwords : digest,
      ...(round % 3 === 0 ? [] : [salts]),
      ...(round % 7 === 0 ? [] : [passwords]),
      isOdd ? digest : passwords,
    );
  }
  return encoded(digest);
}

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Base 64 of crypt: groups of three bytes whose order the specification lists, the lowest six bits first. */
function encoded(digest: Buffer): string {
  const at = (index: number) => digest[index] ?? 0;
  const characters = (value: number, count: number) =>
    Array.from({ length: count }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join("");
  const text = ORDER.map(([one, two, three]) => characters((at(one) << 16) | (at(two) << 8) | at(three), 4)).join("");
  return text + characters((at(31) << 8) | at(30), 3);
}

const ORDER: readonly (readonly [number, number, number])[] = [
  [0, 10, 20],
  [21, 1, 11],
  [12, 22, 2],
  [3, 13, 23],
  [24, 4, 14],
  [15, 25, 5],
  [6, 16, 26],
  [27, 7, 17],
  [18, 28, 8],
  [9, 19, 29],
];
