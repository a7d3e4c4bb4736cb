import { z } from "zod";

/** The schema inside wrappers for a default or an optional value. */
export function unwrapped(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner: unknown = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodType ? inner : undefined;
}

/** The schemas of an object's keys; none if the schema is not an object. */
export function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? inner.shape : {};
}

/** The schema of a list's elements; undefined if the schema is not a list. */
export function elementOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodArray && inner.element instanceof z.ZodType ? inner.element : undefined;
}

/** The schema at a path of keys and indexes. */
export function schemaAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(
    (current, part) => (typeof part === "string" ? shapeOf(current)[part] : elementOf(current)),
    schema,
  );
}

/**
 * Reads text as JSON where the schema has a list or an object: `pulumi config set` stores these as text, with `--path`
 * too. Text that is not JSON is left for the schema to refuse.
 */
export function fromText(schema: z.ZodType | undefined, value: unknown): unknown {
  const element = elementOf(schema);
  const shape = shapeOf(schema);
  const isRecord = unwrapped(schema) instanceof z.ZodRecord;
  if (element === undefined && Object.keys(shape).length === 0 && !isRecord) return value;
  const meant = typeof value === "string" ? json(value) : value;
  if (Array.isArray(meant)) return element === undefined ? meant : meant.map((item) => fromText(element, item));
  if (element !== undefined || typeof meant !== "object" || meant === null) return meant;
  return Object.fromEntries(Object.entries(meant).map(([key, item]) => [key, fromText(shape[key], item)]));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
