import { Secret } from "@pulumi/policy";

/**
 * The paths of the secrets in a resource's inputs, as the SDK passes them to remediations. Its proxy gives a secret's
 * plain value to whoever reads a property; only the property's descriptor tells that the value is secret. Values are
 * not read, so none can reach a message.
 */
export function secretPaths(inputs: object, at: readonly string[] = []): string[] {
  return Reflect.ownKeys(inputs).flatMap((key) => {
    if (typeof key === "symbol") return [];
    const value: unknown = Reflect.getOwnPropertyDescriptor(inputs, key)?.value;
    const path = [...at, key];
    if (value instanceof Secret) return [path.join(".")];
    return typeof value === "object" && value !== null ? secretPaths(value, path) : [];
  });
}
