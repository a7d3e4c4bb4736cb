import type { Found } from "./found.ts";
import type { Known } from "./known.ts";

/**
 * The databases that a stack left behind when it was renamed: volumes have the stack's name in theirs, so under another
 * name the stack would begin without data. None if the data is under the new name, too.
 * @param found all resources of the project's stacks on the engine
 * @param planned the volumes of the stack's databases under the new name
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

/** The message that refuses a renamed stack. */
export function renamedText(stack: string, volumes: readonly Found[]): string {
  const [firstName] = volumes.map((volume) => volume.stack);
  return `the stack ${stack} was ${firstName} before it was renamed, and would begin without data; nothing was created or changed
    found:     the data of ${firstName}: ${volumes.map(({ name }) => name).join(", ")}
    cure:      pulumi stack rename ${firstName} --stack ${stack}
               or copy the data to the new name: docs/operations.md, "Renaming a stack"`;
}
