import { z } from "zod";
import type { SecretName } from "../config/schema.ts";
import type { AuthorityPlan, Topology } from "./plan.ts";
import { generationName, secretName } from "./secrets.ts";

/** The generation of each secret. */
export type Numbers = Readonly<Record<SecretName, number>>;

/**
 * The stack's output with the generations that its last complete update applied. An older version of the program may
 * not have had all secrets.
 */
export const generationsOutput = z.object({
  secrets: z.record(z.string(), z.int()),
  authority: z.object({ signing: z.int(), trusted: z.array(z.int()) }),
});
export type Generations = z.output<typeof generationsOutput>;

/** The first `up` of a stack has this authority. So has a stack of an older version, which does not output it. */
export const FIRST_AUTHORITY: AuthorityPlan = { signing: 1, trusted: [1] };

/** The generations of a plan. */
export function plannedGenerations({ secrets, authority }: Pick<Topology, "secrets" | "authority">): {
  readonly secrets: Numbers;
  readonly authority: AuthorityPlan;
} {
  const { authority: _steps, ...numbers } = secrets;
  return { secrets: numbers, authority };
}

/**
 * The newest generation of a secret in a state. An update makes it first, and applies it later.
 * @param passwords the names of the passwords in the state
 * @returns undefined: the state has none
 */
export function newestGeneration(secret: SecretName, passwords: readonly string[]): number | undefined {
  const first = secretName(secret);
  const numbers = passwords
    .map((name) => (name === first ? 1 : Number(name.startsWith(`${first}-`) ? name.slice(first.length + 1) : "")))
    .filter((number) => number > 0 && passwords.includes(generationName(first, number)));
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

/**
 * The generation of a secret that the last complete update applied.
 * @param output undefined: the stack is of an older version, and its newest generation counts as applied
 * @param passwords the names of the passwords in the state
 * @returns undefined: the state has no such secret
 */
export function appliedGeneration(
  secret: SecretName,
  output: Generations | undefined,
  passwords: readonly string[],
): number | undefined {
  return output?.secrets[secret] ?? newestGeneration(secret, passwords);
}
