import { UnknownValueError } from "@pulumi/policy";

/**
 * A copy of a resource's inputs without nulls, and without values that are not known before the update. The SDK throws
 * when one of these is read, which would end the whole check.
 */
export function known(value: unknown): unknown {
  if (Array.isArray(value)) return [...value.keys()].map((index) => known(readable(value, index)));
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value).flatMap((key) => {
      const found = known(readable(value, key));
      return found === undefined ? [] : [[key, found]];
    }),
  );
}

function readable(value: object, key: string | number): unknown {
  try {
    return Reflect.get(value, key);
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}
