import type { z } from "zod";
import { meantScalar } from "./meant.ts";
import { kindOf, partOf, shapeOf } from "./shape.ts";

/** A rule has read a malformed setting, whose problem is reported already. */
class Malformed extends Error {}

const MALFORMED = Symbol("malformed");

/**
 * The settings in a value of which some may be malformed. A well-formed one can be read, whatever is wrong beside it.
 * To read a malformed one throws, and `judged` then leaves out the rule that needs it.
 */
export function wellFormed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const whole = salvaged(schema, value);
  if (whole === MALFORMED) throw new Malformed();
  return whole as z.output<T>;
}

/**
 * The results of the rules that read well-formed settings only.
 * @throws any other error of a rule
 */
export function judged<T>(...rules: readonly (() => readonly T[])[]): T[] {
  return rules.flatMap((rule) => {
    try {
      return rule();
    } catch (error) {
      if (error instanceof Malformed) return [];
      throw error;
    }
  });
}

/** Whether a setting is there, well-formed or not. */
export function isSet(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch (error) {
    if (error instanceof Malformed) return true;
    throw error;
  }
}

/** The well-formed entries of a list with their indexes, for rules that judge each entry by itself. */
export function entries<T>(list: readonly T[]): [index: number, entry: T][] {
  return [...list.keys()].flatMap((index) =>
    judged(() => list.slice(index, index + 1).map((entry): [number, T] => [index, entry])),
  );
}

function salvaged(setting: z.ZodType | undefined, value: unknown): unknown {
  const schema = kindOf(setting, value);
  const result = schema?.safeParse(value);
  if (result === undefined || result.success) return result?.data;
  // The form is reported already, and rules judge what was meant.
  const meant = meantScalar(schema, value);
  if (meant !== undefined) return meant;
  const isWrongItself = result.error.issues.some(({ code, path }) => path.length === 0 && code !== "unrecognized_keys");
  if (isWrongItself || typeof value !== "object" || value === null) return MALFORMED;
  const whole = Array.isArray(value) ? [] : {};
  const shape = shapeOf(schema);
  for (const key of new Set([...Object.keys(shape), ...Object.keys(value)])) {
    const part = salvaged(partOf(schema, key), Reflect.get(value, key));
    Object.defineProperty(whole, key, part === MALFORMED ? unreadable(key in shape) : { ...READABLE, value: part });
  }
  return whole;
}

const READABLE = { enumerable: true, writable: true, configurable: true };

/** @param isSetting false for a record's key: rules that go through the keys see the well-formed ones only */
const unreadable = (isSetting: boolean): PropertyDescriptor => ({
  enumerable: isSetting,
  get(): never {
    throw new Malformed();
  },
});
