import type { Problem } from "../config/problems.ts";
import type { SecretName } from "../config/schema.ts";
import type { Topology } from "../topology/plan.ts";
import { generationName, secretName } from "../topology/secrets.ts";

/**
 * Generations of secrets follow one another: clients of a database know the present password and the next one, and a
 * password that was given up stays refused.
 * @param passwords the names of the passwords in the stack's state
 */
export function generationProblems(
  { secrets: { authority: _authority, ...secrets } }: Pick<Topology, "secrets">,
  passwords: readonly string[],
): Problem[] {
  return Object.entries(secrets).flatMap(([name, generation]) => {
    const present = presentGeneration(secretName(name as SecretName), passwords);
    if (present === undefined || generation === present || generation === present + 1) return [];
    return [
      {
        path: ["secrets", name],
        value: generation,
        complaint: `is ${generation}, and the stack has generation ${present}`,
        allowed: `${present}, or ${present + 1} for another secret: generations are neither skipped nor taken back`,
        example: String(present),
      },
    ];
  });
}

/** The newest generation in the state; undefined: it has none. */
function presentGeneration(first: string, passwords: readonly string[]): number | undefined {
  const numbers = passwords
    .map((name) =>
      name === first ? 1 : Number(name.startsWith(`${first}-`) ? name.slice(first.length + 1) : Number.NaN),
    )
    .filter((number) => Number.isInteger(number) && passwords.includes(generationName(first, number)));
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}
