import type { SecretName } from "../config/schema.ts";
import type { Topology } from "./plan.ts";

/** The name of a generation's resource. The first one has the name alone, as every stack had it before generations. */
export function generationName(name: string, generation: number): string {
  return generation === 1 ? name : `${name}-${generation}`;
}

/** The name of a secret's resource in its first generation. Most secrets are passwords of MySQL accounts. */
export function secretName(secret: SecretName): string {
  if (secret === "backupKey") return "backup-key";
  return secret === "statistics" ? "statistics-password" : `mysql-${secret}-password`;
}

/**
 * The names of the passwords that were replaced last: nothing is opened by them, and the next generation deletes them.
 */
export function formerPasswords({
  secrets: { authority: _authority, backupKey: _key, ...passwords },
}: Pick<Topology, "secrets">): string[] {
  return Object.entries(passwords).flatMap(([name, generation]) =>
    generation > 1 ? [generationName(secretName(name as keyof typeof passwords), generation - 1)] : [],
  );
}
