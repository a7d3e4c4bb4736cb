import type { Topology } from "./plan.ts";

/** The name of a generation's resource. The first one has the name alone, as every stack had it before generations. */
export function generationName(name: string, generation: number): string {
  return generation === 1 ? name : `${name}-${generation}`;
}

/** The name of the resource of an account's password, in its first generation. */
export function passwordName(account: string): string {
  return `mysql-${account}-password`;
}

/**
 * The names of the passwords that were replaced last: nothing is opened by them, and the next generation deletes them.
 */
export function formerPasswords({
  secrets: { authority: _authority, backupKey: _key, ...accounts },
}: Pick<Topology, "secrets">): string[] {
  return Object.entries(accounts).flatMap(([account, generation]) =>
    generation > 1 ? [generationName(passwordName(account), generation - 1)] : [],
  );
}
