import { createHash } from "node:crypto";
import { z } from "zod";

/** The schema inside wrappers for a default or an optional value. */
export function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner: unknown = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodType ? inner : undefined;
}

/**
 * The schema of the list or the object that a setting may be: of several kinds the one with parts. Where any text is
 * allowed, a text stands for nothing else, and no other kind counts.
 */
function wholeIn(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const kinds = inner.options.flatMap((kind: unknown) => (kind instanceof z.ZodType ? [kind] : []));
  return kinds.some((kind) => kind instanceof z.ZodString) ? inner : (kinds.find(isWhole) ?? inner);
}

function isWhole(schema: z.ZodType | undefined): boolean {
  return schema instanceof z.ZodArray || schema instanceof z.ZodObject || schema instanceof z.ZodRecord;
}

/** The schema that a value is meant to fit: of several kinds that of a list or an object for a value of this kind. */
export function kindOf(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  const whole = wholeIn(schema);
  const isOfKind = typeof value === "object" && value !== null && Array.isArray(value) === whole instanceof z.ZodArray;
  return isOfKind && unwrapped(schema) instanceof z.ZodUnion ? whole : schema;
}

/** The schemas of an object's keys; none if the schema is not an object. */
export function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> {
  const inner = wholeIn(schema);
  // Without a prototype: a key such as "constructor" is no setting.
  return Object.assign(Object.create(null), inner instanceof z.ZodObject ? inner.shape : {});
}

/** The schema of a list's elements; undefined if the schema is not a list. */
export function elementOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = wholeIn(schema);
  return inner instanceof z.ZodArray && inner.element instanceof z.ZodType ? inner.element : undefined;
}

/** The schema of an object's, a record's or a list's part; undefined: the schema knows no such part. */
export function partOf(schema: z.ZodType | undefined, key: string | number): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodRecord) return inner.valueType instanceof z.ZodType ? inner.valueType : undefined;
  return elementOf(inner) ?? shapeOf(inner)[key];
}

/** The schema at a path of keys and indexes. */
export function schemaAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(partOf, schema);
}

/**
 * Reads text as JSON where the schema has a list or an object: `pulumi config set` stores these as text, with `--path`
 * too. Text that is no list or object in JSON is left for the schema to refuse.
 */
export function fromText(schema: z.ZodType | undefined, value: unknown): unknown {
  return replaced(schema, value, objectMeant);
}

/** A value in which also numbers and `true` and `false` are texts where the schema has a text. */
export function meantBy(schema: z.ZodType | undefined, value: unknown): unknown {
  return replaced(schema, value, (part, own) => textMeant(part, objectMeant(part, own)));
}

/**
 * A value in which texts that the CLI has encrypted are words that stand for them: commands that read a stack's file see
 * `{ secure }` in their place. Where such a word is no allowed text, the commands have to know the text itself.
 */
export function withoutCiphers(schema: z.ZodType | undefined, value: unknown): unknown {
  return replaced(schema, value, (part, own) => {
    if (!(unwrapped(part) instanceof z.ZodString) || !isEncrypted(own)) return own;
    const word = CIPHER_WORD + createHash("sha256").update(JSON.stringify(own)).digest("hex").slice(0, 12);
    return part?.safeParse(word).success ? word : own;
  });
}

const CIPHER_WORD = "encrypted-";
const IS_CIPHER_WORD = new RegExp(`^${CIPHER_WORD}[0-9a-f]{12}$`);

/** Whether a value stands for a text that the CLI has encrypted, or is that text in a stack's file. */
export function isCipher(value: unknown): boolean {
  return isEncrypted(value) || (typeof value === "string" && IS_CIPHER_WORD.test(value));
}

/** Whether a value in a stack's file is one that the CLI has encrypted. */
export function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value && Object.keys(value).length === 1;
}

/** A value after a replacement of each part, the outer before the inner. */
function replaced(
  schema: z.ZodType | undefined,
  value: unknown,
  replace: (schema: z.ZodType | undefined, value: unknown) => unknown,
): unknown {
  const own = replace(schema, value);
  const inner = (key: string | number, item: unknown) => replaced(partOf(schema, key), item, replace);
  if (Array.isArray(own)) return own.map((item, index) => inner(index, item));
  if (typeof own !== "object" || own === null) return own;
  return Object.fromEntries(Object.entries(own).map(([key, item]) => [key, inner(key, item)]));
}

/** Whether the schema is one of a list or an object. */
export function hasParts(schema: z.ZodType | undefined): boolean {
  return isWhole(wholeIn(schema));
}

function objectMeant(schema: z.ZodType | undefined, value: unknown): unknown {
  const meant = hasParts(schema) && typeof value === "string" ? json(value) : undefined;
  return typeof meant === "object" && meant !== null ? meant : value;
}

/**
 * YAML and the CLI make numbers and truth values of texts such as 443 and false. Of other numbers, such as 1.10, the
 * text is lost.
 */
function textMeant(schema: z.ZodType | undefined, value: unknown): unknown {
  const isWhole = typeof value === "boolean" || Number.isSafeInteger(value);
  return unwrapped(schema) instanceof z.ZodString && isWhole ? String(value) : value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
