import type { Found } from "./found.ts";
import type { Known } from "./known.ts";

/**
 * The databases that a stack left behind when it was renamed: volumes carry the stack's name, and under another one it
 * would begin without data. None where the data are under the new name, too.
 * @param found all that the engine has of the project's stacks
 * @param planned the volumes that the stack's databases have under the new name
 */
export function leftBehind(
  found: readonly Found[],
  stack: string,
  { firstName, state }: Pick<Known, "firstName" | "state">,
  planned: readonly string[],
): Found[] {
  if (firstName === undefined || firstName === stack) return [];
  const databases = found.filter(({ holds }) => holds === "database");
  if (databases.some((one) => one.stack === stack && planned.includes(one.name))) return [];
  return databases.filter((one) => one.stack === firstName && (one.state === undefined || one.state === state));
}

/** Why nothing is done for a stack that was renamed. */
export function renamedText(stack: string, volumes: readonly Found[]): string {
  const [firstName] = volumes.map((volume) => volume.stack);
  return `the stack ${stack} was ${firstName} before it was renamed, and would begin without data; nothing was created or changed
    found:     the data of ${firstName}: ${volumes.map(({ name }) => name).join(", ")}
    cure:      pulumi stack rename ${firstName} --stack ${stack}
               or copy the data to the new name: docs/operations.md, "Renaming a stack"`;
}
